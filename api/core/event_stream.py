"""Streams of events: one loop reads the table `event` while anybody listens, as soon as it is told that something was
published, and delivers what is new, in order, to the streams of those it concerns.

A number is given to an event before its transaction is committed, so on PostgreSQL a later number may be seen first. A
poll therefore waits a moment before it passes over a missing number, and still takes it when it comes after all; each
event is delivered once. No stream holds a database session while it is open.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog

from domain.errors import StoreUnavailable
from domain.people.organisation import Actor
from infra.database.engine import Database
from infra.database.tables.messages import EventRow
from infra.read_model.audience import concerning, may_concern
from infra.records.deputies import acting
from infra.records.events import events_after, last_event, seqs_after
from infra.records.messages import watching
from infra.records.signing_in.sessions import Sessions, SignedIn
from infra.wakeups.wakeups import Topic

POLL_INTERVAL = 0.5
"""Seconds between two polls while anybody listens and nothing is heard."""
LEAST_INTERVAL = 0.05
"""Seconds between two polls however much is heard: what comes together is read and delivered together."""
REST = 4
"""How many times as long as a poll took the next one waits: many listeners take a fifth of the time at most."""
GAP_WAIT = 1.0
"""Seconds for which a missing number holds back those after it."""
GAP_TIMEOUT = 60.0
"""Seconds after which a missing number is given up."""
GAP_REACH = 200
"""How far before the newest number one still in a transaction may be when polling begins."""
MAX_RESUMED = 5000
"""How many numbers a resumed stream goes back at most; who was away longer reads the inbox again."""
MAX_QUEUED = 1000
"""Events a reader may fall behind."""
log = structlog.get_logger()


class EventStream:
    """One reader's queue of events. `seq` is the number of the furthest event read.

    Each event is checked against what the person may see when it is delivered; a post given to him meanwhile counts
    from his next stream on.
    """

    def __init__(self, actor: Actor, signed_in: SignedIn) -> None:
        self.actor, self.seq = actor, 0
        self.signed_in = signed_in
        self._queue: asyncio.Queue[EventRow | None] = asyncio.Queue()

    def put(self, events: list[EventRow]) -> None:
        """Queues events; the stream of a reader who is too slow is ended, and resumes where he was."""
        if self._queue.qsize() > MAX_QUEUED:
            self.end()
            return
        for event in events:
            self._queue.put_nowait(event)

    def end(self) -> None:
        """Ends the stream; what is still queued is dropped."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[tuple[EventRow, bool]]:
        """The events, and of each whether its number is the furthest so far; until the sign-in expires or all ends."""
        while (left := (self.signed_in.until - datetime.now(UTC)).total_seconds()) > 0:
            try:
                event = await asyncio.wait_for(self._queue.get(), left)
            except TimeoutError:
                return
            if event is None:
                return
            furthest = seq_of(event) > self.seq
            self.seq = max(self.seq, seq_of(event))
            yield event, furthest


class EventBroadcaster:
    """The open streams of this process, and the number up to which events were delivered to them."""

    def __init__(self, database: Database, sessions: Sessions, *, gap_wait: float = GAP_WAIT) -> None:
        self._database, self._sessions, self._gap_wait = database, sessions, gap_wait
        self._streams: list[EventStream] = []
        self._wanted = asyncio.Event()
        self._lock = asyncio.Lock()
        self._position: int | None = None
        """the number up to which events were delivered; none while nobody listens"""
        self._gaps: dict[int, float] = {}
        """numbers not seen yet though later ones were, and since when (monotonic)"""
        self._closed = False
        self._generation: int | None = None
        """of people, when it was last asked whose sign-in still holds"""
        self._news = asyncio.Event()
        database.wakeups.on_published(lambda _number, _revision: self._news.set())

    @asynccontextmanager
    async def listen(self, actor: Actor, signed_in: SignedIn, after: int | None) -> AsyncIterator[EventStream]:
        """A stream for a person, from now on or resumed after an event, until the sign-in expires or is ended."""
        stream = EventStream(actor, signed_in)
        try:
            await self._join(stream, after)
            yield stream
        finally:
            if stream in self._streams:
                self._streams.remove(stream)

    async def keep_polling(self) -> None:
        """Polls while anybody listens, for as long as the process lives."""
        while True:
            await self._wanted.wait()
            self._news.clear()
            began = time.monotonic()
            await self.poll()
            rest = min(max(LEAST_INTERVAL, REST * (time.monotonic() - began)), POLL_INTERVAL)
            await asyncio.sleep(rest)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_INTERVAL - rest):
                    await self._news.wait()

    def close(self) -> None:
        """Ends every stream, now and from now on: the process is about to end."""
        self._closed = True
        self._end_all()

    def _end_all(self) -> None:
        for stream in self._streams:
            stream.end()

    async def _join(self, stream: EventStream, after: int | None) -> None:
        person = stream.actor.person_id
        resumed: list[EventRow] = []
        async with self._lock:
            async with self._database.read() as session:
                if self._position is None:
                    self._position = await last_event(session)
                    near = await seqs_after(session, self._position - GAP_REACH)
                    self._gaps = dict.fromkeys(
                        set(range(max(self._position - GAP_REACH, 0) + 1, self._position)) - near, time.monotonic()
                    )
                stream.seq = self._position if after is None else min(after, self._position)
                seq = max(stream.seq, self._position - MAX_RESUMED)
                while seq < self._position and (page := await events_after(session, seq, until=self._position)):
                    watched = (await watching(session, page, [person])).get(person, set())
                    resumed += await concerning(session, stream.actor, page, watched)
                    seq = seq_of(page[-1])
            stream.put(resumed)
            self._streams.append(stream)
            self._wanted.set()
        if self._closed:
            stream.end()

    async def poll(self) -> None:
        """Delivers what is new, as far as no number before it is missing; rests once nobody listens."""
        async with self._lock:
            if self._streams:
                await self._end_signed_out()
                await self._poll()
            else:
                self._position = None
                self._wanted.clear()

    async def _end_signed_out(self) -> None:
        """Ends the streams of sign-ins that were ended; asked where something about people has changed."""
        generation = self._database.wakeups.generation(Topic.PEOPLE)
        if generation is not None and generation == self._generation:
            return
        try:
            still = await self._sessions.still({stream.signed_in.session_id for stream in self._streams})
        except StoreUnavailable as error:
            log.warning("streams_not_checked", error=error.code)
            return
        self._generation = generation
        for stream in self._streams:
            if stream.signed_in.session_id not in still:
                stream.end()

    async def _poll(self) -> None:
        try:
            async with self._database.read() as session:
                found = await events_after(session, self._position or 0, missed=list(self._gaps))
        except StoreUnavailable as error:
            log.warning("events_wait", error=error.code)
            return
        events = self._in_order(found)
        try:
            await self._deliver(events)
        except Exception as error:  # whatever it was: nobody may miss an event unnoticed, so all resume where they were
            log.error("events_not_delivered", exc_info=error)
            self._end_all()

    def _in_order(self, found: list[EventRow]) -> list[EventRow]:
        """The events that may be delivered now: up to a missing number that is still waited for, and late ones."""
        now, position = time.monotonic(), self._position or 0
        events = []
        for event in found:
            seq = seq_of(event)
            if seq > position:
                between = range(max(position + 1, seq - GAP_REACH), seq)
                if any(now - self._gaps.setdefault(number, now) < self._gap_wait for number in between):
                    break
                position = seq
            self._gaps.pop(seq, None)
            events.append(event)
        self._position = position
        self._gaps = {seq: since for seq, since in self._gaps.items() if now - since < GAP_TIMEOUT}
        return events

    async def _deliver(self, events: list[EventRow]) -> None:
        """Puts events into the streams of those they concern, by the posts held and the disputes seen now; queried once
        a person, however many streams he has open.
        """
        if not events:
            return
        listening: defaultdict[str, list[EventStream]] = defaultdict(list)
        for stream in self._streams:
            listening[stream.actor.person_id].append(stream)
        async with self._database.read() as session:
            watched = await watching(session, events, list(listening))
            for person_id, streams in listening.items():
                his = watched.get(person_id, set())
                if not any(may_concern(streams[0].actor, event, his) for event in events):
                    continue
                actor = await acting(session, person_id, datetime.now(UTC))
                concerned = await concerning(session, actor, events, his) if actor else []
                for stream in streams:
                    if actor:
                        stream.actor = actor
                        stream.put(concerned)
                    else:
                        stream.end()


def seq_of(event: EventRow) -> int:
    """A stored event's number."""
    return event.seq or 0
