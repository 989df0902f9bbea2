"""Signals between processes: hints reach whoever listens, generations are right whoever commits, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, text, update

from infra.database.engine import Database, migrate
from infra.database.tables.people import DeputyRow, OrganisationRow, PersonRow, PostRow
from infra.read_model.writer import forget
from infra.records.jobs import ask_for
from infra.runtime.settings import Settings
from infra.wakeups import one_machine
from infra.wakeups.wakeups import Topic, Wakeups
from tests.infra.stores import AT, dispute, opened
from tests.infra.support import ROOT, until
from tests.postgres import Cluster, cluster

NUMBER = "D2026-000001"
PEOPLE = Topic.PEOPLE


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[Wakeups]:
    """The signals of a process that listens, once it does."""
    wakeups = database.wakeups
    keeping = asyncio.create_task(wakeups.keep_listening())
    try:
        await until(lambda: wakeups.listens)
        yield wakeups
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="session")
async def people(anywhere: Settings) -> Settings:
    """An installation with two people, of whom one has a post, and a deputyship."""
    async with opened(anywhere) as database, database.write() as session:
        session.add(OrganisationRow(code="c", name="县", kind="county", level="county", line="gov", path="/c"))
        session.add_all(PersonRow(person_id=name, username=name, name=name, password_hash="-") for name in "ab")
        await session.flush()
        session.add(PostRow(post_id="p", person_id="a", role="supervisor", organisation_code="c", path="/c"))
        session.add(
            DeputyRow(deputyship_id="d", person_id="a", deputy_id="b", since=AT, until=AT + timedelta(days=1),
                      named_by="a", named_at=AT)
        )  # fmt: skip
    return anywhere


CHANGES: dict[str, Any] = {
    "a person is disabled": update(PersonRow).values(active=False),
    "somebody comes": insert(PersonRow).values(person_id="c", username="c", name="c", password_hash="-", active=True),
    "a post is taken away": delete(PostRow),
    "a post moves": update(PostRow).values(path="/c/d"),
    "a deputyship is ended": update(DeputyRow).values(ended_at=AT, ended_by="a"),
    "an organisation is renamed": update(OrganisationRow).values(name="乙县"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_whatever_changes_people_makes_another_generation_everywhere(people: Settings, what: str) -> None:
    async with opened(people) as one, opened(people) as other, listening(one) as here, listening(other) as there:
        before = here.generation(PEOPLE), there.generation(PEOPLE)
        async with other.write() as session:
            await session.execute(CHANGES[what])
        other.wakeups.changed(PEOPLE)
        assert there.generation(PEOPLE) != before[1], "who commits knows at once"
        await until(lambda: here.generation(PEOPLE) != before[0])


async def test_what_is_rolled_back_or_no_change_of_people_makes_no_other_generation(people: Settings) -> None:
    async with opened(people) as database, listening(database) as wakeups:
        before = wakeups.generation(PEOPLE)
        with contextlib.suppress(ZeroDivisionError):
            async with database.write() as session:
                await session.execute(delete(PostRow))
                raise ZeroDivisionError
        async with database.write() as session:
            session.add(dispute(NUMBER))
        async with database.read() as session:
            await session.get(PersonRow, "a")
        assert wakeups.generation(PEOPLE) == before


BY_HAND = "UPDATE person SET active = {no} WHERE username = 'a'"


async def test_a_change_by_hand_counts_as_well(people: Settings, postgres: Cluster) -> None:
    async with opened(people) as database, listening(database) as wakeups:
        before = wakeups.generation(PEOPLE)
        if people.sqlite_path:
            with sqlite3.connect(people.sqlite_path) as shell:
                shell.execute(BY_HAND.format(no="0"))
            assert wakeups.generation(PEOPLE) != before, "at once: the database is asked"
        else:
            postgres.sql(BY_HAND.format(no="false"), people.database_url.rpartition("/")[2])
            await until(lambda: wakeups.generation(PEOPLE) != before)


SAYS = f"""
import asyncio, sys
from infra.database.engine import open_database
from infra.records.jobs import ask_for
from infra.runtime.settings import get_settings
from tests.infra.stores import dispute

async def main():
    database = open_database(get_settings())
    async with database.write() as session:
        session.add(dispute("{NUMBER}", revision=7))
    database.wakeups.published("{NUMBER}", 7)
    async with database.write() as session:
        await ask_for(session, "replays", "p", {{}})
    database.wakeups.job_waits()
    await database.close()

asyncio.run(main())
"""


async def test_another_process_is_heard(anywhere: Settings) -> None:
    async with opened(anywhere) as database, listening(database) as wakeups:
        heard: list[object] = []
        wakeups.on_published(lambda number, revision: heard.append((number, revision)))
        wakeups.on_job(lambda: heard.append("job"))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SAYS, cwd=ROOT, env=anywhere.environment(), stderr=subprocess.PIPE
        )
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()
        await until(lambda: len(heard) >= 2)
        assert heard == [(NUMBER, 7), "job"]


async def test_who_says_something_hears_it_without_listening(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        heard: list[object] = []
        database.wakeups.on_published(lambda number, revision: heard.append((number, revision)))
        database.wakeups.on_job(lambda: heard.append("job"))
        database.wakeups.published(NUMBER, 3)
        async with database.write() as session:
            await ask_for(session, "replays", "p", {})
        database.wakeups.job_waits()
        assert heard == [(NUMBER, 3), "job"]


async def test_a_socket_that_somebody_takes_away_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_machine, "PAUSE", 0.01)
    async with opened(Settings(var=tmp_path)) as database, listening(database) as wakeups:
        heard: list[object] = []
        wakeups.on_job(lambda: heard.append("job"))
        (taken,) = (tmp_path / "run" / "wakeups").iterdir()
        taken.unlink()
        async with opened(Settings(var=tmp_path)) as other:
            while not heard:
                other.wakeups.job_waits()
                await asyncio.sleep(0.01)


async def test_without_a_socket_a_process_lives_and_hears_once_it_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_machine, "PAUSE", 0.01)
    (tmp_path / "run").write_text("")  # no folder can be made
    async with opened(Settings(var=tmp_path)) as database:
        keeping = asyncio.create_task(database.wakeups.keep_listening())
        await asyncio.sleep(0.05)
        assert not database.wakeups.listens
        (tmp_path / "run").unlink()
        await until(lambda: database.wakeups.listens)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_without_a_database_no_generation_is_known(tmp_path: Path) -> None:
    async with opened(Settings(var=tmp_path)) as database:
        assert database.wakeups.generation(PEOPLE) is None
        await asyncio.to_thread(migrate, Settings(var=tmp_path))
        assert database.wakeups.generation(PEOPLE) is not None
        (tmp_path / "santui.db").write_bytes(b"not a database at all" * 1000)
        assert database.wakeups.generation(PEOPLE) is None


@pytest.mark.parametrize("how", ["killed", "hangs"])
async def test_while_postgresql_is_away_no_generation_is_known_and_then_another_one(tmp_path: Path, how: str) -> None:
    with cluster() as server:
        settings = Settings(var=tmp_path, database_url=server.database())
        await asyncio.to_thread(migrate, settings)
        async with opened(settings) as database, listening(database) as wakeups:
            heard: list[object] = []
            wakeups.on_job(lambda: heard.append("job"))
            before = wakeups.generation(PEOPLE)
            assert before is not None
            if how == "killed":
                server.kill()
                await until(lambda: wakeups.generation(PEOPLE) is None)
                await asyncio.to_thread(server.start)
            else:
                with server.frozen():
                    await until(lambda: wakeups.generation(PEOPLE) is None)
            await until(lambda: wakeups.listens)
            assert wakeups.generation(PEOPLE) not in (None, before)
            async with opened(settings) as other, other.write() as session:
                await ask_for(session, "replays", "p", {})
            await until(lambda: heard == ["job"])


async def test_every_table_of_people_is_counted_at_the_newest_revision(anywhere: Settings) -> None:
    """A migration that makes a table anew on SQLite loses its triggers."""
    tables = ("organisation", "person", "post", "deputy")
    async with opened(anywhere) as database, database.read() as session:
        if anywhere.sqlite_path:
            found = await session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            wanted = {f"generation_{table}_{how}" for table in tables for how in ("insert", "update", "delete")}
        else:
            found = await session.execute(
                text("SELECT tgname || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal")
            )
            wanted = {f"say_people{table}" for table in tables} | {
                "say_publisheddispute", "say_forgottendispute", "say_jobjob",
            }  # fmt: skip
        assert wanted <= set(found.scalars())


async def test_a_dispute_that_is_forgotten_is_told_at_revision_0(anywhere: Settings) -> None:
    async with opened(anywhere) as database, opened(anywhere) as other, listening(database) as wakeups:
        heard: list[object] = []
        wakeups.on_published(lambda number, revision: heard.append((number, revision)))
        async with other.write() as session:
            session.add(dispute(NUMBER, revision=7))
        other.wakeups.published(NUMBER, 7)
        await forget(other, NUMBER)
        await until(lambda: len(heard) >= 2)
        assert heard == [(NUMBER, 7), (NUMBER, 0)]


async def test_a_connection_that_is_lost_is_known_to_be_at_once(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("BEAT", "TRUSTED"):
        monkeypatch.setattr(f"infra.wakeups.notifications.{patience}", 600.0)
    settings = Settings(var=tmp_path, database_url=postgres.database())
    async with opened(settings) as database, listening(database) as wakeups:
        assert wakeups.generation(PEOPLE) is not None
        name = settings.database_url.rpartition("/")[2]
        ours = f"datname = '{name}' AND application_name = 'santui wakeups'"
        postgres.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
        await until(lambda: wakeups.generation(PEOPLE) is None)
