"""Nothing leaves the police before it is approved, by whichever road the playbook names (J-023 “经批准”)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import FieldsInvalid
from domain.people.organisation import OrganisationRef
from domain.policy.approvals import Approval, Road
from domain.policy.intake.sources import Source
from domain.policy.process import Process
from domain.policy.stages import Stage
from domain.transitions.actions import Act, check_action, take_action
from domain.transitions.decisions import take
from domain.transitions.supervision import supervise
from tests.domain.mediated_dispute import Quarrel, Told
from tests.domain.support import CHIEF, LEADER, PLACES, SUPERVISOR, Desk, person, process

REPORT = "经批准,古山派出所将此警情推送至‘基层治理四平台’"


def with_roads(*roads: Road) -> Process:
    """Jinhua, where other roads need approval."""
    return process().model_copy(update={"approval": Approval(roads=list(roads))})


@pytest.mark.req("J-023")
def test_an_alarm_diverted_at_triage_waits_for_approval_too() -> None:
    told = Told()
    told.answer("confirm_triage", "confirm", divert=True)
    assert told.open_kinds == ["approve_third_push", "handle_on_scene"], REPORT
    assert told.task("approve_third_push").about["title"] == "三推审批（直接分流）"
    assert (told.state.stage, told.state.left_police) == (Stage.PUSH_1, False)
    told.answer("approve_third_push", "approve")
    assert (told.open_kinds, told.state.left_police) == (["dispatch"], True)


@pytest.mark.req("J-023")
def test_not_approved_it_stays_with_the_police() -> None:
    told = Told()
    told.answer("confirm_triage", "confirm", divert=True)
    told.answer("approve_third_push", "reject")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["handle_on_scene"]), REPORT


@pytest.mark.req("J-023")
def test_silence_diverts_past_nobody_where_110_diverts() -> None:
    for source in ("110", "walk_in"):
        listed = {source: Source(name=source, divert="must")}
        told = Told(process=process().model_copy(update={"sources": listed}), source=source)
        told.life.pass_time(timedelta(days=2))
        assert told.task("confirm_triage").pending
        assert not told.state.left_police, REPORT
        assert "approve_third_push" not in told.open_kinds


def test_what_came_by_the_hotline_was_never_with_the_police() -> None:
    told = Told(source="12345")
    told.answer("confirm_triage", "confirm")
    assert told.open_kinds == ["dispatch"]


@pytest.mark.req("J-023")
def test_a_joint_tier_that_the_officer_climbs_to_is_out_of_the_police() -> None:
    told = Quarrel(push_3=True)
    told.answer("follow_up_responsibly", "mediate")
    told.answer("mediate", "not_agreed")
    told.answer("mediate", "not_agreed")
    assert (told.state.stage, told.open_kinds) == (Stage.MEDIATION, ["approve_third_push"]), REPORT
    told.answer("approve_third_push", "reject")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_2, ["follow_up_responsibly"])
    assert told.state.clock("ladder") is None
    colour = told.state.clock("colour")
    assert colour
    assert colour.running
    told.answer("follow_up_responsibly", "mediate")
    told.answer("approve_third_push", "approve")
    assert told.task("mediate").about["tier"] == "joint"


def test_what_the_departments_take_to_the_ladder_has_left_already() -> None:
    told = Quarrel(push_3=True)
    told.answer("follow_up_responsibly", "request_third_push")
    told.answer("approve_third_push", "approve")
    told.answer("dispatch", "assign", cooperating=[])
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "mediate")
    assert (told.open_kinds, told.task("mediate").about["tier"]) == (["mediate"], "joint")


def test_who_may_approve_and_returns_it_for_a_new_dispatch_has_approved() -> None:
    told = Quarrel(push_3=True)
    told.answer("follow_up_responsibly", "settled")
    told.answer("evaluate", "return", redo="dispatch", by=LEADER)
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_3, ["dispatch"])


def test_another_evaluator_who_wants_a_new_dispatch_has_it_approved() -> None:
    evaluation = process().evaluation
    judge = evaluation.at_station[0].model_copy(update={"role": "bureau_analyst", "at": "bureau"})
    judged = evaluation.model_copy(update={"at_station": [judge]})
    told = Told(process=process().model_copy(update={"evaluation": judged}))
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "settled", push_on=False)
    told.answer("evaluate", "return", redo="dispatch", by=person("judge", ("bureau_analyst", PLACES["bureau"])))
    assert told.open_kinds == ["approve_third_push"]
    told.answer("approve_third_push", "reject")
    assert (told.state.stage, told.state.round, told.open_kinds) == (Stage.PUSH_1, 2, ["handle_on_scene"])


def test_a_city_without_approval_sends_it_on_at_once() -> None:
    told = Told(process=with_roads())
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "unsettled", urgent=True)
    told.answer("rule_urgency", "urgent")
    assert told.open_kinds == ["dispatch"], "稳控现场后,民警‘派单’"


def test_taken_back_by_the_police_it_needs_approval_again() -> None:
    told = Quarrel(push_3=True)
    told.answer("follow_up_responsibly", "request_third_push")
    told.answer("approve_third_push", "approve")
    told.answer("dispatch", "send_back")
    assert not told.state.left_police
    told.answer("follow_up_responsibly", "request_third_push")
    assert told.open_kinds == ["approve_third_push"]


@pytest.mark.req("J-023")
def test_a_reassignment_is_no_road_out_of_the_police() -> None:
    desk = Desk(rank=2)
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    market = OrganisationRef(code="market", name="市场监管局", path="/c/market", line="gov_center")
    fields = {"role": "department_handler", "organisation": "market", "reason": "消费纠纷"}
    act = Act(key="k", action="reassign", fields=fields, actor=CHIEF, organisations={"market": market})
    with pytest.raises(FieldsInvalid) as refused:
        check_action(desk.state, act, desk.at)
    assert refused.value.errors[0]["message"].startswith("尚在公安办理：未经批准不得改派"), REPORT
    supervision = supervise(desk.case, "overdue", "超期督办", level=0)
    order = desk.command(supervision, "reassign", SUPERVISOR, **fields).model_copy(
        update={"organisations": {"market": market}}
    )
    with pytest.raises(FieldsInvalid):
        take(desk.case, order)
    other = market.model_copy(update={"code": "other", "path": "/c/police/other", "line": "police"})
    inside = {**fields, "role": "responsible_officer", "organisation": "other"}
    take_action(desk.case, act.model_copy(update={"fields": inside, "organisations": {"other": other}}))
    assert task.addressees[0].path == "/c/police/other"
