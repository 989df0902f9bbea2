"""Event streams: each event once and in order, also where a later number is seen first; resumed, limited, ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col

from api.core import event_stream
from api.core.event_stream import GAP_REACH, EventBroadcaster, EventStream
from domain.people.organisation import Actor, Post
from domain.people.sign_ins import Lasting
from infra.database.engine import Database
from infra.database.tables.messages import EventRow
from infra.database.tables.people import PersonRow
from infra.records.events import last_event
from infra.records.messages import watch
from infra.records.signing_in.sessions import Sessions, SignedIn, digest, end_sessions
from tests.infra.published_cases import PublishedCase, hire, store
from tests.sign_ins import token_of

WITHIN = 20.0
LATER = timedelta(hours=1)


@pytest_asyncio.fixture(loop_scope="session")
async def published(tmp_path: Path) -> AsyncIterator[PublishedCase]:
    """A case that is published."""
    async with store(tmp_path) as database:
        case = PublishedCase(database)
        await case.publish()
        yield case


@pytest_asyncio.fixture(loop_scope="session")
async def broadcaster(published: PublishedCase) -> AsyncIterator[EventBroadcaster]:
    """A broadcaster on its database, polling."""
    broadcaster = EventBroadcaster(published.database, sessions(published.database))
    polling = asyncio.create_task(broadcaster.keep_polling())
    yield broadcaster
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="session")
async def chief(published: PublishedCase) -> Actor:
    """Somebody who watches the case."""
    chief = await hire(published.database, "chief", Post(role="station_chief", path=published.state.places["station"]))
    async with published.database.write() as session:
        await watch(session, published.number, chief.person_id)
    return chief


def sessions(database: Database) -> Sessions:
    """The sign-ins of a process."""
    return Sessions(database, Lasting(life=LATER, idle=LATER))


async def signed_in(database: Database, actor: Actor, life: timedelta) -> SignedIn:
    """A sign-in of somebody."""
    now = datetime.now(UTC)
    return SignedIn(digest(await token_of(database, actor.person_id)), actor.person_id, now + life, restricted=False)


async def note(database: Database, number: str, seq: int) -> None:
    """An event that is committed now, whatever its number."""
    async with database.write() as session:
        session.add(EventRow(seq=seq, at=datetime.now(UTC), kind="dispute_changed", dispute_no=number, revision=seq,
                             posts=[], persons=[]))  # fmt: skip


async def newest(database: Database) -> int:
    """The number of the newest event."""
    async with database.read() as session:
        return await last_event(session)


async def read(stream: EventStream, count: int) -> list[tuple[int, bool]]:
    """So many events, as (number, whether it is the furthest)."""
    found: list[tuple[int, bool]] = []
    async with asyncio.timeout(WITHIN):
        async for event, further in stream.events():
            found.append((event.seq or 0, further))
            if len(found) == count:
                break
    return found


async def test_each_stream_of_a_person_gets_every_event_once_in_order(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    until = await signed_in(published.database, chief, LATER)
    async with broadcaster.listen(chief, until, None) as one, broadcaster.listen(chief, until, None) as two:
        for text in ("一", "二", "三"):
            published.case.log("hotline_note", text)
            await published.publish()
        first, second = await read(one, 3), await read(two, 3)
    assert first == second
    assert [seq for seq, _ in first] == sorted({seq for seq, _ in first})


async def test_a_number_seen_late_is_waited_for_and_delivered_in_its_place(
    published: PublishedCase, chief: Actor
) -> None:
    broadcaster = EventBroadcaster(published.database, sessions(published.database), gap_wait=3600)
    async with broadcaster.listen(chief, await signed_in(published.database, chief, LATER), None) as stream:
        last = stream.seq
        await note(published.database, published.number, last + 2)
        await broadcaster.poll()
        await note(published.database, published.number, last + 1)
        await broadcaster.poll()
        assert await read(stream, 2) == [(last + 1, True), (last + 2, True)]


async def test_a_number_seen_very_late_is_delivered_all_the_same_and_moves_nobody_back(
    published: PublishedCase, chief: Actor
) -> None:
    broadcaster = EventBroadcaster(published.database, sessions(published.database), gap_wait=0)
    async with broadcaster.listen(chief, await signed_in(published.database, chief, LATER), None) as stream:
        last = stream.seq
        await note(published.database, published.number, last + 2)
        await broadcaster.poll()
        assert await read(stream, 1) == [(last + 2, True)]
        await note(published.database, published.number, last + 1)
        await broadcaster.poll()
        assert await read(stream, 1) == [(last + 1, False)]
        assert stream.seq == last + 2


async def test_a_number_still_under_way_when_polling_begins_is_delivered(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    last = await newest(published.database)
    await note(published.database, published.number, last + 2)
    async with broadcaster.listen(chief, await signed_in(published.database, chief, LATER), None) as stream:
        assert stream.seq == last + 2
        await note(published.database, published.number, last + 1)
        assert await read(stream, 1) == [(last + 1, False)]


async def test_a_resumed_stream_goes_on_after_what_was_heard(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    until = await signed_in(published.database, chief, LATER)
    start = await newest(published.database)
    async with published.database.write() as session:
        for seq in range(start + 1, start + GAP_REACH + 700):  # more than one page
            session.add(EventRow(seq=seq, at=datetime.now(UTC), kind="dispute_changed", dispute_no=published.number,
                                 revision=seq, posts=[], persons=[]))  # fmt: skip
    async with broadcaster.listen(chief, until, start + 3) as stream:
        await note(published.database, published.number, start + GAP_REACH + 700)
        heard = await read(stream, GAP_REACH + 697)
    assert [seq for seq, _ in heard] == list(range(start + 4, start + GAP_REACH + 701))


async def test_what_is_published_is_delivered_when_it_is_said(
    published: PublishedCase, chief: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "POLL_INTERVAL", 3600.0)
    broadcaster = EventBroadcaster(published.database, sessions(published.database))
    async with broadcaster.listen(chief, await signed_in(published.database, chief, LATER), None) as stream:
        polling = asyncio.create_task(broadcaster.keep_polling())
        await asyncio.sleep(event_stream.LEAST_INTERVAL)  # it has looked by then, and found nothing
        published.case.log("hotline_note", "来电")
        await published.publish()
        assert len(await read(stream, 1)) == 1
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


async def test_a_stream_ends_with_the_sign_in(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    short = await signed_in(published.database, chief, timedelta(milliseconds=50))
    async with broadcaster.listen(chief, short, None) as stream:
        assert await read(stream, 1) == []


async def test_every_stream_ends_when_the_process_does_and_none_begins(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    until = await signed_in(published.database, chief, LATER)
    async with broadcaster.listen(chief, until, None) as stream:
        broadcaster.close()
        assert await read(stream, 1) == []
    async with broadcaster.listen(chief, until, None) as stream:
        assert await read(stream, 1) == []


async def test_who_is_no_longer_employed_gets_nothing_more(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    async with broadcaster.listen(chief, await signed_in(published.database, chief, LATER), None) as stream:
        async with published.database.write() as session:
            await session.execute(update(PersonRow).where(col(PersonRow.person_id) == "chief").values(active=False))
        published.case.log("hotline_note", "来电")
        await published.publish()
        assert await read(stream, 1) == []


async def test_a_stream_ends_when_its_sign_in_is_ended_and_no_other_does(
    published: PublishedCase, broadcaster: EventBroadcaster, chief: Actor
) -> None:
    here, there = [await signed_in(published.database, chief, LATER) for _ in range(2)]
    async with broadcaster.listen(chief, here, None) as ended, broadcaster.listen(chief, there, None) as other:
        async with published.database.write() as session:
            now = datetime.now(UTC)
            await end_sessions(session, chief.person_id, now, "elsewhere", chief.person_id, only=here.session_id)
        async with asyncio.timeout(WITHIN):
            assert [event async for event in ended.events()] == []
        published.case.log("hotline_note", "来电")
        await published.publish()
        assert len(await read(other, 1)) == 1
