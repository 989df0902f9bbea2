"""提级 moves whoever holds the dispute up a level; the levels are the playbook's, then those of supervision."""

from __future__ import annotations

import pytest

from domain.errors import NotEntitled
from domain.policy.stages import Stage
from domain.transitions.supervision import move_up
from tests.domain.mediated_dispute import Quarrel, Told
from tests.domain.support import CHIEF, HOUSING, OFFICER, PLACES, SUPERVISOR, Desk, person

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
