"""提级 moves whoever holds the dispute up a level; the levels are the playbook's, then those of supervision."""

from __future__ import annotations

import pytest

from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled, PolicyInvalid
from domain.image.public_document import public_document
from domain.policy.forms.criteria import Criterion
from domain.policy.parts.promotion import PromotionPolicy
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from domain.transitions.actions import Act, check_action
from domain.transitions.supervision import move_up
from tests.domain.mediated_dispute import Quarrel, Told
from tests.domain.support import CHIEF, HOUSING, OFFICER, PLACES, PLAYBOOKS, SUPERVISOR, Desk, person, process

DEPUTY = person("deputy", ("station_deputy", PLACES["station"]))
LEADER_IN_CHARGE = person("leader", ("leader", PLACES["county"]))


@pytest.mark.req("R-081")
def test_escalating_moves_the_holder_up_level_by_level() -> None:
    desk = Desk(rank=2)
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.claim(task, OFFICER)
    for by in (DEPUTY, CHIEF, SUPERVISOR, LEADER_IN_CHARGE):
        desk.act("escalate", CHIEF, reason="重大疑难")
        assert [post.role for post in task.addressees] == [by.posts[0].role]
        assert (task.state, task.assignee) == ("open", None)
    with pytest.raises(NotEntitled):
        desk.decide(task, "settled", OFFICER, summary="已化解")
    desk.act("escalate", CHIEF, reason="重大疑难")
    assert [post.role for post in task.addressees] == ["leader"], "there is nothing above"
    assert desk.logged("reassigned") == ["责任跟进提级"] * 4
    desk.decide(task, "settled", LEADER_IN_CHARGE, summary="已化解")
    assert task.state == "done"


def test_who_held_it_before_had_a_part() -> None:
    desk = Desk(rank=2)
    task = desk.push()
    desk.act("escalate", CHIEF, reason="重大")
    assert [post.role for post in task.former] == ["on_scene_officer"]
    assert {post.role for post in task.addressees} == {"duty_leader", "station_chief"}


def test_of_a_push_to_departments_the_lead_s_task_moves() -> None:
    told = Quarrel(push_3=True)
    told.answer("follow_up_responsibly", "request_third_push")
    told.answer("approve_third_push", "approve")
    told.answer("dispatch", "assign", lead="housing", cooperating=["market"])
    told.answer("accept_assignment", "accept")
    told.answer("accept_assignment", "accept")
    told.act("escalate")
    lead, other = told.task("dispose"), told.task("cooperate")
    assert [post.role for post in lead.addressees] == ["supervisor"]
    assert {post.path for post in lead.former} == {HOUSING.path}
    assert other.former == []


def test_the_next_question_is_asked_where_the_playbook_says() -> None:
    told = Told("qionglai", rank=2)
    told.answer("confirm_triage", "report_up")
    told.answer("confirm_triage", "report_up")
    told.act("escalate")
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    assert {post.path for post in told.task("accept_assignment").addressees} == {HOUSING.path}


def test_a_task_that_nobody_can_answer_goes_one_level_up() -> None:
    desk = Desk()
    task = desk.push()
    assert move_up(desk.case, task, "岗位空缺")
    assert {post.role for post in task.addressees} == {"duty_leader", "station_chief"}
    [entry] = [e for e in desk.state.timeline if e.kind == "reassigned"]
    assert (entry.detail["reason"], entry.detail["level"]) == ("岗位空缺", 1)


# --- 重大事项提级办理, where a playbook says when and who agrees

GROUNDS = {"mass": Criterion(name="群体性", parties=3), "grave": Criterion(name="可能引发极端事件")}
TOWN_LEADER = person("town", ("township_leader", PLACES["township"]))


def weighty(**more: object) -> Told:
    """A dispute before the officer, under a playbook that lets weighty matters move up."""
    policy = PromotionPolicy.model_validate({
        "criteria": GROUNDS,
        "to": [[{"role": "township_leader", "at": "township"}], [{"role": "leader", "at": "county"}]],
        **more,
    })  # fmt: skip
    told = Told(process=process().model_copy(update={"promotion": policy}), rank=2)
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "unsettled")
    return told


def check(told: Told, **fields: object) -> None:
    """Asks whether the chief may have it moved up; changes nothing."""
    check_action(told.state, Act(key="x.x", action="escalate", fields=fields, actor=CHIEF), told.life.at)


@pytest.mark.req("R-081")
def test_a_weighty_matter_moves_up_once_a_level_up_agrees_and_who_took_it_looks_on() -> None:
    """“重大事项提级办理”: on a ground, agreed to, taken by whom the mechanism names, and all of it on record."""
    told = weighty()
    officer = told.task("follow_up_responsibly")
    before = list(officer.addressees)
    with pytest.raises(FieldsInvalid) as twice:
        check(told, reason="双方扬言报复", criteria=["grave", "grave"])
    assert [error["field"] for error in twice.value.errors] == ["criteria"]
    told.act("escalate", by=CHIEF, reason="双方扬言报复", criteria=["grave"])
    assert officer.addressees == before, "nothing moves before somebody agrees"
    asked = told.task("approve_change")
    assert asked.about["title"] == "提级（可能引发极端事件）"
    with pytest.raises(ActionNotAllowed, match="已提请提级，尚待批准"):
        check(told, reason="再报", criteria=["grave"])
    told.answer("approve_change", "approve")
    assert [post.role for post in officer.addressees] == ["township_leader"]
    assert [post.role for post in officer.former] == [post.role for post in before]
    [record] = told.state.promotions
    assert (record.grounds, record.reason, record.by) == (["可能引发极端事件"], "双方扬言报复", CHIEF.person_id)
    assert record.approved_by
    assert record.approved_by != CHIEF.person_id
    assert record.approved_name
    assert [post.role for post in record.to] == ["township_leader"]
    assert told.logged("promoted") == ["提级办理：可能引发极端事件"]
    # Every question that is asked from now on is shown to who took it, to the end.
    told.answer("follow_up_responsibly", "settled", by=TOWN_LEADER)
    assert "township_leader" in [post.role for post in told.task("evaluate").watchers]
    assert public_document(told.state).promotions == [record]


@pytest.mark.req("R-081")
def test_the_next_promotion_goes_to_the_next_level_and_then_to_those_above() -> None:
    told = weighty(approved=False)
    roles = []
    for _ in range(3):
        told.act("escalate", by=CHIEF, reason="仍未化解", criteria=["grave"])
        roles.append([post.role for post in told.task("follow_up_responsibly").addressees])
    assert roles[:2] == [["township_leader"], ["leader"]]
    assert [record.approved_by for record in told.state.promotions] == ["", "", ""]
    assert len(told.state.promotions) == len(roles)


@pytest.mark.req("R-081")
def test_what_the_case_does_not_show_or_nobody_agrees_to_moves_nothing() -> None:
    told = weighty()
    for criteria, field in (([], "criteria"), (["because"], "criteria.0"), (["mass"], "criteria.0")):
        with pytest.raises(FieldsInvalid) as said:
            check(told, reason="重大", criteria=criteria)
        assert [error["field"] for error in said.value.errors] == [field]
    assert said.value.errors[0]["message"] == "“群体性”不成立：现当事人1名，须至少当事人3名"
    told.act("escalate", by=CHIEF, reason="重大", criteria=["grave"])
    told.answer("approve_change", "reject")
    assert told.state.promotions == []
    assert told.task("follow_up_responsibly").former == []
    told.act("escalate", by=CHIEF, reason="重大", criteria=["grave"])  # it may be asked for again


def test_a_mechanism_without_promotion_moves_up_as_it_always_did() -> None:
    assert "promotions" not in public_document(Desk().state).model_dump()
    assert "promotions" not in Desk().state.model_dump()


@pytest.mark.parametrize(("written", "said"), [
    ("{criteria: {}}", "promotion.criteria"),
    ("{criteria: {mass: {name: 群体性, parties: 3}}}", "one of them at least is a person's to say"),
    ("{criteria: {grave: {name: 重大}, again: {name: 重大}}}", "is the name of grave already"),
    ("{criteria: {grave: {name: 重大}}, to: [[{role: nobody, at: county}]]}", "nobody"),
    ("{criteria: {grave: {name: 重大}}, to: [[{role: leader, at: assigned}]]}", "nothing is assigned here"),
])  # fmt: skip
def test_a_promotion_that_could_not_be_is_refused_at_its_place(written: str, said: str) -> None:
    text = (PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8")
    with pytest.raises(PolicyInvalid) as refused:
        load_playbook(text.rstrip() + f"\n  promotion: {written}\n", "jinhua.yaml")
    assert "promotion" in str(refused.value)
    assert said in str(refused.value)
