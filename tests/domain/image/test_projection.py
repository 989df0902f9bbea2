"""The image others see: whole or in deltas, the urgent first, what has not begun hidden."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from domain.case.case import COLOUR
from domain.image.projection import Image, case_sheet, project
from domain.policy.spans import Span
from domain.policy.stages import Stage
from domain.transitions.colours import recolour
from domain.transitions.supervision import supervise
from tests.domain.support import MONDAY, OFFICER, PLACES, SCENE, SUPERVISOR, Desk


@pytest.mark.req("Q-034")
def test_an_image_says_where_the_case_stands_and_whose_turn_it_is() -> None:
    desk = Desk(rank=2)
    task = desk.push()
    image = project(desk.state)
    assert (image.revision, image.since) == (desk.state.revision, 0)
    assert (image.stage, image.colour, image.round) == ("push_1", "yellow", 1)
    assert (image.organisation, image.holder) == (PLACES["station"], "on_scene_officer")
    assert image.due_at == MONDAY + timedelta(days=7)
    assert not image.overdue
    desk.claim(task, SCENE)
    assert project(desk.state).holder == "scene"


def test_a_delta_holds_what_changed_and_together_with_the_rest_it_is_the_whole() -> None:
    desk = Desk()
    desk.push()
    first = project(desk.state)
    desk.push(Stage.PUSH_2, "follow_up_responsibly")
    delta, whole = project(desk.state, since=first.revision), project(desk.state)
    assert delta.since == first.revision
    assert all(entry.revision > first.revision for entry in delta.timeline)
    assert {e.seq for e in first.timeline} | {e.seq for e in delta.timeline} == {e.seq for e in whole.timeline}
    merged = {t.task_id: t for t in (*first.tasks, *delta.tasks)}
    assert merged == {t.task_id: t for t in whole.tasks}
    assert set(first.involved) | set(delta.involved) == set(whole.involved)


def test_answered_tasks_leave_the_deltas_and_pending_ones_stay_because_time_moves_them() -> None:
    desk = Desk()
    task = desk.push()
    before = desk.state.revision
    pending = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.decide(task, "settled", SCENE, summary="劝离")
    assert {t.task_id for t in project(desk.state, since=before).tasks} == {task.task_id, pending.task_id}
    assert [t.task_id for t in project(desk.state, since=desk.state.revision).tasks] == [pending.task_id]


def test_what_has_not_begun_is_nobody_s_business_yet() -> None:
    desk = Desk()
    desk.case.open("visit", opens_at=MONDAY + timedelta(days=30))
    assert project(desk.state).tasks == []
    desk.pass_time(days=30)
    assert [task.kind for task in project(desk.state).tasks] == ["visit"]


def test_overdue_is_a_fact_of_the_engine_never_of_a_clock_on_a_wall() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.outage(days=30)
    assert not project(desk.state).overdue
    desk.pass_time(days=0)
    image = project(desk.state)
    assert image.overdue
    assert image.tasks[0].overdue


def test_the_workflow_publishes_what_a_task_weighs_and_the_overdue_weigh_more_than_all_others() -> None:
    def weighed(rank: int = 1, *, urgent: bool = False, days: float = 0) -> int:
        desk = Desk(rank=rank, urgent=urgent)
        desk.push()
        desk.pass_time(days=days)
        return project(desk.state).tasks[0].urgency

    order = [weighed(), weighed(urgent=True), weighed(2), weighed(3), weighed(days=40), weighed(3, days=3)]
    assert order == sorted(set(order))
    assert weighed(days=20) == weighed(), "how much time is left is reckoned when somebody looks"


def test_an_image_tells_by_which_clock_its_deadlines_are_to_be_read() -> None:
    desk = Desk()
    desk.push()
    desk.state.ahead = 20 * 86_400
    image = project(desk.state)
    assert image.ahead == image.tasks[0].ahead == 20 * 86_400
    assert "ahead" not in image.document


def test_a_deadline_that_stands_still_presses_nobody_while_another_runs() -> None:
    desk = Desk(rank=2)
    desk.push()
    clock = desk.state.clock(COLOUR)
    assert clock is not None
    clock.suspend(desk.at, "联调期间")
    assert project(desk.state).tasks[0].suspended
    desk.case.start_clock("progress", "持续跟进", limit=Span(calendar_days=20))
    task = project(desk.state).tasks[0]
    assert (task.suspended, task.due_at) == (False, MONDAY + timedelta(days=20))


def test_a_task_offers_its_decisions_while_it_waits_and_none_afterwards() -> None:
    desk = Desk()
    task = desk.push()
    assert "settled" in project(desk.state).tasks[0].decisions
    desk.decide(task, "settled", SCENE, summary="劝离")
    assert project(desk.state).tasks[0].decisions == []


def test_a_task_that_has_ended_presses_nobody() -> None:
    desk = Desk(rank=3, urgent=True)
    task = desk.push()
    assert project(desk.state).tasks[0].urgency > 0
    desk.decide(task, "settled", SCENE, summary="劝离")
    assert project(desk.state).tasks[0].urgency == 0


def test_supervision_beside_the_stage_does_not_take_the_turn() -> None:
    desk = Desk()
    desk.push()
    supervise(desk.case, "overdue", "超期督办", level=0)
    assert project(desk.state).holder == "on_scene_officer"
    desk.act("escalate", SUPERVISOR, reason="久拖不决")
    assert project(desk.state).holder == "duty_leader"


def test_the_document_is_json_and_holds_no_machinery() -> None:
    desk = Desk()
    desk.push()
    document = project(desk.state).document
    json.dumps(document)
    assert not {"process", "calendar", "applied", "interruption", "tasks", "timeline"} & set(document)
    assert document["playbook"] == {"code": "jinhua", "edition": desk.state.edition, "digest": desk.state.digest}
    assert document["colours"]["red"] == "红色"
    (clock,) = document["clocks"]
    assert (clock["name"], clock["state"], clock["suspended"]) == (COLOUR, "running", False)


def test_an_image_survives_its_way_through_the_engine() -> None:
    desk = Desk()
    desk.push()
    image = project(desk.state)
    arrived = Image.model_validate_json(image.model_dump_json())
    assert arrived == image.model_copy(update={"basis": None}), "what its sender remembers stays with him"


def test_those_with_a_part_are_those_asked_those_watching_and_the_place_itself() -> None:
    desk = Desk()
    desk.push()
    assert {("on_scene_officer", PLACES["station"]), ("duty_leader", PLACES["station"]), ("", PLACES["grid"])} <= set(
        project(desk.state).involved
    )


def test_the_case_sheet_tells_stage_deadline_and_the_last_lines() -> None:
    desk = Desk(rank=2, urgent=True)
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    recolour(desk.case, "red", "持械")
    desk.pass_time(days=2)
    sheet = case_sheet(desk.state)
    assert "**二推·责任民警** · 第1轮 · 红色 · 加急" in sheet
    assert "待办：责任跟进（责任民警）" in sheet
    assert "（超期）" in sheet
    desk.decide(task, "criminal_case", OFFICER, reason="立案")
    desk.case.close("criminal_case")
    assert "办结：民转刑" in case_sheet(desk.state)
