"""Sign-ins: whose a token is, until it is over or was ended in whichever process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from domain.errors import NotSignedIn
from domain.people.organisation import Actor
from domain.people.sign_ins import Lasting
from infra.database.engine import Database
from infra.database.tables.accounts import SignInSessionRow
from infra.records.signing_in.sessions import Sessions, digest, end_sessions, sessions_of
from infra.runtime.settings import Settings
from tests.infra.published_cases import hire
from tests.infra.stores import opened
from tests.infra.support import WITHIN, until

LASTING = Lasting(life=timedelta(hours=12), idle=timedelta(minutes=30))
AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture(loop_scope="session")
async def two(anywhere: Settings) -> AsyncIterator[list[Database]]:
    """The databases of two processes that hear of changes."""
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(2)]
        listening = [asyncio.create_task(database.wakeups.keep_listening()) for database in databases]
        await until(lambda: all(database.wakeups.listens for database in databases))
        yield databases
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def begun(database: Database, sessions: Sessions, at: datetime = AT) -> tuple[Actor, str]:
    """Somebody who signs in, and the token."""
    wang = await hire(database, "wang")
    async with database.write() as session:
        return wang, await sessions.begin(session, wang.person_id, at, address="192.0.2.7", device="Firefox")


async def refused(sessions: Sessions, token: str, at: datetime) -> bool:
    """Whether nobody is signed in by it."""
    try:
        await sessions.of(token, at)
    except NotSignedIn:
        return True
    return False


async def test_a_token_is_its_person_s_and_is_kept_nowhere(two: list[Database]) -> None:
    here, there = (Sessions(database, LASTING) for database in two)
    wang, token = await begun(two[0], here)
    for sessions in (here, there, here):
        assert (await sessions.of(token, AT)).person_id == wang.person_id
    async with two[0].read() as session:
        (row,) = (await session.execute(select(SignInSessionRow))).scalars()
    assert row.session_id == digest(token)
    assert token not in repr(row.model_dump())
    for other in ("", "x", token[:-1], digest(token)):
        assert await refused(here, other, AT)


async def test_it_is_over_at_its_end_and_after_so_long_without_a_request(two: list[Database]) -> None:
    sessions = Sessions(two[0], LASTING)
    _, token = await begun(two[0], sessions)
    at = AT
    while at + 29 * MINUTE < AT + LASTING.life:
        at += 29 * MINUTE
        await sessions.of(token, at)
    assert await refused(sessions, token, AT + LASTING.life)
    idle = await another(two[0], sessions)
    assert not await refused(sessions, idle, AT + 29 * MINUTE)
    assert await refused(sessions, idle, AT + 59 * MINUTE)


async def another(database: Database, sessions: Sessions) -> str:
    """Another sign-in of the same person."""
    async with database.write() as session:
        person_id = (await session.execute(select(col(SignInSessionRow.person_id)))).scalars().first()
        assert person_id
        return await sessions.begin(session, person_id, AT, address="", device="")


async def test_what_is_used_at_one_process_does_not_go_stale_at_another(two: list[Database]) -> None:
    here, there = (Sessions(database, LASTING) for database in two)
    _, token = await begun(two[0], here)
    await there.of(token, AT)
    for minutes in range(5, 60, 5):
        await here.of(token, AT + minutes * MINUTE)
        await here.write()
    assert not await refused(there, token, AT + 60 * MINUTE)
    assert await refused(Sessions(two[1], LASTING), token, AT + 120 * MINUTE)


async def test_one_that_was_ended_is_over_at_once_everywhere(two: list[Database]) -> None:
    here, there = (Sessions(database, LASTING) for database in two)
    wang, token = await begun(two[0], here)
    kept = await another(two[0], here)
    for sessions in (here, there):
        await sessions.of(token, AT)
        await sessions.of(kept, AT)
    async with two[0].write() as session:
        assert await end_sessions(session, wang.person_id, AT, "elsewhere", wang.person_id, only=digest(token)) == 1

    async with asyncio.timeout(WITHIN):
        while not all([await refused(sessions, token, AT) for sessions in (here, there)]):
            await asyncio.sleep(0.01)
    assert not await refused(there, kept, AT)
    async with two[0].read() as session:
        assert [row.session_id for row in await sessions_of(session, wang.person_id, AT, LASTING)] == [digest(kept)]
    async with two[0].write() as session:
        assert await end_sessions(session, wang.person_id, AT, "left", "another") == 1
    async with two[0].read() as session:
        rows = (await session.execute(select(SignInSessionRow).order_by(col(SignInSessionRow.how)))).scalars()
        assert [(row.how, row.ended_by) for row in rows] == [("elsewhere", wang.person_id), ("left", "another")]


async def test_being_used_forgets_nobody(two: list[Database], monkeypatch: pytest.MonkeyPatch) -> None:
    """When a sign-in was last used is written all the time: that is no change of people."""
    sessions = Sessions(two[0], LASTING)
    _, token = await begun(two[0], sessions)
    await sessions.of(token, AT)
    await sessions.of(token, AT + 5 * MINUTE)
    await sessions.write()
    monkeypatch.setattr(sessions, "_look_up", None)  # it is not asked again
    assert (await sessions.of(token, AT + 6 * MINUTE)).session_id == digest(token)
