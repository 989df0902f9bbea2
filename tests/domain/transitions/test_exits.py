"""Exits, judges and the ladder as a playbook says: other cities need only YAML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml

from domain.policy.playbook import Playbook
from domain.policy.process import Process
from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told
from tests.domain.support import OFFICER, PLAYBOOKS

STATION_CHIEF = {"role": "station_chief", "at": "station"}


def jinhua(**changed: Any) -> Process:
    """Jinhua's process with some parts written otherwise; a part that is a mapping is laid over it, approval apart."""
    written: dict[str, Any] = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))
    for part, value in changed.items():
        there = written["process"].get(part)
        written["process"][part] = {**there, **value} if isinstance(there, dict) and part != "approval" else value
    return Playbook.model_validate(written).process


def at_scene(**changed: Any) -> Told:
    """A dispute that waits for the on-scene officer."""
    told = Told(process=jinhua(**changed))
    told.answer("confirm_triage", "confirm")
    return told


@pytest.mark.req("W-080")
def test_what_the_scene_can_not_settle_goes_to_joint_mediation() -> None:
    ways = {"exits": {"unsettled_to": "mediation"}, "approval": {"roads": []}}
    told = at_scene(ladder={"entered_at": {"push_1": "joint"}}, **ways)
    told.answer("handle_on_scene", "unsettled", urgent=False)
    assert told.state.stage is Stage.MEDIATION, "对现场无法调解的…联合调解"
    assert told.task("mediate").about["tier"] == "joint"


def test_a_joint_tier_entered_from_the_scene_is_approved_by_its_own_road() -> None:
    ways = {"exits": {"unsettled_to": "mediation"}, "approval": {"roads": ["unsettled"]}}
    told = at_scene(ladder={"entered_at": {"push_1": "joint"}}, **ways)
    told.answer("handle_on_scene", "unsettled", urgent=False)
    assert told.task("approve_third_push").about["road"] == "unsettled"
    told.answer("approve_third_push", "reject")
    assert told.open_kinds == ["handle_on_scene"]


@pytest.mark.req("Q-097")
def test_nobody_is_brought_to_a_table_with_who_beats_him() -> None:
    told = Told(process=jinhua(exits={"unsettled_to": "mediation"}), risk_kinds=["domestic_violence"])
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "unsettled", urgent=False)
    assert told.state.stage is Stage.PUSH_2


def test_what_is_settled_with_a_risk_goes_where_the_playbook_says() -> None:
    told = at_scene(exits={"settled_with_risk_to": "push_3"}, approval={"roads": ["unsettled"]})
    told.answer("handle_on_scene", "settled", push_on=True, reason="扬言再来")
    assert told.open_kinds == ["approve_third_push"]
    told.answer("approve_third_push", "approve")
    assert told.open_kinds == ["dispatch"]


@pytest.mark.req("H-046")
def test_sent_back_and_recalled_it_goes_where_the_playbook_says() -> None:
    told = at_scene(exits={"send_back_to": "push_1", "recall_to": "triage"}, approval={"roads": []})
    told.answer("handle_on_scene", "unsettled", urgent=True)
    told.answer("rule_urgency", "urgent")
    told.answer("dispatch", "send_back")
    assert told.open_kinds == ["handle_on_scene"]
    told.answer("handle_on_scene", "unsettled", urgent=True)
    told.answer("rule_urgency", "urgent")
    told.act("recall", by=OFFICER)
    assert told.open_kinds == ["confirm_triage"]


def test_a_ladder_that_failed_goes_where_the_playbook_says_and_stands_at_its_beginning() -> None:
    told = at_scene(exits={"ladder_failed_to": "push_2"}, approval={"roads": []})
    told.answer("handle_on_scene", "unsettled", urgent=False)
    told.answer("follow_up_responsibly", "mediate")
    assert told.fails() == 5
    assert (told.open_kinds, told.state.position.tier, told.state.position.sessions) == (
        ["follow_up_responsibly"],
        0,
        0,
    )
    assert told.logged("ladder_failed")[0].endswith("退回责任民警继续跟进并引导依法解决")


@pytest.mark.req("Q-008")
def test_who_judges_goes_by_where_it_was_resolved() -> None:
    two = [[{"role": "evaluator_police", "at": "centre"}], [{"role": "evaluator_committee", "at": "centre"}]]
    chief = [[STATION_CHIEF]]
    judges = {"evaluation": {"resolved_at": {"push_1": chief, "officer": [*chief, *two]}}}
    told = at_scene(**judges)
    told.answer("handle_on_scene", "settled", push_on=False)
    assert [post.role for task in told.state.pending("evaluate") for post in task.addressees] == ["station_chief"]
    told = at_scene(**judges)
    told.answer("handle_on_scene", "unsettled", urgent=False)
    told.answer("follow_up_responsibly", "mediate")
    told.answer("mediate", "agreed", confirmation=False)
    assert told.state.disposal
    assert told.state.disposal.where == "officer"
    seats = [[post.role for post in task.addressees] for task in told.state.pending("evaluate")]
    assert seats == [["station_chief"], ["evaluator_police"], ["evaluator_committee"]]
    for _ in range(3):
        told.answer("evaluate", "accept")
    assert told.state.concluded_at


def test_a_tier_has_a_deadline_and_a_record_of_its_own() -> None:
    written = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))["process"]["ladder"]["tiers"]
    own = {"limit": {"calendar_days": 3}, "rungs": {"supervise_after": {"hours": 1}}, "record": "交心调"}
    told = at_scene(ladder={"tiers": [{**written[0], **own}, written[1]]}, approval={"roads": []})
    told.answer("handle_on_scene", "unsettled", urgent=False)
    told.answer("follow_up_responsibly", "mediate")
    tier, ladder = told.state.clock("tier"), told.state.clock("ladder")
    assert tier
    assert ladder
    assert tier.due_at - tier.started_at == timedelta(days=3)
    told.answer("mediate", "not_agreed")
    assert told.state.clock("tier") is tier, "one deadline for all its sessions"
    told.life.pass_time(timedelta(days=4))
    assert "责任民警调解期限超期督办" in {task.about["title"] for task in told.state.pending("supervise")}
    told.answer("mediate", "not_agreed")
    assert (tier.stopped_at is None, told.state.clock("tier")) == (False, None), "the next tier has none"
    assert [session.record for session in told.state.sessions] == ["交心调", "交心调"]


def test_a_recall_stops_the_deadlines_of_the_ladder() -> None:
    written = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))["process"]["ladder"]["tiers"]
    tiers = [{**tier, "limit": {"calendar_days": 3}} for tier in written]
    told = at_scene(ladder={"tiers": tiers}, approval={"roads": []})
    told.answer("handle_on_scene", "unsettled", urgent=False)
    told.answer("follow_up_responsibly", "mediate")
    told.act("recall", by=OFFICER)
    assert (told.state.clock("tier"), told.state.clock("ladder")) == (None, None)
