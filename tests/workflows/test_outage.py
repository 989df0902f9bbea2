"""Deadlines across an outage: with everything down over several due times, each rung still fires once and in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.case.clocks import Clock
from domain.case.state import DisputeState
from domain.policy.rungs import Rungs
from domain.policy.spans import Span
from domain.transitions.facts import Note
from tests.workflows.engine import Engine, Handle, until
from tests.workflows.test_replay import TO_THE_CENTRE
from workflows.dispute import DisputeWorkflow

WHOLE = ["reminder_1", "reminder_2", "due", "overdue", "supervision", "promotion"]
RUNGS = Rungs(remind_at=[0.5, 0.8], supervise_after=Span(hours=1), promote_after=Span(hours=2))
OUTAGE = 8.5


def clock(name: str, due_in: timedelta, fired: int) -> Clock:
    """A deadline of a hundred seconds, with the rungs that have fired already; `due_in` counts from now."""
    due = datetime.now(UTC) + due_in
    return Clock(
        name=name, title=f"时限{name}", started_at=due - timedelta(seconds=100), due_at=due, rungs=RUNGS,
        fired=WHOLE[:fired], overdue=fired > 3,
    )  # fmt: skip


def fired(state: DisputeState) -> list[tuple[str, str]]:
    """What the clocks did, in the timeline's order: (clock, what)."""
    what = ("reminder", "due", "overdue", "promotion", "supervision")
    return [(e.detail["clock"], e.kind) for e in state.timeline if e.kind in what and e.detail.get("clock")]


async def test_rungs_due_while_everything_was_down_fire_once_and_in_order(office: Engine) -> None:
    """Five deadlines at five points of their ladders, each with a rung due half a second apart while nothing runs."""
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    async with office.working():
        await office.published(await office.open())  # a worker's first case takes seconds on a busy machine
        clocks = [
            clock("promotion", 8.0 * second - 3 * hour, fired=5),
            clock("supervision", 7.5 * second - hour, fired=4),
            clock("due", 7.0 * second, fired=2),
            clock("second", 6.5 * second + timedelta(seconds=20), fired=1),
            clock("first", 6.0 * second + timedelta(seconds=50), fired=0),
        ]
        handle = await office.open(clocks=clocks)
        await office.published(handle)
        before = fired(await office.state(handle))
    await office.server.kill()
    await asyncio.sleep(OUTAGE)
    await office.server.start()
    async with office.working():
        await until(lambda: _fired(office, handle))
        after = await office.state(handle)
        await office.advance(handle, minutes=5)  # nothing comes a second time
        await office.published(handle)
        later = await office.state(handle)
    assert before == []
    assert fired(after) == [
        ("first", "reminder"),
        ("second", "reminder"),
        ("due", "due"),
        ("due", "overdue"),
        ("supervision", "supervision"),
        ("promotion", "promotion"),
        ("promotion", "supervision"),
    ]
    assert {c.name: len(c.fired) for c in after.clocks if c.name in {*WHOLE, "first", "second"}} == {
        "first": 1, "second": 2, "due": 4, "supervision": 5, "promotion": 6,
    }  # fmt: skip
    again = [pair for pair in fired(later)[len(fired(after)) :] if not pair[0].startswith("task:")]
    assert again == [
        ("second", "due"),
        ("second", "overdue"),
        ("first", "reminder"),
        ("first", "due"),
        ("first", "overdue"),
    ]


async def asked_while_nobody_works(handle: Handle) -> list[asyncio.Task[Any]]:
    """What people ask of a case that nobody works on: the engine keeps the questions for whoever comes."""
    asked = [asyncio.create_task(handle.query(DisputeWorkflow.progress)) for _ in range(8)]
    await asyncio.sleep(1)
    return asked


async def test_a_question_asked_before_a_timer_rang_does_not_have_it_ring_at_an_instant_of_before(
    office: Engine,
) -> None:
    """The worker that comes meets the questions first, with a history in which the timer has rung already."""
    async with office.working():
        handle = await office.open(clocks=[clock("due", timedelta(seconds=3), fired=2)])
        await office.published(handle)
    asked = await asked_while_nobody_works(handle)
    await asyncio.sleep(3)
    async with office.working():
        await asyncio.gather(*asked, return_exceptions=True)
        await until(lambda: _fired(office, handle))
        state = await office.state(handle)
        await office.published(handle)
    assert fired(state) == [("due", "due"), ("due", "overdue")]
    assert fired(await office.state(handle)) == fired(state)


async def _fired(office: Engine, handle: Handle) -> bool:
    await office.published(handle)
    return bool(fired(await office.state(handle)))


@pytest.mark.parametrize("goes_on", [False, True], ids=["asked_once", "asked_on"])
async def test_a_question_asked_before_a_signal_came_does_not_have_it_taken_at_an_instant_of_before(
    office: Engine, *, goes_on: bool
) -> None:
    """The task that the signal made may be lost with what the questions met, and begin once more after seconds: of what
    others ask meanwhile, the history ends with the beginning of the lost one.
    """
    async with office.working():
        handle = await office.open()
        await office.published(handle)
    asked = await asked_while_nobody_works(handle)
    sent = datetime.now(UTC)
    await handle.signal(DisputeWorkflow.hotline_note, Note(key="note-1", source="12345", text="来电补充"))
    async with office.working():
        for _ in range(30 * goes_on):
            await asyncio.sleep(0.15)
            asked.append(asyncio.create_task(handle.query(DisputeWorkflow.progress)))
        await asyncio.gather(*asked, return_exceptions=True)

        async def shown() -> list[dict[str, Any]]:
            rows = await office.rows(handle.id)
            return [row for row in rows["TimelineRow"] if row["kind"] == "hotline_note"]

        (entry,) = await until(shown)
        (taken,) = [e for e in (await office.state(handle)).timeline if e.kind == "hotline_note"]
    assert taken.at >= sent
    assert entry["at"] == taken.at


async def test_a_task_decides_itself_once_though_its_time_came_while_nobody_worked(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
        for kind, decision in (*TO_THE_CENTRE, ("dispatch", "assign")):
            await office.decide(handle, kind, decision)
        silent = await office.task(handle, "accept_assignment")
        await office.published(handle)
    passing = asyncio.create_task(office.advance(handle, days=6))  # a working day is over, whatever the weekday
    await asyncio.sleep(1)
    async with office.working():
        await passing
        await office.task(handle, "dispose")
        await office.published(handle)
        state = await office.state(handle)
    of_it = [e.kind for e in state.timeline if e.detail.get("task_id") == silent.task_id]
    assert of_it == ["task_opened", "expired", "decision"]


async def test_silence_of_a_desk_decides_nothing_though_nobody_worked(office: Engine) -> None:
    """“每日通过…两个层级对警情进行分析研判” asks people: silence is supervised, and confirms nothing."""
    async with office.working():
        handle = await office.open()
        desk = await office.task(handle, "confirm_triage")
        await office.published(handle)
    passing = asyncio.create_task(office.advance(handle, days=2))
    await asyncio.sleep(1)
    async with office.working():
        await passing
        await office.task(handle, "supervise")
        await office.published(handle)
        state = await office.state(handle)
    assert [t.task_id for t in state.pending("confirm_triage")] == [desk.task_id]
    assert "decision" not in {e.kind for e in state.timeline}


async def test_months_in_the_drill_fire_each_rung_once_and_in_order(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.advance(handle, days=33)
    await working.published(handle)
    state = await working.state(handle)
    colour = [what for name, what in fired(state) if name == "colour"]
    assert colour == ["reminder", "reminder", "due", "overdue", "supervision", "promotion", "supervision"]
    assert next(c for c in state.clocks if c.name == "colour").fired == WHOLE
