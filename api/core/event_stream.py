"""The tail of events: one look at a time at what is new while somebody listens, handed to whom it concerns, in order.

A number is given to an event before its transaction is committed, so on PostgreSQL a later number may be seen first. A
look therefore waits a moment before it passes over a missing number, and still takes it when it comes after all; each
event is handed on once.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from domain.errors import StoreUnavailable, TooManyStreams
from domain.people.organisation import Actor
from infra.database.engine import Database
from infra.database.tables.messages import EventRow
from infra.records.deputies import acting
from infra.records.events import concerning, events_after, last_event, may_concern, seqs_after, watching

EVERY = 0.5
"""Seconds between two looks while somebody listens."""
HOLD = 1.0
"""Seconds for which a missing number holds back those after it."""
FORGET = 60.0
"""Seconds after which a missing number is given up."""
NEAR = 200
"""How far back of the newest number one still in a transaction may be when looking begins."""
MOST = 5
"""Streams a person may have open at one API process."""
RESUMED = 5000
"""How many numbers a resumed stream goes back at most; who was away longer reads the inbox again."""
BACKLOG = 1000
"""Events that a reader may fall behind."""
log = structlog.get_logger()


class Stream:
    """One reader: what he is still to be told. `seq` is where he stands.

    What he may no longer see is not told from that moment on; of a post he is given, he hears from his next stream on.
    """

    def __init__(self, actor: Actor, until: datetime) -> None:
        self.actor, self.seq = actor, 0
        self._until = until
        self._waiting: asyncio.Queue[EventRow | None] = asyncio.Queue()

    def tell(self, events: list[EventRow]) -> None:
        """Hands events on; a reader who is too slow is sent away, and resumes where he was."""
        if self._waiting.qsize() > BACKLOG:
            self.end()
            return
        for event in events:
            self._waiting.put_nowait(event)

    def end(self) -> None:
        """Ends the stream, whatever it was still to tell."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def events(self) -> AsyncIterator[tuple[EventRow, bool]]:
        """The events, and of each whether its number is the furthest so far; until the sign-in expires or all ends."""
        while (left := (self._until - datetime.now(UTC)).total_seconds()) > 0:
            try:
                event = await asyncio.wait_for(self._waiting.get(), left)
            except TimeoutError:
                return
            if event is None:
                return
            further = seq_of(event) > self.seq
            self.seq = max(self.seq, seq_of(event))
            yield event, further


class Tail:
    """Who listens at this process, and how far everybody has been told."""

    def __init__(self, database: Database, *, hold: float = HOLD) -> None:
        self._database, self._hold = database, hold
        self._open: Counter[str] = Counter()
        self._streams: list[Stream] = []
        self._somebody = asyncio.Event()
        self._turn = asyncio.Lock()
        self._last: int | None = None
        """how far everybody has been told; none while nobody listens"""
        self._missed: dict[int, float] = {}
        """numbers not seen yet though later ones were, and since when"""
        self._closed = False

    async def newest(self) -> int:
        """The number of the newest event: where a page that is made now stands."""
        async with self._database.read() as session:
            return await last_event(session)

    @asynccontextmanager
    async def listen(self, actor: Actor, until: datetime, after: int | None) -> AsyncIterator[Stream]:
        """A stream for a person, from now on or resumed after an event, until the sign-in expires.

        Raises:
            TooManyStreams: he has as many open as one person may.
        """
        if self._open[actor.person_id] >= MOST:
            raise TooManyStreams
        self._open[actor.person_id] += 1
        stream = Stream(actor, until)
        try:
            await self._join(stream, after)
            yield stream
        finally:
            self._open[actor.person_id] -= 1
            if stream in self._streams:
                self._streams.remove(stream)

    async def keep_looking(self) -> None:
        """Looks while somebody listens, for as long as the process lives."""
        while True:
            await self._somebody.wait()
            await self.look()
            await asyncio.sleep(EVERY)

    def close(self) -> None:
        """Ends every stream, now and from now on: the process is about to end."""
        self._closed = True
        self._end_all()

    def _end_all(self) -> None:
        for stream in self._streams:
            stream.end()

    async def _join(self, stream: Stream, after: int | None) -> None:
        person = stream.actor.person_id
        missed: list[EventRow] = []
        async with self._turn:
            async with self._database.read() as session:
                if self._last is None:
                    self._last = await last_event(session)
                    near = await seqs_after(session, self._last - NEAR)
                    self._missed = dict.fromkeys(
                        set(range(max(self._last - NEAR, 0) + 1, self._last)) - near, time.monotonic()
                    )
                stream.seq = self._last if after is None else min(after, self._last)
                seq = max(stream.seq, self._last - RESUMED)
                while seq < self._last and (page := await events_after(session, seq, until=self._last)):
                    watched = (await watching(session, page, [person])).get(person, set())
                    missed += await concerning(session, stream.actor, page, watched)
                    seq = seq_of(page[-1])
            stream.tell(missed)
            self._streams.append(stream)
            self._somebody.set()
        if self._closed:
            stream.end()

    async def look(self) -> None:
        """Hands on what is new, as far as nothing before it is missing; rests once nobody listens."""
        async with self._turn:
            if self._streams:
                await self._look()
            else:
                self._last = None
                self._somebody.clear()

    async def _look(self) -> None:
        try:
            async with self._database.read() as session:
                found = await events_after(session, self._last or 0, missed=list(self._missed))
        except StoreUnavailable as error:
            log.warning("events_wait", error=error.code)
            return
        events = self._in_order(found)
        try:
            await self._hand_on(events)
        except Exception as error:  # whatever it was: nobody may miss an event unnoticed, so all resume where they were
            log.error("events_not_told", exc_info=error)
            self._end_all()

    def _in_order(self, found: list[EventRow]) -> list[EventRow]:
        now, last = time.monotonic(), self._last or 0
        events = []
        for event in found:
            seq = seq_of(event)
            if seq > last:
                between = range(max(last + 1, seq - NEAR), seq)
                if any(now - self._missed.setdefault(number, now) < self._hold for number in between):
                    break
                last = seq
            self._missed.pop(seq, None)
            events.append(event)
        self._last = last
        self._missed = {seq: since for seq, since in self._missed.items() if now - since < FORGET}
        return events

    async def _hand_on(self, events: list[EventRow]) -> None:
        """Each person once, however many streams he has; his posts and his sight are those of now."""
        if not events:
            return
        listening: defaultdict[str, list[Stream]] = defaultdict(list)
        for stream in self._streams:
            listening[stream.actor.person_id].append(stream)
        async with self._database.read() as session:
            watched = await watching(session, events, list(listening))
            for person_id, streams in listening.items():
                his = watched.get(person_id, set())
                if not any(may_concern(streams[0].actor, event, his) for event in events):
                    continue
                actor = await acting(session, person_id, datetime.now(UTC))
                told = await concerning(session, actor, events, his) if actor else []
                for stream in streams:
                    if actor:
                        stream.actor = actor
                        stream.tell(told)
                    else:
                        stream.end()


def seq_of(event: EventRow) -> int:
    """A stored event's number."""
    return event.seq or 0
