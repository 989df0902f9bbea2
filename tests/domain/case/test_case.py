"""The case in motion: stages, rounds, tasks, and the end of it all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.case import COLOUR
from domain.policy.spans import Span
from domain.policy.stages import Stage
from tests.domain.support import (
    HANDLER,
    HOUSING,
    MET,
    MONDAY,
    OFFICER,
    PICTURE,
    PLACES,
    SCENE,
    SUPERVISOR,
    Desk,
)


def test_every_act_raises_the_revision_and_the_timeline_is_numbered_without_gaps() -> None:
    desk = Desk()
    seen = [desk.state.revision]
    task = desk.push()
    seen.append(desk.state.revision)
    desk.claim(task, SCENE)
    seen.append(desk.state.revision)
    desk.case.close("withdrawn")
    seen.append(desk.state.revision)
    assert seen == sorted(set(seen))
    assert [entry.seq for entry in desk.state.timeline] == list(range(1, len(desk.state.timeline) + 1))
    assert all(entry.at == MONDAY for entry in desk.state.timeline)


def test_a_question_goes_to_the_playbook_s_posts_at_the_dispute_s_places() -> None:
    task = Desk().push()
    assert [(p.role, p.path) for p in task.addressees] == [("on_scene_officer", PLACES["station"])]
    assert [(p.role, p.path) for p in task.watchers] == [("duty_leader", PLACES["station"])]


def test_assigned_means_the_organisation_dispatched_to() -> None:
    task = Desk().push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    assert {p.path for p in task.addressees} == {HOUSING.path}


@pytest.mark.req("Q-035")
def test_the_colour_s_clock_starts_with_the_push_it_is_counted_from_and_only_once_a_round() -> None:
    desk = Desk()
    desk.case.enter(Stage.TRIAGE)
    assert desk.state.clock(COLOUR) is None
    desk.case.enter(Stage.PUSH_1)
    first = desk.state.clock(COLOUR)
    assert first
    assert first.due_at == MONDAY.replace(month=4)
    desk.outage(days=1)
    desk.case.enter(Stage.PUSH_2)
    assert desk.state.clock(COLOUR) is first
    assert len(desk.state.clocks) == 1


def test_a_city_that_counts_from_receipt_starts_with_the_delivery_to_the_organisation() -> None:
    desk = Desk("qionglai")
    for stage in (Stage.TRIAGE, Stage.PUSH_3):
        desk.case.enter(stage)
        assert desk.state.clock(COLOUR) is None
    desk.case.start_colour_clock(HOUSING)
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.body == HOUSING.path


def test_each_push_is_on_record_with_its_addressees() -> None:
    desk = Desk()
    desk.push()
    desk.push(Stage.PUSH_2, "follow_up_responsibly")
    assert [(push.stage, [p.role for p in push.to]) for push in desk.state.pushes] == [
        (Stage.PUSH_1, ["on_scene_officer"]),
        (Stage.PUSH_2, ["responsible_officer"]),
    ]


@pytest.mark.req("Q-049")
def test_the_next_round_has_a_fresh_clock_of_the_present_colour() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.outage(days=6)
    desk.case.next_round("退回重办")
    assert desk.state.clock(COLOUR) is None
    desk.case.enter(Stage.PUSH_1)
    fresh = desk.state.clock(COLOUR)
    assert fresh
    assert fresh.round == desk.state.round == 2
    assert fresh.due_at == desk.at + timedelta(days=7)


def test_a_redone_task_names_the_one_it_redoes_and_goes_to_the_same_holders() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    desk.decide(task, "disposed", HANDLER, summary="已处置", met=MET, evidence=[PICTURE])
    desk.case.next_round("退回重办")
    again = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    assert (again.redo_of, again.round) == (task.task_id, 2)
    assert again.addressees == task.addressees
    other = desk.case.open("dispose", about={"path": "/c/market"})
    assert other.redo_of is None


def test_supervision_and_protection_run_on_into_the_next_round() -> None:
    desk = Desk()
    desk.push()
    asked = desk.case.open("apply_protection")
    desk.case.next_round("退回重办")
    clock = desk.state.clock(f"task:{asked.task_id}")
    assert clock
    assert clock.stopped_at is None


def test_closing_voids_what_is_open_and_stops_every_clock() -> None:
    desk = Desk()
    task = desk.push()
    visit = desk.case.open("visit", limit=Span(calendar_days=10), opens_at=MONDAY + timedelta(days=30))
    desk.case.close("withdrawn")
    assert (task.state, visit.state) == ("void", "void")
    assert task.void_reason == "纠纷已办结"
    assert all(clock.stopped_at for clock in desk.state.clocks)
    assert (desk.state.stage, desk.state.outcome, desk.state.closed_at) == (Stage.CLOSED, "withdrawn", MONDAY)
    assert desk.state.closed


def test_a_scheduled_task_stays_out_of_sight_until_its_day_and_its_clock_starts_then() -> None:
    desk = Desk()
    begins = MONDAY + timedelta(days=30)
    task = desk.case.open("visit", limit=Span(calendar_days=10), opens_at=begins)
    assert (task.state, desk.logged("task_opened")) == ("scheduled", [])
    states = [task.state]
    for days in (29, 1):
        desk.pass_time(days=days)
        states.append(task.state)
    assert states == ["scheduled", "scheduled", "open"]
    clock = desk.state.clock(f"task:{task.task_id}")
    assert clock
    assert clock.due_at == begins + timedelta(days=10)
    assert not clock.suspensions


def test_a_task_that_ends_takes_its_own_clocks_with_it_and_no_others() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    assert {clock.name for clock in desk.state.clocks} == {COLOUR, f"contact:{task.task_id}"}
    desk.decide(task, "mediate", OFFICER, reason="双方同意调解")
    assert [clock.name for clock in desk.state.clocks if clock.stopped_at is None] == [COLOUR]


@pytest.mark.parametrize("contact", ["call", "visit", "appointment"])
def test_a_contact_is_put_on_record_and_leaves_the_task_open(contact: str) -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.decide(task, "contacted", OFFICER, manner=contact, who="李某", summary="约请到所")
    assert task.pending
    assert [decision.name for decision in task.record] == ["contacted"]
    assert desk.state.clock(f"contact:{task.task_id}") is None  # the first contact was in time


def test_whoever_supervises_does_not_sit_in_the_way_of_a_push() -> None:
    desk = Desk()
    desk.push()
    desk.act("escalate", SUPERVISOR, reason="久拖不决")
    assert [p.role for p in desk.state.pushes[-1].to] == ["on_scene_officer"]
