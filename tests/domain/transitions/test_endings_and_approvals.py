"""Endings that nothing overtakes, what waits for approval, and how both stand on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.case import COLOUR
from domain.errors import DisputeClosed, FourEyes, TaskClosed
from domain.image.projection import project
from domain.policy.spans import Span
from domain.policy.stages import Stage
from domain.transitions.actions import Act, check_action
from domain.transitions.approvals import pending_merger
from domain.transitions.colours import recolour
from domain.transitions.facts import add_incident
from domain.transitions.side_effects import open_protection
from tests.domain.support import (
    CHIEF,
    COMMAND_ROOM,
    HANDLER,
    HOUSING,
    LEADER,
    MONDAY,
    PLACES,
    SCENE,
    SUPERVISOR,
    Desk,
    alarm,
    person,
)


def reopening(desk: Desk) -> Act:
    """Somebody entitled wants to reopen it."""
    return Act(key="k", action="reopen", fields={"reason": "反弹"}, actor=SUPERVISOR)


def test_nothing_overtakes_an_ending_that_was_accepted() -> None:
    desk = Desk()
    desk.push(Stage.PUSH_3, "dispatch")
    desk.act("withdraw", SUPERVISOR, reason="撤回")
    with pytest.raises(DisputeClosed):
        desk.act("recall", LEADER, reason="召回")
    assert desk.state.interruption
    assert desk.state.interruption.outcome == "withdrawn"


def test_an_alarm_does_not_overtake_an_ending_in_follow_up() -> None:
    desk = Desk()
    desk.case.enter(Stage.FOLLOW_UP)
    desk.act("withdraw", SUPERVISOR, reason="撤回")
    add_incident(desk.case, alarm(2, desk.at))
    assert desk.state.interruption
    assert desk.state.interruption.goto is None


def test_a_run_that_has_closed_is_not_reopened_the_next_one_is() -> None:
    desk = Desk()
    desk.case.close("resolved")
    with pytest.raises(DisputeClosed):
        check_action(desk.state, reopening(desk), desk.at)


def test_red_for_a_while_in_mediation_the_colour_stands_still_again() -> None:
    desk = Desk(rank=3)
    desk.push()
    desk.case.start_clock("ladder", "联调", limit=Span(calendar_months=1), suspendable=True)
    recolour(desk.case, "blue", "降")
    recolour(desk.case, "yellow", "升")
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.suspended


def test_a_merger_waits_for_approval() -> None:
    desk = Desk()
    task = desk.push()
    desk.act("merge_into", CHIEF, dispute_no="D2026-000009", reason="同一事项")
    assert desk.state.interruption is None
    assert pending_merger(desk.state)
    assert task.state == "open"


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("merge_into", {"dispute_no": "D2026-000009"}, "并案"),
        ("suspend", {"ground": "鉴定"}, "中止计时"),
        ("extend", {"until": MONDAY + timedelta(days=60)}, "延期"),
        ("recolour", {"colour": "blue"}, "调整颜色"),
    ],
)
def test_what_waits_for_approval_stands_on_record_as_asked_for(action: str, fields: dict[str, Any], words: str) -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.act(action, SUPERVISOR, reason="见附件", **fields)
    assert desk.logged("action") == [f"申请{words}"]


def test_what_takes_effect_at_once_is_not_called_asked_for() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.act("recolour", SUPERVISOR, colour="red", reason="升级")
    desk.act("withdraw", SUPERVISOR, reason="撤回")
    assert desk.logged("action") == ["调整颜色", "撤回"]


def test_a_refusal_that_comes_too_late_names_who_answered() -> None:
    other = person("王建芳", ("on_scene_officer", PLACES["station"]))
    desk = Desk()
    task = desk.push()
    desk.decide(task, "settled", other, summary="劝离")
    for late, words in ((other, "该待办已办结"), (SCENE, "该待办已由王建芳办结")):
        with pytest.raises(TaskClosed) as answer:
            desk.decide(task, "settled", late, summary="劝离")
        with pytest.raises(TaskClosed) as claim:
            desk.claim(task, late)
        assert (answer.value.detail, claim.value.detail) == (words, words)


def test_a_duplicate_found_at_triage_waits_for_approval() -> None:
    desk = Desk()
    task = desk.case.open("confirm_triage")
    desk.decide(task, "duplicate_of", COMMAND_ROOM, dispute_no="D2026-000009")
    assert task.state == "open"
    assert len(desk.state.pending("approve_change")) == 1


def test_a_protection_order_under_way_is_not_asked_for_again_in_the_next_round() -> None:
    desk = Desk(risk_kinds=["domestic_violence"])
    open_protection(desk.case)
    desk.case.next_round("退回重办")
    open_protection(desk.case)
    assert len(desk.state.pending("apply_protection")) == 1


def test_what_a_deputy_did_bars_the_one_in_whose_name_it_was_done() -> None:
    desk = Desk()
    deputy = person("deputy", ("on_scene_officer", PLACES["station"]), on_behalf_of=LEADER.person_id)
    desk.decide(desk.push(), "settled", deputy, summary="劝离")
    task = desk.case.open("evaluate", to=desk.case.posts(desk.state.process.evaluation.at_station))
    assert task.excluded == sorted(["deputy", LEADER.person_id])
    with pytest.raises(FourEyes):
        desk.decide(task, "accept", LEADER)


def test_who_proposed_by_a_deputy_does_not_approve() -> None:
    desk = Desk(rank=2)
    desk.push()
    deputy = person("deputy", ("supervisor", PLACES["county"]), on_behalf_of=SUPERVISOR.person_id)
    desk.act("suspend", deputy, ground="鉴定", reason="等待鉴定")
    [task] = desk.state.pending("approve_change")
    with pytest.raises(FourEyes):
        desk.decide(task, "approve", SUPERVISOR)


def test_a_new_colour_reaches_the_rows_of_answered_tasks_too() -> None:
    desk = Desk()
    done = desk.push()
    desk.decide(done, "settled", SCENE, summary="劝离")
    before = desk.state.revision
    desk.at += timedelta(hours=1)
    recolour(desk.case, "red", "升级")
    assert [(t.task_id, t.colour) for t in project(desk.state, since=before).tasks] == [(done.task_id, "red")]


def test_claiming_a_task_and_signing_for_an_assignment_have_words_of_their_own() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_3, "accept_assignment", path=HOUSING.path)
    desk.claim(task, HANDLER)
    desk.claim(task, HANDLER, release=True)
    assert desk.logged("claimed", "released") == ["认领签收交办", "取消认领签收交办"]
