"""Kept figures on both databases: the same as fresh ones, dropped in time, whoever's process counted them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import col

from bench.lists import statements
from domain.indicators.formulas import DEFAULT_WINDOWS
from infra.database.engine import Database
from infra.database.tables.read_model import TallyRow
from infra.database.tables.reporting import KeptFiguresRow
from infra.read_model.indicators import TOTAL, Asked, By, Scope, counted
from infra.read_model.reporting.kept_figures import FRESH, GIVEN, KeptFigures, Told, forgotten
from infra.runtime.settings import Settings
from tests.infra.read_model.test_figures import MARCH, ROWS, filled, spans, taken_in
from tests.infra.stores import opened

MANY = len(ROWS) // 2
READ = spans(MARCH.last)


def asked(by: By | None = None, path: str = "/county") -> Asked:
    return Asked(spans=READ, scope=Scope(paths=[path], by=by, windows=DEFAULT_WINDOWS))


async def told(figures: KeptFigures, database: Database, *questions: Asked) -> Told:
    async with database.read() as session:
        return await figures.of(session, *questions)


async def one_more(database: Database) -> None:
    """A matter of March is heard of late."""
    async with database.write() as session:
        session.add(taken_in("2026-03-20T09:00", "/county/a", "b-1", done="2026-03-21T09:00"))


async def aged(database: Database, by: timedelta) -> None:
    async with database.write() as session:
        await session.execute(update(KeptFiguresRow).values(counted_at=datetime.now(UTC) - by))


async def taken(figures: KeptFigures, database: Database) -> float:
    """How many were taken in, as it is told."""
    return (await told(figures, database, asked("township"))).answers[0][0][TOTAL]["taken_in"].numerator


async def test_what_is_kept_is_what_was_counted_in_every_grouping(anywhere: Settings) -> None:
    await filled(anywhere)
    async with opened(anywhere) as database:
        one, other = KeptFigures(database, many=1), KeptFigures(database, many=1)
        groupings: list[By | None] = [None, "township", "responsible", "organisation", "month", "beat", "colour"]
        questions = [asked(by) for by in groupings]
        first = await told(one, database, *questions)
        with statements(database) as sent:
            kept = await told(other, database, *questions)
        async with database.read() as session:
            fresh = [(await counted(session, question)).figures for question in questions]
        assert kept == first, "another process is told the same"
        assert len(sent) == 1
        assert kept.answers == fresh
        assert repr(kept.answers) == repr(fresh), "whole numbers stay whole"


async def test_five_minutes_as_it_is_an_hour_while_it_is_counted_anew_then_no_more(anywhere: Settings) -> None:
    await filled(anywhere)
    async with opened(anywhere) as database:
        figures = KeptFigures(database, many=MANY)
        assert await taken(figures, database) == 4
        await one_more(database)
        assert await taken(figures, database) == 4
        await aged(database, FRESH)
        assert await taken(figures, database) == 4, "who asks now does not wait"
        await asyncio.gather(*figures._counting.values())
        assert await taken(figures, database) == 5, "and who asks next has it"
        await one_more(database)
        await aged(database, GIVEN)
        before = datetime.now(UTC)
        assert await taken(figures, database) == 6
        assert (await told(figures, database, asked("township"))).at >= before
        await aged(database, -FRESH)  # the clock was set back
        await one_more(database)
        assert await taken(figures, database) == 7


async def test_few_events_are_counted_each_time_and_none_is_kept(anywhere: Settings) -> None:
    await filled(anywhere)
    async with opened(anywhere) as database:
        figures = KeptFigures(database)
        assert await taken(figures, database) == 4
        await one_more(database)
        assert await taken(figures, database) == 5
        async with database.read() as session:
            assert not (await session.execute(select(func.count()).select_from(KeptFiguresRow))).scalar_one()


async def test_another_sight_is_another_question(anywhere: Settings) -> None:
    await filled(anywhere)
    async with opened(anywhere) as database:
        figures = KeptFigures(database, many=1)
        seen = [
            (await told(figures, database, asked(path=path))).answers[0][0][TOTAL]["taken_in"].numerator
            for path in ("/county", "/county/a", "/county/b")
        ]
        assert seen == [4, 2, 2]


async def test_rebuilding_leaves_none_that_was_counted_before(anywhere: Settings) -> None:
    await filled(anywhere)
    async with opened(anywhere) as database:
        figures = KeptFigures(database, many=1)
        await taken(figures, database)
        async with database.write() as session:
            await session.execute(
                update(TallyRow).where(col(TallyRow.month) == "2026-03").values(month="2026-03", at=MARCH.ends)
            )
        await database.transact(forgotten())
        assert await taken(figures, database) == 0


async def test_many_who_ask_at_once_wait_for_one_count(anywhere: Settings) -> None:
    await filled(anywhere)
    async with opened(anywhere) as database:
        figures = KeptFigures(database, many=1)
        with statements(database) as sent:
            answers = await asyncio.gather(*(told(figures, database, asked()) for _ in range(8)))
        assert len({answer.at for answer in answers}) == 1
        assert sum("group by" in text.lower() for text, _ in sent) == 1
