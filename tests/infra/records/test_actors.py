"""Actors are remembered, and never longer than they are so: whatever takes a right away counts at the next request."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from domain.people.organisation import Actor, Post
from infra.database.engine import Database
from infra.database.tables.people import DeputyRow, OrganisationRow, PersonRow, PostRow
from infra.records.actors import Actors
from infra.records.deputies import acting
from infra.runtime.settings import Settings
from infra.wakeups.wakeups import Topic
from tests.infra.stores import AT, opened
from tests.infra.support import ROOT, until

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Process:
    """One that remembers actors, and hears of changes."""

    settings: Settings
    database: Database
    actors: Actors
    listening: asyncio.Task[None]

    async def asked(self, person: str, at: datetime = AT) -> tuple[Actor | None, int]:
        """Who somebody is, as a request is told, and by how many statements."""
        heard: list[str] = []
        with self.database.heard(lambda text, _: heard.append(text)):
            return await self.actors.acting(person, at), len(heard)

    async def remembers(self, person: str) -> Actor | None:
        """Who somebody is, from now on remembered."""
        actor, _ = await self.asked(person)
        assert await self.asked(person) == (actor, 0)
        return actor

    async def true(self, person: str, at: datetime = AT) -> Actor | None:
        """Who somebody is according to the database."""
        async with self.database.read() as session:
            return await acting(session, person, at)


@pytest_asyncio.fixture(loop_scope="session")
async def process(anywhere: Settings) -> AsyncIterator[Process]:
    """A county with a supervisor `a`, a chief `b`, and `c`, who has no post and stands in for `b` for a
    day, as a second person confirmed."""
    async with opened(anywhere) as database:
        async with database.write() as session:
            session.add(OrganisationRow(code="c", name="县", kind="county", level="county", line="gov", path="/c"))
            session.add_all(PersonRow(person_id=p, username=p, name=p, password_hash="-") for p in "abc")
            await session.flush()
            for role, person in (("supervisor", "a"), ("station_chief", "b"), ("command_room", "b")):
                session.add(PostRow(post_id=f"{person} {role}", person_id=person, role=role, organisation_code="c",
                                    path="/c"))  # fmt: skip
            session.add(DeputyRow(deputyship_id="d", person_id="b", deputy_id="c", since=AT, until=AT + DAY,
                                  named_by="b", named_at=AT, confirmed_to=1))  # fmt: skip
        listening = asyncio.create_task(database.wakeups.keep_listening())
        await until(lambda: database.wakeups.listens)
        yield Process(anywhere, database, Actors(database), listening)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


CHANGES = {
    "a person is disabled": ("a", "UPDATE person SET active = false WHERE person_id = 'a'"),
    "a post is taken away": ("a", "DELETE FROM post WHERE person_id = 'a'"),
    "a post moves": ("a", "UPDATE post SET path = '/c/d' WHERE person_id = 'a'"),
    "a post becomes another": ("a", "UPDATE post SET role = 'auditor' WHERE person_id = 'a'"),
    "a deputyship is ended": ("c", "UPDATE deputy SET ended_at = '2026-03-01 08:00:00+00', ended_by = 'b'"),
    "who is deputised for is disabled": ("c", "UPDATE person SET active = false WHERE person_id = 'b'"),
    "who is deputised for loses a post": ("c", "DELETE FROM post WHERE role = 'station_chief'"),
}

DOES = """
import asyncio, sys
from sqlalchemy import text
from infra.database.engine import open_database
from infra.runtime.settings import get_settings

async def main():
    database = open_database(get_settings())
    async with database.write() as session:
        await session.execute(text(sys.argv[1]))
    await database.close()

asyncio.run(main())
"""


async def elsewhere(settings: Settings, change: str) -> None:
    """Has another process commit a change."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DOES, change, cwd=ROOT, env=settings.environment(), stderr=subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


@pytest.mark.parametrize("what", CHANGES)
async def test_what_another_process_takes_away_is_gone(process: Process, what: str) -> None:
    person, change = CHANGES[what]
    before = await process.remembers(person)
    generation = process.database.wakeups.generation(Topic.PEOPLE)
    await elsewhere(process.settings, change)
    if not process.settings.sqlite_path:  # its word is on its way
        await until(lambda: process.database.wakeups.generation(Topic.PEOPLE) != generation)
    after, _ = await process.asked(person)
    assert after == await process.true(person) != before


async def test_a_deputyship_begins_and_ends_by_the_clock(process: Process) -> None:
    posts = [Post(role="station_chief", path="/c"), Post(role="command_room", path="/c")]
    for at, reach in ((AT - DAY, []), (AT, posts), (AT + DAY - timedelta(seconds=1), posts), (AT + DAY, [])):
        actor, _ = await process.asked("c", at)
        assert actor
        assert sorted(actor.reach, key=str) == sorted(reach, key=str)
    assert await process.remembers("c") == await process.true("c"), "also where the clock is set back"


async def test_between_its_turns_it_is_remembered(process: Process) -> None:
    for at in (AT - DAY, AT, AT + DAY):
        await process.asked("c", at)
        actor, statements = await process.asked("c", at + timedelta(hours=1))
        assert statements == 0
        assert actor == await process.true("c", at + timedelta(hours=1))


async def test_somebody_unknown_is_asked_for_again(process: Process) -> None:
    assert (await process.asked("x"))[0] is None
    async with process.database.write() as session:
        session.add(PersonRow(person_id="x", username="x", name="x", password_hash="-"))
    process.database.wakeups.changed(Topic.PEOPLE)
    assert (await process.asked("x"))[0] is not None


async def test_nothing_is_remembered_while_nobody_can_say_what_changed(process: Process) -> None:
    await process.remembers("a")
    if file := process.settings.sqlite_path:
        with contextlib.closing(sqlite3.connect(file)) as shell:
            shell.execute("ALTER TABLE generation RENAME TO elsewhere")
    else:
        process.listening.cancel()
    await until(lambda: process.database.wakeups.generation(Topic.PEOPLE) is None)
    for _ in range(2):
        actor, statements = await process.asked("a")
        assert actor == await process.true("a")
        assert statements > 0
