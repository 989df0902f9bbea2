"""The queries of the dispatcher's board and the desk 督促台, the same on both databases."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlmodel import col

from bench.lists import a_case, plans, statements
from bench.looks import looks
from domain.people.organisation import Actor, Post
from infra.database.engine import Session, migrate
from infra.database.ids import new_id
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.disputes import within_sight
from infra.read_model.urgency_order import order_columns, place_in_order
from infra.read_model.visibility import OPEN
from infra.read_model.workbench import board, supervisions, waiting, whistles
from infra.runtime.settings import Settings
from tests.infra.stores import AT, opened

OFTEN = ("county supervisor", "by township")
EVERYTHING = Actor(person_id="s", name="督查员", posts=[Post(role="supervisor", path="/county")])


async def test_what_waits_is_counted_told_by_town_and_paged(anywhere: Settings) -> None:
    now = datetime.now(UTC)
    asked = waiting.Asked("unsigned", now, now - timedelta(days=3))
    async with opened(anywhere, disputes=60) as database, database.read() as session:
        tasks = list(
            (await session.execute(select(TaskRow).where(col(TaskRow.state).in_(("open", "claimed"))))).scalars()
        )
        standing = await waiting.standing_of(session, EVERYTHING, asked, ["/county"])
        held = await waiting.standing_of(session, EVERYTHING, replace(asked, what="red"), ["/county"])
        found, cursor = set[str](), None
        while True:
            page = await waiting.waiting_in_sight(session, EVERYTHING, asked, limit=7, cursor=cursor)
            found |= {row.task_id for row in page.rows}
            if (cursor := page.next_cursor) is None:
                break
    free = {task.task_id for task in tasks if task.state == "open"}
    assert free
    assert (standing.counts["unsigned"], found) == (len(free), free)
    assert standing.counts["red"] == sum(task.colour == "red" for task in tasks)
    assert (standing.towns, standing.people) == ({"/county": len(free)}, [])
    hands = Counter(task.assignee for task in tasks if task.colour == "red" and task.assignee)
    assert {person_id for person_id, _ in held.people} == set(hands), "and nobody is told how much of it"
    assert [name for _, name in held.people] == sorted(name for _, name in held.people)


async def test_each_kind_is_what_the_rule_says_in_the_order_of_urgency(anywhere: Settings) -> None:
    """Deadlines that stand still or run in a drill, what is late, two of one second: as one would sort them by hand."""
    now = datetime.now(UTC)
    chief = Actor(person_id="c", name="所长", posts=[Post(role="station_chief", path="/county/bureau/station-baiyang")])
    async with opened(anywhere, disputes=400) as database:
        async with database.write() as session:
            tasks = list((await session.execute(select(TaskRow).where(col(TaskRow.state).in_(OPEN)))).scalars())
            chance = random.Random(5)
            for task in tasks:
                task.due_at = chance.choice((None, now + timedelta(hours=chance.randint(-30, 60), milliseconds=7)))
                task.ahead, task.suspended = chance.choice((0, 0, 86_400)), chance.random() < 0.2
                task.overdue = task.due_at is not None and task.due_at < now and not task.suspended
                task.urgency = chance.choice((100, 200, 400)) + 1000 * task.overdue
                task.moved_at = now - timedelta(days=chance.choice((1, 2, 4, 9)))
                order = order_columns(task.urgency, task.due_at, ahead=task.ahead, suspended=task.suspended)
                task.late_order, task.due_order = order["late_order"], order["due_order"]
        rules: dict[str, Callable[[TaskRow], bool]] = {
            "overdue": lambda task: task.overdue,
            "soon": lambda task: (
                bool(task.due_at and task.due_at < now + waiting.SOON) and not (task.overdue or task.suspended)
            ),
            "red": lambda task: task.colour == "red",
            "unsigned": lambda task: task.state == "open",
            "idle": lambda task: task.moved_at < now - timedelta(days=3),
        }
        async with database.read() as session:
            for who in (EVERYTHING, chief):
                sees = await within_sight(session, who, {task.dispute_no for task in tasks})
                seen = sorted((t for t in tasks if t.dispute_no in sees), key=lambda t: place_in_order(t, now))
                wanted = {what: [task.task_id for task in seen if rule(task)] for what, rule in rules.items()}
                for what in waiting.WHATS:
                    asked = waiting.Asked(what, now, now - timedelta(days=3))
                    standing = await waiting.standing_of(session, who, asked, [])
                    assert standing.counts == {each: len(found) for each, found in wanted.items()}
                    assert await every_page(session, who, asked) == wanted[what]
                    assert wanted[what] or who is chief, what
                held = Counter(task.assignee for task in seen if task.assignee).most_common(1)
                for person, _ in held:
                    theirs = [task.task_id for task in seen if task.assignee == person and task.overdue]
                    asked = waiting.Asked("overdue", now, now, person=person or "")
                    assert await every_page(session, who, asked) == theirs


async def every_page(session: Session, who: Actor, asked: waiting.Asked) -> list[str]:
    """The ids of all pages, in their order."""
    found, cursor = list[str](), None
    while True:
        page = await waiting.waiting_in_sight(session, who, asked, limit=4, cursor=cursor)
        found += [row.task_id for row in page.rows]
        if (cursor := page.next_cursor) is None:
            return found


async def test_a_page_is_read_off_the_index_until_it_is_full(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path)
    await asyncio.to_thread(migrate, settings)
    async with opened(settings, disputes=40) as database:
        number, task_id = await a_case(database)
        told = {}
        for look in looks(database, number, task_id):
            if look.group == "desk" and look.what in ("board", *waiting.WHATS):
                told[look.who, look.what] = await plans(database, look)
    assert len(told) == 24
    for (who, what), plan in told.items():
        used = ("dispute_live", "addressee_waiting") if what == "board" else ("task_waiting", "task_pressing")
        assert all(f"COVERING INDEX {index}" in plan or f"INDEX {index} (path=?" in plan for index in used), (who, what)
        assert "SCAN task\n" not in plan
        assert what == "board" or "RIGHT PART OF ORDER BY" in plan or "LAST 2 TERMS OF ORDER BY" in plan, plan


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


async def test_supervisions_are_paged_the_newest_first_by_what_became_of_them(anywhere: Settings) -> None:
    async with opened(anywhere, disputes=4) as database:
        async with database.write() as session:
            await session.execute(delete(TaskRow).where(col(TaskRow.kind) == "supervise"))
            numbers = list((await session.execute(select(col(DisputeRow.dispute_no)))).scalars())
            for n, state in enumerate(("open", "claimed", "done", "void")):
                session.add(_came_of(numbers[n], "supervise", state, hour=n))
        async with database.read() as session:
            look = supervisions.supervisions_in_sight
            waiting = await look(session, EVERYTHING, "open", limit=9, cursor=None)
            first = await look(session, EVERYTHING, None, limit=3, cursor=None)
            rest = await look(session, EVERYTHING, None, limit=3, cursor=first.next_cursor)
    assert [each.task.state for each in waiting.rows] == ["claimed", "open"]
    assert [each.task.state for each in (*first.rows, *rest.rows)] == ["void", "done", "claimed", "open"]
    assert rest.next_cursor is None


def _came_of(number: str, kind: str, state: str, *, hour: int) -> TaskRow:
    """A task that came of a whistle."""
    at = AT + timedelta(hours=hour)
    return TaskRow(task_id=new_id(), dispute_no=number, kind=kind, state=state, round=1, colour="blue", title="吹哨",
                   opened_at=at, overdue=False, urgency=1, sealed={})  # fmt: skip


async def test_no_look_asks_more_of_a_county_of_years_than_of_a_young_one(tmp_path: Path) -> None:
    """Statements do not grow with what is in the database; one more may choose how a long list is gone about."""
    sent: dict[int, dict[tuple[str, str, str], int]] = {}
    for disputes in (40, 240):
        settings = Settings(var=tmp_path / str(disputes))
        settings.var.mkdir()
        await asyncio.to_thread(migrate, settings)
        async with opened(settings, disputes=disputes) as database:
            number, task_id = await a_case(database)
            sent[disputes] = {}
            for look in (each for each in looks(database, number, task_id) if each.who in OFTEN):
                with statements(database) as heard:
                    async with database.read() as session:
                        await look.ask(session)
                sent[disputes][look.group, look.who, look.what] = len(heard)
    young, old = sent[40], sent[240]
    assert young.keys() == old.keys()
    assert {look: (young[look], old[look]) for look in old if old[look] > young[look] + 1} == {}
    assert max(old.values()) <= 8
