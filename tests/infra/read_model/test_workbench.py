"""The queries of the dispatcher's board and the desk 督促台, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from domain.people.organisation import Actor, Post
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.workbench import board, waiting
from infra.runtime.settings import Settings
from tests.infra.stores import opened

EVERYTHING = Actor(person_id="s", name="督查员", posts=[Post(role="supervisor", path="/county")])


async def test_what_waits_is_counted_told_by_town_and_paged(anywhere: Settings) -> None:
    now = datetime.now(UTC)
    asked = waiting.Asked("unsigned", now, now - timedelta(days=3))
    async with opened(anywhere, disputes=60) as database, database.read() as session:
        tasks = list(
            (await session.execute(select(TaskRow).where(col(TaskRow.state).in_(("open", "claimed"))))).scalars()
        )
        counts = await waiting.counts_of(session, EVERYTHING, asked)
        towns = await waiting.by_town(session, EVERYTHING, asked, ["/county"])
        await waiting.by_person(session, EVERYTHING, asked)
        found, cursor = set[str](), None
        while True:
            page = await waiting.waiting_in_sight(session, EVERYTHING, asked, limit=7, cursor=cursor)
            found |= {row.task_id for row in page.rows}
            if (cursor := page.next_cursor) is None:
                break
    free = {task.task_id for task in tasks if task.state == "open"}
    assert free
    assert (counts["unsigned"], found) == (len(free), free)
    assert counts["red"] == sum(task.colour == "red" for task in tasks)
    assert towns == {"/county": len(free)}


async def test_the_board_counts_every_open_dispute_and_shows_the_most_pressing(anywhere: Settings) -> None:
    now = datetime.now(UTC)
    async with opened(anywhere, disputes=60) as database, database.read() as session:
        rows = list((await session.execute(select(DisputeRow).where(col(DisputeRow.stage) != "closed"))).scalars())
        stands, cards = await board.board_of(session, EVERYTHING, now)
        loads = await board.loads_of(session, {row.organisation for row in rows if row.organisation}, now)
    assert sum(stand.open for stand in stands) == len(rows) > 0
    assert sum(stand.overdue for stand in stands) == sum(row.overdue for row in rows)
    for stage in {row.stage for row in rows}:
        shown = [card for card in cards if card.stage == stage]
        assert len(shown) == min(board.CARDS, sum(row.stage == stage for row in rows))
    assert all(load.open >= load.overdue for load in loads.values())
