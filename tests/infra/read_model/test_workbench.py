"""The queries of the dispatcher's board and the desk 督促台, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from domain.people.organisation import Actor, Post
from infra.database.ids import new_id
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.workbench import board, waiting, whistles
from infra.runtime.settings import Settings
from tests.infra.stores import AT, opened

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


async def test_whistles_are_paged_the_newest_first_and_those_with_nothing_left_are_left_out(anywhere: Settings) -> None:
    async with opened(anywhere, disputes=6) as database:
        async with database.write() as session:
            cases = list((await session.execute(select(DisputeRow).order_by(col(DisputeRow.dispute_no)))).scalars())
            numbers = [case.dispute_no for case in cases][:3]
            for n, number in enumerate(numbers):
                for kind, state in (
                    ("check_in", "done"),
                    ("check_in", "done"),
                    ("confer", "done" if n == 1 else "open"),
                ):
                    session.add(_came_of(number, kind, state, hour=n))
        found, cursor = [], None
        async with database.read() as session:
            running = await whistles.whistles_in_sight(session, EVERYTHING, running=True, limit=9, cursor=None)
            while True:
                page = await whistles.whistles_in_sight(session, EVERYTHING, running=False, limit=1, cursor=cursor)
                found += page.rows
                if (cursor := page.next_cursor) is None:
                    break
    newest = numbers[::-1]
    assert [each.dispute.dispute_no for each in found] == newest
    assert [(len(each.calls), len(each.tasks)) for each in found] == [(2, 3)] * 3
    assert [each.dispute.dispute_no for each in running.rows] == [newest[0], newest[2]]


def _came_of(number: str, kind: str, state: str, *, hour: int) -> TaskRow:
    """A task that came of a whistle."""
    at = AT + timedelta(hours=hour)
    return TaskRow(task_id=new_id(), dispute_no=number, kind=kind, state=state, round=1, colour="blue", title="吹哨",
                   opened_at=at, overdue=False, urgency=1, sealed={})  # fmt: skip
