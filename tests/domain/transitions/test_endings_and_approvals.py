"""Endings that nothing overtakes, what waits for approval, and how both stand on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.case import COLOUR
from domain.case.protection import open_protection
from domain.errors import DecisionNotAllowed, DisputeClosed, FieldsInvalid, FourEyes, TaskClosed
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from domain.policy.spans import Span
from domain.policy.stages import Stage
from domain.transitions.actions import Act, check_action
from domain.transitions.approvals import ending_waits, pending_change
from domain.transitions.colours import recolour
from domain.transitions.decisions import decisions_open
from domain.transitions.facts import add_incident
from tests.domain.mediated_dispute import Told
from tests.domain.support import (
    CHIEF,
    COMMAND_ROOM,
    HANDLER,
    HOUSING,
    LEADER,
    MONDAY,
    OFFICER,
    PLACES,
    SCENE,
    SUPERVISOR,
    Desk,
    alarm,
    person,
)

QUOTE = "彻底化解的予以结案…直至彻底化解"


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
    assert pending_change(desk.state, "merge_into")
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
    desk.act("escalate", SUPERVISOR, reason="重大")
    assert desk.logged("action") == ["调整颜色", "提级"]


@pytest.mark.req("Q-047", "Q-049")
def test_a_station_chief_does_not_end_a_red_case_alone() -> None:
    desk = Desk(rank=3)
    task = desk.push()
    desk.act("withdraw", CHIEF, reason="双方自行和解")
    assert (desk.state.interruption, task.state, desk.logged("action")) == (None, "open", ["申请撤回"]), QUOTE
    [approval] = desk.state.pending("approve_change")
    assert approval.addressees[0].role == "supervisor"
    desk.decide(approval, "reject", SUPERVISOR, reason="未彻底化解")
    assert (desk.state.changes[-1].result, task.state) == ("rejected", "open")
    desk.act("withdraw", CHIEF, reason="双方书面和解")
    desk.decide(desk.state.pending("approve_change")[0], "approve", SUPERVISOR)
    assert desk.state.interruption
    assert desk.state.interruption.outcome == "withdrawn"


@pytest.mark.req("Q-047")
@pytest.mark.parametrize(
    ("stage", "kind", "by"),
    [(Stage.PUSH_1, "handle_on_scene", SCENE), (Stage.PUSH_2, "follow_up_responsibly", OFFICER)],
)
def test_an_officer_does_not_end_it_as_a_criminal_case_without_approval(stage: Stage, kind: str, by: Actor) -> None:
    desk = Desk(rank=2)
    task = desk.push(stage, kind)
    desk.decide(task, "criminal_case", by, reason="持刀伤人，已刑事立案")
    assert (task.state, task.record[-1].name) == ("open", "criminal_case"), QUOTE
    assert "criminal_case" not in decisions_open(desk.state, task)
    with pytest.raises(DecisionNotAllowed, match="已提请转为刑事案件，尚待批准"):
        desk.decide(task, "criminal_case", by, reason="再次")
    [approval] = desk.state.pending("approve_change")
    with pytest.raises(FieldsInvalid):
        desk.decide(approval, "approve", SUPERVISOR)
    desk.decide(approval, "approve", SUPERVISOR, case_no="金公立字〔2026〕1号")
    assert desk.state.changes[-1].fields == {"reason": "持刀伤人，已刑事立案", "case_no": "金公立字〔2026〕1号"}
    assert desk.state.interruption
    assert (desk.state.interruption.outcome, task.state) == ("criminal_case", "void")


def test_who_proposes_a_conversion_may_give_its_number_and_nobody_has_to_repeat_it() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.act("convert_to_criminal", CHIEF, reason="已立案", case_no="刑1号")
    [approval] = desk.state.pending("approve_change")
    desk.decide(approval, "approve", SUPERVISOR)
    assert desk.state.changes[-1].fields["case_no"] == "刑1号"


@pytest.mark.req("Q-037", "Q-047", "Q-049")
def test_nobody_ends_a_red_case_by_having_a_desk_call_it_blue_first() -> None:
    """“彻底化解的予以结案…直至彻底化解”: a colour that one desk alone has lowered counts as what it was."""
    told = Told(rank=3, source="walk_in")
    told.answer("confirm_triage", "correct", colour="blue", reason="没什么")
    assert told.state.colour == "blue"
    told.act("withdraw", by=CHIEF)
    assert told.state.stage is not Stage.CLOSED, QUOTE
    [approval] = told.state.pending("approve_change")
    told.answer("approve_change", "reject", reason="须先核实")
    told.answer("handle_on_scene", "criminal_case", reason="已立案")
    assert not told.state.closed
    assert approval.state == "done"


def test_what_the_level_above_has_looked_at_too_is_blue() -> None:
    told = Told("qionglai", rank=3)
    station, bureau = told.state.pending("confirm_triage")
    told.answer("confirm_triage", "correct", colour="blue", reason="误报为红色")
    assert (station.state, bureau.state) == ("done", "open")
    assert ending_waits(told.state, "withdraw"), "one level alone"
    told.answer("confirm_triage", "confirm")
    assert not ending_waits(told.state, "withdraw")


def test_raised_again_or_lowered_by_approval_it_is_what_it_is_called() -> None:
    told = Told(rank=3, source="walk_in")
    told.answer("confirm_triage", "correct", colour="blue", reason="没什么")
    told.act("recolour", colour="red")
    told.act("recolour", by=CHIEF, colour="blue")
    told.answer("approve_change", "approve")
    assert (told.state.colour, told.state.lowered_from) == ("blue", "")
    assert not ending_waits(told.state, "withdraw")


@pytest.mark.req("Q-037")
def test_a_relapse_does_not_lower_a_colour_by_one_officer_s_word() -> None:
    told = Told(rank=3)
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "settled")
    told.answer("evaluate", "accept")
    told.answer("visit", "relapsed", colour="blue", summary="又吵了几句")
    assert (told.state.colour, told.state.round) == ("red", 2)
    told.answer("approve_change", "approve")
    assert told.state.colour == "blue"


def test_the_mildest_colour_ends_at_once() -> None:
    desk = Desk(rank=1)
    task = desk.push()
    desk.decide(task, "criminal_case", SCENE, reason="已立案")
    assert (task.state, desk.state.changes) == ("done", [])
    other = Desk(rank=1)
    other.push()
    other.act("withdraw", CHIEF, reason="撤回")
    assert other.state.interruption


def test_what_goes_on_meanwhile_ends_the_waiting() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.act("withdraw", CHIEF, reason="撤回")
    desk.case.close("resolved")
    assert [change.result for change in desk.state.changes] == ["void"]


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


# --- approvals have a time: silence goes up, and never approves


def asked(desk: Desk) -> list[str]:
    """Whose word the ending waits for."""
    return [post.role for post in desk.state.pending("approve_change")[0].addressees]


@pytest.mark.req("Q-047", "Q-049")
def test_silence_of_who_approves_an_ending_goes_up_and_never_approves() -> None:
    """Red: half an hour at the first level, half an hour at the next; then it is supervised and still not approved."""
    desk = Desk("qionglai", rank=3)
    desk.push()
    desk.act("withdraw", CHIEF, reason="双方自行和解")
    assert asked(desk) == ["supervisor"]
    desk.pass_time(minutes=30)
    assert asked(desk) == ["leader"], QUOTE
    [approval] = desk.state.pending("approve_change")
    assert [post.role for post in approval.former] == ["supervisor"]
    for _ in range(50):
        desk.pass_time(hours=1)
    assert asked(desk) == ["leader"]
    assert (desk.state.changes[-1].result, desk.state.interruption) == ("pending", None), QUOTE
    clock = desk.state.clock(f"task:{approval.task_id}")
    assert clock
    assert (clock.overdue, [s.cause for s in desk.state.supervisions if s.task_id == approval.task_id]) == (
        True, ["overdue"],
    )  # fmt: skip
    top = person("top", ("leader", PLACES["county"]))
    desk.decide(approval, "approve", top)
    assert desk.state.interruption


def test_it_is_asked_above_whoever_proposes_and_of_all_others_where_nobody_is_above() -> None:
    for by, levels in (("supervisor", ["leader"]), ("leader", ["supervisor", "leader"])):
        desk = Desk("qionglai", rank=3)
        desk.push()
        desk.act("withdraw", person("p", (by, PLACES["county"])), reason="撤回")
        assert asked(desk) == levels
        desk.pass_time(hours=2)
        assert asked(desk) == levels, "never down, and never nobody"


def test_a_graver_colour_leaves_who_approves_the_shorter_time() -> None:
    desk = Desk("qionglai", rank=2)
    desk.push()
    desk.act("withdraw", CHIEF, reason="双方自行和解")
    [approval] = desk.state.pending("approve_change")
    due = desk.state.clock(f"task:{approval.task_id}")
    assert due
    assert due.due_at == MONDAY + timedelta(hours=8)
    recolour(desk.case, "red", "升级")
    assert due.due_at == MONDAY + timedelta(minutes=30)


def test_a_playbook_that_gives_no_time_asks_all_levels_at_once_as_before() -> None:
    desk = Desk(rank=3)
    process = desk.state.process
    desk.state.process = process.model_copy(
        update={"supervision": process.supervision.model_copy(update={"approvals": None})}
    )
    desk.push()
    desk.act("withdraw", CHIEF, reason="撤回")
    desk.pass_time(days=30)
    assert asked(desk) == ["supervisor", "leader"]


@pytest.mark.req("Q-046", "Q-033")
def test_who_follows_up_while_the_judges_are_asked_does_not_judge() -> None:
    """“评估” by others than those who had a hand in it, also where the hand came later (持续跟进)."""
    desk = Desk("qionglai", rank=3)
    judge = person("judge", ("evaluator_police", PLACES["risk_centre"]), ("department_handler", HOUSING.path))
    desk.case.enter(Stage.EVALUATION)
    to = [Post(role="evaluator_police", path=PLACES["risk_centre"])]
    task = desk.case.open("evaluate", to=to, about={"seat": 1})
    desk.claim(task, judge)
    following = desk.case.open("keep_following", to=[Post(role="department_handler", path=HOUSING.path)])
    desk.decide(following, "progress", judge, summary="已上门")
    assert (task.state, task.assignee, task.excluded) == ("open", None, ["judge"])
    with pytest.raises(FourEyes):
        desk.decide(task, "accept", judge)
