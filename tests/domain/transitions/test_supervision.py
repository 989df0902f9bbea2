"""Supervision climbs one level at a time, and the lower desk's question is withdrawn."""

from __future__ import annotations

from domain.policy.stages import Stage
from domain.transitions.side_effects import take_effect
from domain.transitions.supervision import holder_of, stage_tasks, supervise
from tests.domain.support import HOUSING, MARKET, PLACES, SUPERVISOR, Desk, person

LEADER = person("county-leader", ("leader", PLACES["county"]))


def test_each_level_is_the_playbook_s_and_the_last_answers_for_all_above_it() -> None:
    desk = Desk()
    desk.push()
    roles = [supervise(desk.case, "escalated", "督办", level=level).addressees[0].role for level in range(4)]
    assert roles == ["supervisor", "leader", "leader", "leader"]


def test_a_higher_supervision_of_the_same_matter_voids_the_lower_one_and_no_other() -> None:
    desk = Desk()
    desk.push()
    first = supervise(desk.case, "overdue", "超期督办", level=0, clock="colour")
    other = supervise(desk.case, "returns", "退回督办", level=0)
    second = supervise(desk.case, "overdue", "提级督办", level=1, clock="colour")
    assert (first.state, first.void_reason) == ("void", "已提级督办")
    assert desk.state.pending("supervise") == [other, second]


def test_supervision_has_a_deadline_and_it_survives_the_return_that_called_it_down() -> None:
    desk = Desk()
    task = supervise(desk.case, "returns", "第2次退回督办", level=0)
    desk.case.next_round("退回重办")
    clock = desk.state.clock(f"task:{task.task_id}")
    assert clock
    desk.pass_time(days=4)
    assert clock.overdue


def test_promoting_by_hand_opens_the_next_level_for_the_same_matter() -> None:
    desk = Desk()
    desk.push()
    first = supervise(desk.case, "overdue", "超期督办", level=0, clock="colour")
    desk.decide(first, "promote", SUPERVISOR, reason="仍未办理")
    (second,) = desk.state.pending("supervise")
    assert (second.about["level"], second.about["matter"]) == (1, "colour")
    assert [post.role for post in second.addressees] == ["leader"]


def test_the_answer_is_put_on_the_supervision_it_answers() -> None:
    desk = Desk()
    desk.push()
    colour = supervise(desk.case, "overdue", "颜色超期督办", level=0, clock="colour")
    ladder = supervise(desk.case, "overdue", "联调超期督办", level=0, clock="ladder")
    returns = supervise(desk.case, "returns", "退回督办", level=0)
    supervise(desk.case, "escalated", "提级办理", level=1)
    desk.decide(colour, "urge", SUPERVISOR, message="请办理")
    desk.decide(returns, "excuse", SUPERVISOR, reason="情有可原")
    assert [s.result for s in desk.state.supervisions] == ["urge", "open", "excuse", "open"]
    desk.decide(ladder, "urge", SUPERVISOR, message="请办理")
    assert [s.result for s in desk.state.supervisions] == ["urge", "urge", "excuse", "open"]


def test_handing_over_moves_the_late_task_and_leaves_the_others() -> None:
    desk = Desk()
    late = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    other = desk.case.open("cooperate", about={"path": PLACES["township"]})
    court = desk.case.open("court_protection")
    task = supervise(desk.case, "overdue", "超期督办", level=0, clock="x", task_id=late.task_id)
    desk.decide(task, "reassign", SUPERVISOR, role="department_leader", organisation="market", reason="换人")
    assert [(p.role, p.path) for p in late.addressees] == [("department_leader", MARKET.path)]
    assert {p.path for p in other.addressees} == {PLACES["township"]}
    assert {p.role for p in other.addressees} != {"department_leader"}
    assert {p.role for p in court.addressees} == {"court_liaison"}
    assert HOUSING.path in {p.path for p in late.former}


def test_a_cooperating_department_is_excused_the_lead_never() -> None:
    desk = Desk()
    lead = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    helper = desk.case.open("cooperate", about={"path": MARKET.path})
    task = supervise(desk.case, "escalated", "提级办理", level=0)
    assert holder_of(desk.state, task) == stage_tasks(desk.state) == [lead, helper]
    desk.decide(task, "excuse", SUPERVISOR, reason="与其职责无关")
    assert (lead.state, helper.state) == ("open", "done")
    assert helper.decision
    assert helper.decision.name == "excused"


def test_an_answer_that_supervises_nothing_does_nothing_beside() -> None:
    desk = Desk()
    task = desk.push()
    desk.decide(task, "settled", person("s", ("on_scene_officer", PLACES["station"])), summary="劝离")
    revision = desk.state.revision
    take_effect(desk.case, task)
    assert desk.state.revision == revision
    assert LEADER.has_role("leader")
