"""Many writers at once, and a database that goes away: alike on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.digest import Digesting
from domain.errors import KeyReused, StoreUnavailable
from domain.people.organisation import Actor
from infra.database.columns import unlock
from infra.database.connecting import POOL, POSTGRESQL, PRAGMAS
from infra.database.engine import Database, migrate, open_database
from infra.database.errors import explained
from infra.database.tables.audit import AccessRow
from infra.database.tables.intake import IncidentRow, NumberRow
from infra.database.tables.operations import AnswerRow
from infra.health.heartbeat import beat, workers_alive
from infra.records import incidents
from infra.records.access_log.log import AccessLog
from infra.records.comments import add_comment, comments_of
from infra.records.idempotency_store import KEPT, StoredAnswer, keep_answer, store_answer, trim_answers
from infra.records.incidents import Earlier, first_of_number, record_incident
from infra.records.repeats.candidates import Keys
from infra.runtime.crypto import load_keys
from infra.runtime.identity import Identity
from infra.runtime.settings import Settings
from tests.infra.stores import answer_under, incident, opened
from tests.postgres import Cluster, cluster


def own(_: list[Earlier]) -> None:
    """Every report begins a dispute of its own."""


def first(earlier: list[Earlier]) -> str | None:
    """Every report joins the first of its place."""
    return earlier[-1].dispute_no if earlier else None


@pytest.fixture
def two(anywhere: Settings) -> Settings:
    """An installation that two processes work on: each has a database object, and so a queue of writers, of its own."""
    return anywhere


async def numbers(database: Database, *rows: IncidentRow) -> list[str]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(record_incident(database, row, own)) for row in rows]
    return [task.result()[0].dispute_no for task in tasks]


async def test_the_first_number_of_a_year_is_given_once_though_two_places_ask_at_once(two: Settings) -> None:
    for year in range(2000, 2010):
        at = datetime(year, 1, 1, tzinfo=UTC)
        async with opened(two) as here, opened(two) as there:
            rows = [incident(f"{year}-{n}", f"古山镇{n}号", at) for n in range(6)]
            found = await asyncio.gather(
                *(numbers(who, *part) for who, part in ((here, rows[::2]), (there, rows[1::2])))
            )
        given = sorted(number for part in found for number in part)
        assert given == [f"D{year}-{n:06}" for n in range(1, 7)]


async def test_a_report_that_fails_leaves_no_gap(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        async with database.read() as session:
            assert (await session.execute(select(NumberRow))).first() is None
        broken = incident("1", "古山镇1号")
        broken.sealed = object()  # can't be sealed: fails when the row is written, after the number was taken
        with pytest.raises(Exception, match="Unable to serialize"):
            await record_incident(database, broken, own)
        assert await numbers(database, incident("2", "古山镇2号")) == ["D2026-000001"]


async def test_reports_of_one_place_at_once_are_one_dispute(two: Settings) -> None:
    async with opened(two) as here, opened(two) as there, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(record_incident(who, incident(f"{who is here}-{n}", "古山镇金江龙村12号"), first))
            for n in range(8)
            for who in (here, there)
        ]
    found = [task.result()[0] for task in tasks]
    assert {row.dispute_no for row in found} == {"D2026-000001"}
    assert sorted(row.joined for row in found) == [False] + [True] * 15


async def test_the_same_report_under_two_addresses_at_once_is_recorded_once(two: Settings) -> None:
    async with opened(two) as here, opened(two) as there, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(record_incident(who, incident("same", f"古山镇{n}号"), own))
            for n in range(5)
            for who in (here, there)
        ]
    found = [task.result() for task in tasks]
    assert sorted(fresh for _, fresh in found) == [False] * 9 + [True]
    assert len({row.incident_id for row, _ in found}) == 1
    assert {row.dispute_no for row, _ in found} == {"D2026-000001"}


async def test_other_content_under_a_number_is_stored_once_each_however_many_come_at_once(two: Settings) -> None:
    """An alarm is never swallowed by another that has its number."""
    async with opened(two) as here, opened(two) as there, asyncio.TaskGroup() as group:
        rows = [
            (who, incident("same", f"古山镇{n}号", digest=f"content {n}"))
            for n in range(5)
            for who in (here, there, here)
        ]
        tasks = [group.create_task(record_incident(who, row, own)) for who, row in rows]
    found = [task.result() for task in tasks]
    assert sorted(fresh for _, fresh in found) == [False] * 10 + [True] * 5
    stored = {row.digest: (row.incident_id, row.dispute_no, row.nth) for row, _ in found}
    assert all(stored[row.digest] == (row.incident_id, row.dispute_no, row.nth) for row, _ in found)
    assert sorted(nth for _, _, nth in stored.values()) == [1, 2, 3, 4, 5]
    assert sorted(number for _, number, _ in stored.values()) == [f"D2026-{n:06}" for n in range(1, 6)]
    async with opened(two) as database:
        first = next(number for _, number, nth in stored.values() if nth == 1)
        assert {await first_of_number(database, row) for row, _ in found} == {first}


async def test_what_comes_in_between_the_look_and_the_lock_is_judged_before_anything_is_opened(
    anywhere: Settings,
) -> None:
    async with opened(anywhere) as database:
        await record_incident(database, incident("1", "古山镇金江龙村12号", digest="1"), own)
        asked: list[list[str]] = []

        def decide(earlier: list[Earlier]) -> str | None:
            asked.append([each.dispute_no for each in earlier])
            return earlier[0].dispute_no if len(asked) > 1 else None

        second, third = (incident(n, "古山镇金江龙村12号", digest=n) for n in ("2", "3"))
        async with database.write(second.place_key) as session:
            waiting = asyncio.create_task(record_incident(database, third, decide))
            while not asked:
                await asyncio.sleep(0.01)
            second.dispute_no = "D2026-000777"
            session.add(second)
        row, _ = await waiting
        assert asked == [["D2026-000001"], ["D2026-000777"]]
        assert (row.dispute_no, row.joined) == ("D2026-000777", True)


async def test_at_a_place_with_many_reports_the_newest_and_those_of_the_same_people_are_compared(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "NEWEST", 3)
    seen: list[str] = []

    def decide(earlier: list[Earlier]) -> None:
        seen.extend(each.dispute_no for each in earlier)

    caller, somebody, another = (Keys([f"person/{name}"], [at]) for at, name in enumerate(("caller", "s", "a"), 7))
    async with opened(anywhere) as database:
        for n in range(1, 11):
            at = datetime(2026, 3, 1, 8, n, tzinfo=UTC)
            row = incident(str(n), "古山镇医院" if n > 2 else "古山镇政府", at, digest=str(n))
            await record_incident(database, row, own, caller if n < 5 else somebody)
        new = incident("new", "古山镇医院", datetime(2026, 3, 1, 9, tzinfo=UTC), digest="new")
        both = Keys([*caller.words, *another.words], [*caller.tokens, *another.tokens])
        await record_incident(database, new, decide, both)
    assert seen == [f"D2026-{n:06}" for n in (10, 9, 8, 4, 3, 2, 1)]


async def test_the_first_answer_stays_and_other_content_is_noticed(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        answers = [StoredAnswer(status=200, body={"n": n, "词": "停车"}) for n in range(4)]
        await asyncio.gather(*(store_answer(database, "write", "digest", answer) for answer in answers))
        kept = await answer_under(database, "write", "digest")
        assert kept in answers
        await store_answer(database, "write", "digest", StoredAnswer(status=409, body={}))
        assert await answer_under(database, "write", "digest") == kept
        assert await answer_under(database, "other", "digest") is None
        with pytest.raises(KeyReused):
            await answer_under(database, "write", "another digest")


async def test_of_one_key_in_two_processes_at_once_one_has_its_effect_and_the_others_are_undone(two: Settings) -> None:
    person = Actor(person_id="p-1", name="某人", posts=[])

    async def remark(database: Database) -> bool:
        try:
            async with database.write() as session:
                row = await add_comment(session, "D2026-000001", person, "一条留言")
                answer = StoredAnswer(status=201, body=row.comment_id)
                if not await keep_answer(session, "write", "digest", answer):
                    raise KeyReused
        except KeyReused:
            return False
        return True

    async with opened(two) as here, opened(two) as there:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(remark(database)) for _ in range(4) for database in (here, there)]
        assert sorted(task.result() for task in tasks) == [False] * 7 + [True]
        async with here.read() as session:
            [comment] = await comments_of(session, "D2026-000001")
        kept = await answer_under(there, "write", "digest")
        assert kept
        assert kept.body == comment.comment_id


async def test_an_answer_to_what_was_undone_is_not_kept(anywhere: Settings) -> None:
    async def undone(database: Database) -> None:
        async with database.write() as session:
            assert await keep_answer(session, "write", "digest", StoredAnswer(status=201, body={}))
            raise KeyReused

    async with opened(anywhere) as database:
        with pytest.raises(KeyReused):
            await undone(database)
        assert await answer_under(database, "write", "digest") is None


async def test_a_full_disk_is_unavailable_to_every_writer_and_no_more_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(var=tmp_path)
    await asyncio.to_thread(migrate, settings)
    person = Actor(person_id="p-1", name="某人", posts=[])
    answer = StoredAnswer(status=200, body={"词": secrets.token_hex(100_000)})

    async def remark(database: Database) -> None:
        async with database.write() as session:
            await add_comment(session, "D2026-000001", person, secrets.token_hex(100_000))

    # Never less than there are: not a page more can be had.
    monkeypatch.setattr("infra.database.connecting.PRAGMAS", (*PRAGMAS, "max_page_count=1"))
    async with opened(settings) as database:
        with pytest.raises(StoreUnavailable):
            await remark(database)
        assert await store_answer(database, "write", "digest", answer) == answer  # what the engine took is not undone
        assert await answer_under(database, "write", "digest") is None
    monkeypatch.undo()
    async with opened(settings) as database:
        await remark(database)


async def test_a_connection_lost_over_the_commit_is_not_called_a_failure(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_: AsyncSession) -> None:
        raise DBAPIError("COMMIT", None, ConnectionResetError(), connection_invalidated=True)

    async with opened(anywhere) as database:
        monkeypatch.setattr(AsyncSession, "commit", lost)
        with pytest.raises(StoreUnavailable) as told:
            async with database.write() as session:
                session.add(NumberRow(series="D2026", last=5))
        assert told.value.may_take_effect


async def test_an_answer_is_let_go_of_after_a_month_and_not_before(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.records.idempotency_store.AT_ONCE", 2)
    now, heard = datetime.now(UTC), list[int]()
    async with opened(anywhere) as database:
        for n in range(5):
            await store_answer(database, f"write-{n}", "digest", StoredAnswer(status=200, body={}))
        old = update(AnswerRow).where(col(AnswerRow.answer_id) != "write-4")
        async with database.write() as session:
            await session.execute(old.values(at=now - KEPT - timedelta(minutes=1)))
            await session.execute(old.where(col(AnswerRow.answer_id) == "write-3").values(at=now - KEPT))
        assert await trim_answers(database, now, heard.append) == 3
        assert heard == [2, 3]
        left = [n for n in range(5) if await answer_under(database, f"write-{n}", "digest")]
        assert left == [3, 4]
        assert await trim_answers(database, now) == 0


async def test_the_morning_s_work_lets_old_answers_go(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        await store_answer(database, "write", "digest", StoredAnswer(status=200, body={}))
        async with database.write() as session:
            await session.execute(update(AnswerRow).values(at=datetime.now(UTC) - KEPT * 2))
        await ActivityEnvironment().run(Digesting(database).digest)
        assert await answer_under(database, "write", "digest") is None


async def test_the_access_log_writes_each_entry_once(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        log = AccessLog(database)
        for n in range(30):
            log.note(f"p-{n}", "D2026-000001" if n % 2 else None, "read", "ok" if n % 3 else "not_found")
        await asyncio.gather(log.write(), log.write())
        await log.write()
        async with database.read() as session:
            rows = (await session.execute(select(AccessRow).order_by(col(AccessRow.access_id)))).scalars().all()
        assert sorted(row.person_id or "" for row in rows) == sorted(f"p-{n}" for n in range(30))
        assert all(row.at.tzinfo for row in rows)


async def test_a_worker_that_beats_is_alive(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        assert await workers_alive(database) == 0
        api = asyncio.create_task(beat(database, Identity("api", "api"), list))
        beating = asyncio.create_task(beat(database, Identity("worker", "w-1"), list))
        async with asyncio.timeout(10):
            while await workers_alive(database) != 1:
                await asyncio.sleep(0.02)
        beating.cancel()
        api.cancel()


async def test_a_database_that_is_away_is_unavailable_and_back_when_it_is_back(tmp_path: Path) -> None:
    with cluster() as server:
        settings = Settings(var=tmp_path, database_url=server.database())
        await asyncio.to_thread(migrate, settings)
        async with opened(settings) as database:
            assert await workers_alive(database) == 0
            async with database.read() as held:  # a connection in the middle of its work
                await held.execute(select(1))
                server.kill()
                with pytest.raises(StoreUnavailable):
                    await workers_alive(database)
            for _ in range(3):
                with pytest.raises(StoreUnavailable):
                    await workers_alive(database)
                with pytest.raises(StoreUnavailable):
                    await numbers_of_one(database)
            log = AccessLog(database)
            log.note("p-1", None, "read")
            await log.write()  # kept, not lost
            await store_answer(database, "write", "digest", StoredAnswer(status=200, body={}))  # not kept, not fatal
            server.start()
            assert await workers_alive(database) == 0
            assert await numbers_of_one(database) == ["D2026-000001"]
            await log.write()
            async with database.read() as session:
                assert (await session.execute(select(func.count()).select_from(AccessRow))).scalar_one() == 1


async def numbers_of_one(database: Database) -> list[str]:
    row, _ = await record_incident(database, incident("1", "古山镇1号"), own)
    return [row.dispute_no]


async def test_a_writer_cut_off_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with cluster() as server:
        settings = Settings(var=tmp_path, database_url=server.database())
        await asyncio.to_thread(migrate, settings)
        async with opened(settings) as database:
            with pytest.raises(StoreUnavailable):  # noqa: PT012
                async with database.write("lock") as session:
                    session.add(NumberRow(series="D2026", last=5))
                    await session.flush()
                    server.kill()
            server.start()
            async with database.read() as session:
                assert (await session.execute(select(NumberRow))).first() is None


async def test_a_writer_waits_for_its_turn_and_then_gives_up(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.database.engine.PATIENCE", 0.2)
    monkeypatch.setitem(POSTGRESQL["server_settings"], "lock_timeout", "200")
    async with opened(anywhere) as database, database.write("the same"):
        with pytest.raises(StoreUnavailable):
            async with database.write("the same"):
                raise AssertionError("two have the lock")


async def test_all_connections_in_use_is_unavailable_and_no_error_of_ours(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("pool_size", 1), ("max_overflow", 0), ("pool_timeout", 0.1)):
        monkeypatch.setitem(POOL, name, value)
    settings = Settings(var=tmp_path, database_url=postgres.database())
    unlock(load_keys(settings.key_file))
    database = open_database(settings)
    async with database.read() as held, database.read() as another:
        await held.execute(select(1))
        with pytest.raises(StoreUnavailable), explained():
            await another.execute(select(1))
    await database.close()


def test_the_processes_of_an_installation_fit_into_the_connections_that_postgresql_allows(postgres: Cluster) -> None:
    allowed = int(postgres.sql("SHOW max_connections")) - int(postgres.sql("SHOW superuser_reserved_connections"))
    processes = ("api", "worker", "a job", "migrations and the tools of administrators")
    assert len(processes) * (POOL["pool_size"] + POOL["max_overflow"]) <= allowed
