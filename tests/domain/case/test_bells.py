"""摇铃: it rings until it is answered, then one level higher; delivered, rung, seen and known are on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.bells import bell_of
from domain.case.records import Delivery
from domain.case.state import Task
from domain.errors import NotEntitled, TaskClosed
from domain.image.change_events import ChangeEventKind, change_events
from domain.image.projection import project
from domain.people.organisation import Actor
from domain.transitions.handover import Heard, Looked, take_heard, take_look
from domain.transitions.timekeeping import due_clock
from tests.domain.case_builder import Life
from tests.domain.support import HANDLER, HOUSING, MONDAY, PLACES, SCENE, SUPERVISOR, person

LEADER = person("county-leader", ("leader", PLACES["county"]))


def delivered(rank: int = 3) -> tuple[Life, Task, Delivery]:
    """An assignment under Qionglai's mechanism, as it reaches the department."""
    life = Life("qionglai", rank=rank).before_the_committee().dispatched()
    task = life.acceptance()
    assert task.delivery
    return life, task, task.delivery


def hear(life: Life, task: Task, by: Actor) -> None:
    take_heard(life.case, Heard(key="h", task_id=task.task_id, actor=by))


def look(life: Life, task: Task, by: Actor) -> None:
    take_look(life.case, Looked(key="l", task_id=task.task_id, actor=by))


@pytest.mark.req("Q-022")
def test_it_rings_at_the_desks_of_those_it_is_addressed_to_until_one_of_them_answers() -> None:
    """“公安摇铃、镇街来人，铃铛一响、责任捆绑”."""
    life, task, delivery = delivered()
    assert (delivery.delivered_at, [bell.at for bell in delivery.bells]) == (MONDAY, [MONDAY])
    assert bell_of(task, HANDLER)
    assert not bell_of(task, SCENE)
    life.pass_time(minutes=3)
    hear(life, task, HANDLER)
    assert bell_of(task, HANDLER) is None
    assert (delivery.bells[0].acknowledged_at, delivery.bells[0].acknowledged_name) == (life.at, "handler")
    life.pass_time(minutes=20)
    assert len(delivery.bells) == 1, "an answered ring goes no higher"
    assert task.pending, "answering the ring neither claims nor decides"


@pytest.mark.req("Q-022")
def test_unanswered_it_rings_one_level_higher_too_and_then_higher_still() -> None:
    life, task, delivery = delivered()
    life.pass_time(minutes=10)
    assert [bell.to[0].role for bell in delivery.bells] == ["department_handler", "supervisor"]
    assert bell_of(task, SUPERVISOR)
    assert delivery.bells[1].to[0] in task.watchers
    hear(life, task, SUPERVISOR)
    assert bell_of(task, SUPERVISOR) is None
    assert bell_of(task, HANDLER), "theirs rings on: a supervisor's ear is not theirs"
    life.pass_time(minutes=10)
    assert bell_of(task, LEADER)
    hear(life, task, HANDLER)
    assert [bell_of(task, each) for each in (HANDLER, SUPERVISOR, LEADER)] == [None] * 3


def test_a_colour_that_is_not_named_rings_at_their_own_desks_only() -> None:
    life, _, delivery = delivered(rank=1)
    life.pass_time(hours=10)
    assert len(delivery.bells) == 1


@pytest.mark.parametrize("act", ["claim", "accept"])
def test_who_claims_or_answers_has_heard_it(act: str) -> None:
    life, task, delivery = delivered()
    life.claim(task, HANDLER) if act == "claim" else life.decide(task, "accept", HANDLER)
    assert delivery.bells[0].acknowledged_by == delivery.seen_by == "handler"


@pytest.mark.req("H-036")
def test_who_saw_it_first_and_when_is_on_record() -> None:
    """“避免出现有责单位以‘不知情’推脱”."""
    life, task, delivery = delivered(rank=1)
    life.pass_time(minutes=5)
    look(life, task, SCENE)
    assert delivery.seen_at is None, "somebody who is not asked"
    look(life, task, HANDLER)
    look(life, task, person("second", ("department_handler", HOUSING.path)))
    found = delivery.model_dump()
    assert (found["seen_at"], found["seen_name"]) == (life.at, "handler")
    assert len(life.logged("seen")) == 1
    life.pass_time(days=2)
    assert delivery.known_at is None


@pytest.mark.req("H-036")
def test_unseen_for_the_playbook_s_hours_it_is_deemed_known() -> None:
    life, task, delivery = delivered(rank=1)
    life.pass_time(hours=24)
    assert (delivery.known_at, delivery.seen_at) == (MONDAY + timedelta(hours=24), None)
    assert life.logged("deemed_known") == ["签收交办视为知悉"]
    assert task.pending


def test_neither_ring_nor_knowledge_is_a_deadline_of_the_task() -> None:
    life, task, _ = delivered()
    due = due_clock(life.state, task)
    assert due
    assert due.name == f"task:{task.task_id}"


def test_a_ring_is_answered_by_those_at_whose_desks_it_rings_and_not_behind_the_end() -> None:
    life, task, _ = delivered()
    with pytest.raises(NotEntitled):
        hear(life, task, SCENE)
    life.decide(task, "accept", HANDLER)
    with pytest.raises(TaskClosed):
        hear(life, task, HANDLER)


def test_what_is_given_to_others_rings_at_their_desks() -> None:
    life, task, _ = delivered()
    hear(life, task, HANDLER)
    life.act("reassign", SUPERVISOR, reason="改派", role="department_handler", organisation="market")
    assert bell_of(task, HANDLER) is None
    assert bell_of(task, person("trader", ("department_handler", "/c/market")))


def test_each_bell_is_an_event_for_those_at_whose_desks_it_rings() -> None:
    life, task, _ = delivered()
    seen = life.state.revision - 50
    rung = [e for e in change_events(project(life.state), stored=max(seen, 0), before={})
            if e.kind is ChangeEventKind.TASK_RINGING]  # fmt: skip
    assert [(e.task_id, ("department_handler", HOUSING.path) in e.posts) for e in rung] == [(task.task_id, True)]
    stored = life.state.revision
    life.pass_time(minutes=10)
    (above,) = [e for e in change_events(project(life.state), stored=stored, before={task.task_id: "open"})
                if e.kind is ChangeEventKind.TASK_RINGING]  # fmt: skip
    assert above.posts == [("supervisor", PLACES["county"])]
