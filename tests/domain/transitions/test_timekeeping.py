"""Time passes: what falls due is done once, in order, whether or not anybody was there to see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.case import COLOUR, PROTECTION
from domain.case.state import DisputeState
from domain.policy.stages import Stage
from domain.transitions.timekeeping import due_clock, fire_due, next_due, tasks_due_by
from tests.domain.support import CHIEF, HOUSING, LEADER, MONDAY, PLACES, SUPERVISOR, Desk, person

KINDS = ("reminder", "due", "overdue", "supervision", "promotion", "expired")


def next_at(state: DisputeState) -> datetime | None:
    due = next_due(state)
    return due[0] if due else None


def colour_rungs(desk: Desk) -> list[str]:
    return [e.kind for e in desk.state.timeline if e.detail.get("clock") == COLOUR and e.kind in KINDS]


def test_nobody_answers_reminder_overdue_supervision_promotion_each_once_and_in_order() -> None:
    desk = Desk(rank=2)
    desk.push()
    for _ in range(20):
        desk.pass_time(days=1)
    assert colour_rungs(desk) == ["reminder", "reminder", "due", "overdue", "supervision", "promotion", "supervision"]
    assert [s.level for s in desk.state.supervisions] == [0, 1]
    assert len(desk.state.pending("supervise")) == 1  # it has gone over the first one's head


def test_after_an_outage_the_same_happens_once_and_in_order() -> None:
    seen, slept = Desk(rank=2), Desk(rank=2)
    for desk in (seen, slept):
        desk.push()
    for _ in range(240):
        seen.pass_time(hours=1)
    slept.outage(days=10)
    fire_due(slept.case)
    assert colour_rungs(seen) == colour_rungs(slept)
    assert fire_due(slept.case) is False


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_gaps_of_any_length_never_repeat_or_swap_a_rung(gaps: list[int]) -> None:
    desk = Desk(rank=2)
    desk.push()
    for hours in gaps:
        desk.outage(hours=hours)
        fire_due(desk.case)
    clock = desk.state.clock(COLOUR)
    assert clock
    names = [name for _, name in clock.ladder(desk.state.calendar)]
    assert clock.fired == names[: len(clock.fired)]
    assert clock.overdue is ("overdue" in clock.fired)
    upcoming = next_at(desk.state)
    assert upcoming is None or upcoming > desk.at


def test_silence_is_the_answer_the_playbook_says() -> None:
    desk = Desk()
    task = desk.case.open("accept_assignment", about={"path": HOUSING.path})
    desk.pass_time(days=3)
    assert task.state == "done"
    assert task.decision
    assert (task.decision.name, task.decision.actor_id) == ("accept", None)
    assert desk.logged("decision") == ["签收交办：签收（到期自动）"]
    clock = next(c for c in desk.state.clocks if c.task_id == task.task_id)
    assert not clock.overdue


def test_what_silence_decides_has_the_fields_of_an_empty_form() -> None:
    desk = Desk()
    policy = desk.state.process.tasks["approve_third_push"].model_copy(update={"decides_itself": "approve"})
    tasks = {**desk.state.process.tasks, "approve_third_push": policy}
    desk.state.process = desk.state.process.model_copy(update={"tasks": tasks})
    task = desk.case.open("approve_third_push")
    desk.pass_time(days=1)
    assert task.decision
    assert task.decision.fields == {"suggested": []}


def test_a_suspended_clock_becomes_neither_due_nor_overdue() -> None:
    desk = Desk(rank=2)
    desk.push()
    clock = desk.state.clock(COLOUR)
    assert clock
    clock.suspend(desk.at, "等待鉴定")
    desk.pass_time(days=100)
    assert (clock.fired, clock.overdue) == ([], False)


def test_a_suspension_with_an_end_runs_on_by_itself() -> None:
    desk = Desk(rank=2)
    desk.push()
    clock = desk.state.clock(COLOUR)
    assert clock
    clock.suspend(desk.at, "等待鉴定", MONDAY + timedelta(days=5))
    desk.pass_time(days=5)
    assert not clock.suspended
    assert clock.due_at == MONDAY + timedelta(days=12)
    assert desk.logged("clock_resumed")


def test_the_next_instant_is_that_of_the_earliest_deadline() -> None:
    desk = Desk(rank=2)
    assert next_at(desk.state) is None
    desk.push()
    assert next_at(desk.state) == MONDAY + timedelta(days=3.5)
    desk.case.open("rule_urgency")
    assert next_at(desk.state) == MONDAY + timedelta(hours=1)
    desk.case.close("withdrawn")
    assert next_at(desk.state) is None


def test_a_task_is_pressed_by_the_earliest_of_its_clocks() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    due = due_clock(desk.state, task)
    assert due
    assert due.name == f"contact:{task.task_id}"
    ruling = desk.case.open("rule_urgency")
    due = due_clock(desk.state, ruling)
    assert due
    assert due.task_id == ruling.task_id
    assert due_clock(desk.state, desk.case.open("mediate", to=ruling.addressees)) is None


def test_the_ladder_s_clock_judges_sessions_and_the_colour_s_the_handling() -> None:
    desk = Desk()
    handling = desk.push()
    session = desk.case.open("mediate", to=handling.addressees)
    ladder = desk.case.start_clock("ladder", "联调期限", limit=desk.state.process.colours["blue"].limit)
    colour = desk.state.clock(COLOUR)
    assert colour
    assert tasks_due_by(desk.state, ladder) == [session]
    assert tasks_due_by(desk.state, colour) == [handling]


@pytest.mark.req("Q-097")
def test_the_urgent_court_has_24_hours_the_other_72() -> None:
    for urgent, hours in ((True, 24), (False, 72)):
        desk = Desk(risk_kinds=["domestic_violence"])
        asked = desk.case.open("apply_protection")
        officer = person("o", ("responsible_officer", PLACES["station"]))
        desk.decide(asked, "apply", officer, urgent=urgent)
        (court,) = desk.state.pending("court_protection")
        due = due_clock(desk.state, court)
        assert due
        assert due.due_at == MONDAY + timedelta(hours=hours)


@pytest.mark.req("Q-097")
def test_a_protection_order_reminds_of_its_end_and_runs_out_without_being_overdue() -> None:
    desk = Desk()
    handling = desk.push()
    court = desk.case.open("court_protection")
    liaison = person("l", ("court_liaison", PLACES["court"]))
    desk.decide(court, "granted", liaison, measures=["禁止接触"], until="2026-05-31")
    order = desk.state.clock(PROTECTION)
    assert order
    assert handling not in tasks_due_by(desk.state, order)
    desk.pass_time(days=120)
    mine = [e.kind for e in desk.state.timeline if e.detail.get("clock") == PROTECTION]
    assert mine == ["reminder", "reminder", "reminder", "expired"]
    assert not order.overdue
    assert order.stopped_at


def test_supervision_is_answered_by_those_above_and_not_by_the_station() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.pass_time(days=8)
    (task,) = desk.state.pending("supervise")
    assert {post.role for post in task.addressees} == {"supervisor"}
    assert not any(actor.has_role("supervisor") for actor in (LEADER, CHIEF))
    desk.decide(task, "urge", SUPERVISOR, message="请立即办理")
    assert desk.state.supervisions[-1].result == "urge"
