"""Interruptions and changes: by whom, when, and what they leave behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.case import COLOUR
from domain.case.state import Task
from domain.errors import ActionNotAllowed, DisputeClosed, FieldsInvalid, FourEyes, NotEntitled, Refused
from domain.people.organisation import Actor
from domain.policy.action_catalogue import ACTIONS, ENDINGS
from domain.policy.catalogue import OUTCOMES
from domain.policy.stages import Stage
from domain.transitions.actions import Act, actions_open, actions_thinkable, check_action, involved
from domain.transitions.facts import add_incident
from tests.domain.support import (
    CHIEF,
    DISPATCHER,
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
    process,
)
from tests.domain.whistling import whistling

DAY = timedelta(days=1)
COUNTY_LEADER = person("county-leader", ("leader", PLACES["county"]))
STREET = person("street", ("centre_dispatcher", PLACES["town_centre"]))


def refused(desk: Desk, action: str, by: Actor = SUPERVISOR, **fields: object) -> Refused:
    before = desk.state.model_copy(deep=True)
    with pytest.raises(Refused) as refusal:
        check_action(desk.state, Act(key="k", action=action, fields=fields, actor=by), desk.at)
    assert desk.state == before
    return refusal.value


def approval(desk: Desk) -> Task:
    (task,) = desk.state.pending("approve_change")
    return task


# --- by whom


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_each_action_is_for_its_roles_only(action: str) -> None:
    desk = Desk()
    desk.push()
    for role, may in (("supervisor", "supervisor" in ACTIONS[action].roles), ("call_taker", False)):
        held = person("x", (role, PLACES["county"]))
        paths = {path for _, path in involved(desk.state)}
        assert (action in actions_open([action], paths, held)) is may


def test_a_role_acts_on_what_its_organisation_or_one_below_has_a_part_in() -> None:
    desk = Desk()
    desk.push()
    paths = {path for _, path in involved(desk.state)}
    assert "withdraw" in actions_open(["withdraw"], paths, LEADER)
    elsewhere = person("x", ("duty_leader", "/c/police/other"))
    assert actions_open(["withdraw"], paths, elsewhere) == {}
    assert isinstance(refused(desk, "withdraw", elsewhere, reason="撤回"), NotEntitled)


def test_who_lost_a_task_by_handing_over_still_has_a_part_in_the_case() -> None:
    desk = Desk()
    desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    desk.act("reassign", SUPERVISOR, role="department_handler", organisation="market", reason="换人")
    assert {"/c/housing", "/c/market"} <= {path for _, path in involved(desk.state)}


# --- when


def test_what_is_closed_is_only_reopened_and_what_lives_is_not() -> None:
    desk = Desk()
    desk.push()
    assert isinstance(refused(desk, "reopen", reason="反弹"), ActionNotAllowed)
    desk.case.close("resolved")
    assert actions_thinkable(desk.state) == ["reopen"]
    assert isinstance(refused(desk, "withdraw", reason="撤回"), DisputeClosed)


def test_an_action_nobody_knows_is_refused() -> None:
    assert isinstance(refused(Desk(), "explode"), ActionNotAllowed)


def test_actions_are_offered_where_they_make_sense() -> None:
    desk = Desk()
    desk.case.enter(Stage.TRIAGE)
    assert not {"suspend", "extend", "resume", "recall"} & set(actions_thinkable(desk.state))
    desk.push(Stage.PUSH_3, "dispatch")
    assert {"suspend", "extend", "recall"} <= set(actions_thinkable(desk.state))


def test_red_is_neither_suspended_nor_extended() -> None:
    desk = Desk(rank=3)
    desk.push()
    assert isinstance(refused(desk, "suspend", ground="鉴定", reason="鉴定"), ActionNotAllowed)
    assert isinstance(refused(desk, "extend", until="2026-05-01T09:00", reason="复杂"), ActionNotAllowed)


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"reopen", "send_notice"}))  # a letter says it in its text
def test_no_action_without_a_reason(action: str) -> None:
    desk = Desk()
    if action == "summon":
        desk.state.process = whistling().process
    if action == "name_officer":
        desk.push(Stage.PUSH_2, "follow_up_responsibly")
    else:
        desk.push(Stage.PUSH_3, "dispatch")
    if action == "split_off":
        add_incident(desk.case, alarm(2, desk.at))
    if action in ("arrange_help", "tag"):
        desk.state.process = process("huangshi")
    if action == "convene":
        desk.state.process = process("wuwei")
    desk.state.clocks[0].suspend(desk.at, "鉴定")
    by = {"recall": CHIEF, "name_officer": CHIEF, "summon": STREET, "convene": CHIEF}.get(action, SUPERVISOR)
    desk.state.clocks[0].suspensions *= action == "resume"
    refusal = refused(desk, action, by)
    assert isinstance(refusal, FieldsInvalid)
    assert "reason" in {error["field"] for error in refusal.errors}


# --- endings and turns


@pytest.mark.parametrize(("action", "outcome"), sorted(set(ENDINGS.items()) - {("merge_into", "merged")}))
def test_an_ending_interrupts_with_its_outcome_and_voids_everything_open(action: str, outcome: str) -> None:
    desk = Desk()
    task, beside = desk.push(), desk.case.open("apply_protection")
    more = {"transfer_out": {"to": "信访局"}}.get(action, {})
    desk.act(action, COUNTY_LEADER, reason="依申请", **more)
    turn = desk.state.interruption
    assert turn
    assert (turn.outcome, turn.goto) == (outcome, None)
    assert outcome in OUTCOMES
    assert (task.state, beside.state) == ("void", "void")
    assert desk.state.merged_into is None


def test_a_dispute_is_not_merged_into_itself() -> None:
    desk = Desk()
    desk.push()
    assert isinstance(refused(desk, "merge_into", dispute_no="D2026-000001", reason="同一事项"), FieldsInvalid)


@pytest.mark.req("H-046")
def test_the_police_take_back_what_was_diverted_and_the_tracks_beside_go_on() -> None:
    desk = Desk()
    task = desk.push(Stage.PUSH_3, "dispatch")
    beside = desk.case.open("apply_protection")
    desk.act("recall", OFFICER, reason="苗头升级")
    turn = desk.state.interruption
    assert turn
    assert (turn.outcome, turn.goto) == (None, Stage.PUSH_2)
    assert (task.state, beside.state) == ("void", "open")


def test_a_city_without_a_second_push_takes_it_back_to_triage() -> None:
    desk = Desk("qionglai")
    desk.push(Stage.PUSH_3, "dispatch")
    desk.act("recall", CHIEF, reason="苗头升级")
    assert desk.state.interruption
    assert desk.state.interruption.goto is Stage.TRIAGE


def in_mediation() -> Desk:
    """The ladder's clock runs, the colour's stands still for it."""
    desk = Desk()
    desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.outage(days=5)
    clock = desk.state.clock(COLOUR)
    assert clock
    clock.suspend(desk.at, "联调期间")
    desk.case.enter(Stage.MEDIATION)
    desk.case.start_clock("ladder", "联调期限", limit=desk.state.process.colours["blue"].limit, suspendable=True)
    return desk


def test_recalled_from_mediation_the_colour_s_clock_runs_again_instead_of_the_ladder_s() -> None:
    desk = in_mediation()
    desk.outage(days=3)
    desk.act("recall", OFFICER, reason="苗头升级")
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.running
    assert clock.due_at == MONDAY.replace(month=4) + 3 * DAY
    assert desk.state.clock("ladder") is None


def test_resuming_during_mediation_leaves_the_colour_s_clock_standing() -> None:
    desk = in_mediation()
    assert "resume" not in actions_thinkable(desk.state)
    ladder = desk.state.clock("ladder")
    assert ladder
    ladder.suspend(desk.at, "鉴定")
    desk.act("resume", SUPERVISOR, reason="鉴定完成")
    colour = desk.state.clock(COLOUR)
    assert colour
    assert colour.suspended
    assert ladder.running


def test_handing_over_lifts_a_claim_and_leaves_supervision_where_it_is() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, SCENE)
    desk.act("escalate", SUPERVISOR, reason="久拖不决")
    desk.act("reassign", LEADER, role="responsible_officer", organisation="housing", reason="换人")
    assert (task.state, task.assignee) == ("open", None)
    assert [p.role for p in task.addressees] == ["responsible_officer"]
    assert [p.role for p in desk.state.pending("supervise")[0].addressees] == ["supervisor"]


def test_handing_over_names_a_role_and_an_organisation_that_exist() -> None:
    desk = Desk()
    desk.push()
    refusal = refused(desk, "reassign", role="sheriff", organisation="housing", reason="换人")
    assert refusal.errors[0] == {"field": "role", "message": "没有代码为“sheriff”的岗位"}
    for apart in ("auditor", "admin_system", "admin_security", "admin_audit"):  # 三员分立
        refusal = refused(desk, "reassign", role=apart, organisation="housing", reason="换人")
        assert refusal.errors[0]["field"] == "role"
        assert "不办理纠纷" in refusal.errors[0]["message"]
    refusal = refused(desk, "reassign", role="leader", organisation="nowhere", reason="换人")
    assert [error["field"] for error in refusal.errors] == ["organisation"]


def test_escalating_climbs_one_level_each_time() -> None:
    desk = Desk()
    desk.push()
    for _ in range(2):
        desk.act("escalate", SUPERVISOR, reason="久拖不决")
    assert [s.level for s in desk.state.supervisions] == [0, 1]


# --- changes that wait for approval


def test_raising_a_colour_takes_effect_at_once() -> None:
    desk = Desk()
    desk.push()
    desk.act("recolour", LEADER, colour="red", reason="持械")
    assert desk.state.colour == "red"
    assert desk.state.pending("approve_change") == []


@pytest.mark.parametrize("colour", ["blue", "purple"])
def test_only_another_colour_of_the_city_can_be_given(colour: str) -> None:
    desk = Desk()
    desk.push()
    assert isinstance(refused(desk, "recolour", colour=colour, reason="复核"), FieldsInvalid)


@pytest.mark.req("Q-037")
def test_lowering_a_colour_changes_nothing_until_somebody_else_approves() -> None:
    desk = Desk(rank=3)
    desk.push()
    desk.act("recolour", COUNTY_LEADER, colour="blue", reason="已冷静")
    assert desk.state.colour == "red"
    with pytest.raises(FourEyes):
        desk.decide(approval(desk), "approve", COUNTY_LEADER)
    desk.decide(approval(desk), "approve", SUPERVISOR)
    assert desk.state.colour == "blue"
    assert [change.result for change in desk.state.changes] == ["approved"]


def test_a_rejected_change_is_on_record_and_nothing_else() -> None:
    desk = Desk(rank=3)
    desk.push()
    desk.act("recolour", LEADER, colour="blue", reason="已冷静")
    desk.decide(approval(desk), "reject", SUPERVISOR, reason="仍有风险")
    assert desk.state.colour == "red"
    assert [change.result for change in desk.state.changes] == ["rejected"]


def test_an_approved_suspension_stops_the_clock_until_it_is_resumed() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.act("suspend", LEADER, ground="伤情鉴定", reason="伤情鉴定")
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.running
    desk.outage(days=1)
    desk.decide(approval(desk), "approve", SUPERVISOR)
    assert clock.suspended
    desk.pass_time(days=10)
    desk.act("resume", LEADER, reason="鉴定完成")
    assert clock.due_at == MONDAY + 17 * DAY
    assert clock.remaining(desk.at) == 6 * DAY


def test_an_extension_is_later_than_the_deadline_and_keeps_the_old_one() -> None:
    desk = Desk(rank=2)
    desk.push()
    assert isinstance(refused(desk, "extend", LEADER, until="2026-03-05T09:00", reason="复杂"), FieldsInvalid)
    desk.act("extend", LEADER, until="2026-03-20T09:00", reason="案情复杂")
    desk.decide(approval(desk), "approve", SUPERVISOR)
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.due_at == MONDAY + 18 * DAY
    assert clock.moved[-1].was == MONDAY + 7 * DAY


def test_an_extension_approved_when_another_clock_runs_never_shortens_that_one() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.act("extend", LEADER, until="2026-03-12T09:00", reason="案情复杂")
    clock = desk.state.clock(COLOUR)
    assert clock
    clock.extend(desk.at, MONDAY + 30 * DAY, "另行批准")
    desk.decide(approval(desk), "approve", SUPERVISOR)
    assert clock.due_at == MONDAY + 30 * DAY


def test_every_action_stands_on_the_timeline_with_its_reason() -> None:
    desk = Desk()
    desk.push(Stage.PUSH_3, "dispatch")
    desk.act("withdraw", DISPATCHER, reason="双方自行和解")
    entry = next(e for e in desk.state.timeline if e.kind == "action")
    assert (entry.title, entry.actor) == ("撤回", "dispatcher")
    assert entry.detail["fields"] == {"reason": "双方自行和解"}
