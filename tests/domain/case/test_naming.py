"""落实到人: one officer by name, the deputy's own watch to the end, the report to the duty leader."""

from __future__ import annotations

from typing import Any

import pytest

from domain.case.naming import NAME, WATCH, follow, report
from domain.case.records import Beat, Named
from domain.case.state import Task
from domain.errors import ActionNotAllowed, ClaimedByOther, Conflict, FieldsInvalid, NotEntitled
from domain.policy.stages import Stage
from tests.domain.support import (
    CHIEF,
    COMMAND_ROOM,
    LEADER,
    OFFICER,
    PLACES,
    SCENE,
    SUPERVISOR,
    Desk,
    another_officer,
    person,
)

STATION = PLACES["station"]
TANG = person(f"responsible_officer@{STATION}#1", ("responsible_officer", STATION))
DEPUTY = person(f"station_deputy@{STATION}#1", ("station_deputy", STATION))
BEAT = Beat(
    code="beat-001",
    officer=Named(person_id=TANG.person_id, name="汤荣"),
    deputy=Named(person_id=DEPUTY.person_id, name="潘康平"),
)


def at_push_2(**more: Any) -> tuple[Desk, Task]:
    desk = Desk(beat=more.pop("beat", BEAT), **more)
    desk.case.enter(Stage.PUSH_2)
    follow(desk.case)
    return desk, desk.case.open("follow_up_responsibly")


@pytest.mark.req("J-003", "J-041")
def test_the_push_goes_to_the_beat_s_officer_by_name() -> None:
    """“将这起纠纷通过‘一警情三推送’平台推送到了管区民警汤荣那里”: to him, and to no other of the station."""
    desk, task = at_push_2()
    assert (task.state, task.assignee, task.assignee_name, task.named) == ("claimed", TANG.person_id, "汤荣", True)
    assert desk.logged("named")[-1] == "责任跟进落实给汤荣"
    with pytest.raises(ClaimedByOther):
        desk.decide(task, "contacted", OFFICER, manner="call", who="李某", summary="未果")
    desk.decide(task, "contacted", TANG, manner="call", who="李某", summary="尚未达成一致")


@pytest.mark.req("J-030")
def test_the_deputy_follows_it_to_the_end_by_a_task_of_his_own() -> None:
    """“落实给责任民警和所队领导,由他们全程跟踪处置”."""
    desk, task = at_push_2()
    (watch,) = desk.state.pending(WATCH)
    assert watch.assignee_name == "潘康平"
    clock = desk.state.clock(f"contact:{watch.task_id}")
    assert clock
    desk.decide(watch, "noted", DEPUTY, summary="已听取汇报，明日共同约谈双方")
    assert clock.stopped_at
    assert watch.pending
    desk.decide(task, "mediate", TANG, reason="双方愿意协商")
    desk.case.enter(Stage.MEDIATION)
    desk.case.enter(Stage.PUSH_2)  # back again: the same watch goes on
    follow(desk.case)
    assert desk.state.pending(WATCH) == [watch]
    desk.case.close("resolved")
    assert (watch.state, watch.void_reason) == ("void", "纠纷已办结")


def test_a_deputy_who_never_looks_is_supervised() -> None:
    desk, _ = at_push_2()
    desk.pass_time(days=1, hours=5)
    assert any("首次跟踪超期督办" in title for title in desk.logged("supervision"))


@pytest.mark.req("J-041")
def test_the_duty_leader_is_told_and_not_asked() -> None:
    """“他回去向值班领导汇报后,将这起纠纷…推送到了管区民警汤荣那里”: a line and a message, no approval."""
    desk = Desk(beat=BEAT)
    task = desk.push()
    desk.decide(task, "settled", SCENE, summary="二人同意离开", push_on=True, reason="存在民转刑风险")
    assert task.decision
    report(desk.case, task, task.decision)
    line = desk.state.timeline[-1]
    assert (line.kind, line.title, line.actor_id) == ("reported", "已向值班领导汇报，继续推送", "scene")
    assert line.detail["told"] == [["duty_leader", STATION]]
    assert line.detail["reason"] == "存在民转刑风险"
    assert not desk.state.pending("approve_third_push")


def test_the_command_room_names_another() -> None:
    desk, task = at_push_2()
    other = another_officer(desk.state)
    desk.act(NAME, COMMAND_ROOM, officer=other, reason="汤荣休假")
    assert (task.assignee, task.named) == (other, True)
    assert desk.state.responsible
    assert desk.state.responsible.person_id == other
    with pytest.raises(ClaimedByOther):
        desk.decide(task, "contacted", TANG, manner="call", who="李某", summary="未果")
    with pytest.raises(FieldsInvalid) as refusal:
        desk.act(NAME, COMMAND_ROOM, officer=other, reason="再次")
    assert refusal.value.errors[0]["field"] == "officer"
    with pytest.raises(NotEntitled):
        desk.act(NAME, OFFICER, officer=TANG.person_id, reason="换人")


def test_nobody_is_named_who_has_not_the_post() -> None:
    desk, _ = at_push_2()
    for officer in ("nobody", f"duty_leader@{STATION}#1", "responsible_officer@/c/police/other#1"):
        with pytest.raises(FieldsInvalid):
            desk.act(NAME, COMMAND_ROOM, officer=officer, reason="换人")
    desk.case.enter(Stage.PUSH_3)
    desk.case.void(desk.state.pending("follow_up_responsibly"), "")
    with pytest.raises(ActionNotAllowed):
        desk.act(NAME, CHIEF, officer=TANG.person_id, reason="换人")


def test_where_no_beat_is_known_the_command_room_is_asked_who_it_shall_be() -> None:
    desk, task = at_push_2(beat=Beat())
    (asked,) = desk.state.pending(NAME)
    assert (task.state, task.named) == ("open", False)
    desk.decide(asked, "name", COMMAND_ROOM, officer=TANG.person_id)
    assert (task.assignee, task.named) == (TANG.person_id, True)
    assert asked.decision
    assert asked.decision.fields["officer_name"] == "responsible_officer"


def test_who_takes_it_himself_answers_the_question() -> None:
    desk, task = at_push_2(beat=Beat())
    desk.claim(task, OFFICER)
    assert not desk.state.pending(NAME)
    assert desk.state.responsible == Named(person_id="officer", name="officer")
    desk.claim(task, OFFICER, release=True)  # what he took himself he may give back
    assert task.state == "open"


def test_the_question_is_void_where_the_push_has_gone_on() -> None:
    desk, task = at_push_2(beat=Beat())
    (asked,) = desk.state.pending(NAME)
    desk.decide(task, "request_third_push", OFFICER, reason="超出职权")
    desk.case.enter(Stage.PUSH_3)
    assert asked.state == "void"


def test_what_was_named_to_him_is_handed_over_and_not_given_back() -> None:
    desk, task = at_push_2()
    with pytest.raises(Conflict):
        desk.claim(task, TANG, release=True)
    other = person(another_officer(desk.state), ("responsible_officer", STATION))
    desk.transfer(task, TANG, other)
    desk.claim(task, other)
    assert (task.assignee, task.named) == (other.person_id, True)
    assert desk.state.responsible
    assert desk.state.responsible.person_id == other.person_id


def test_the_next_round_is_the_same_officer_s() -> None:
    desk, task = at_push_2()
    desk.act(NAME, COMMAND_ROOM, officer=another_officer(desk.state), reason="换人")
    desk.decide(task, "settled", person(str(task.assignee), ("responsible_officer", STATION)), summary="好")
    desk.case.next_round("退回重办")
    desk.case.enter(Stage.PUSH_2)
    follow(desk.case)
    again = desk.case.open("follow_up_responsibly")
    assert (again.redo_of, again.assignee) == (task.task_id, task.assignee)
    assert not desk.state.pending(NAME)


def test_a_supervisor_who_hands_it_to_others_takes_it_from_him() -> None:
    desk, task = at_push_2()
    desk.act("escalate", SUPERVISOR, reason="久拖不决")
    (supervision,) = desk.state.pending("supervise")
    desk.decide(supervision, "reassign", SUPERVISOR, role="duty_leader", organisation="housing", reason="换人")
    assert (task.assignee, task.named, desk.state.responsible) == (None, False, None)


@pytest.mark.parametrize(
    ("action", "fields"), [("reassign", {"role": "duty_leader", "organisation": "housing"}), ("escalate", {})]
)
def test_what_goes_to_others_asks_nobody_any_more_which_officer_it_shall_be(
    action: str, fields: dict[str, Any]
) -> None:
    desk, task = at_push_2(beat=Beat())
    (asked,) = desk.state.pending(NAME)
    desk.act(action, SUPERVISOR, **fields, reason="换人")
    assert (asked.state, asked.void_reason) == ("void", "已改由他人办理")
    assert "responsible_officer" not in {post.role for post in task.addressees}
    with pytest.raises(ActionNotAllowed):
        desk.act(NAME, CHIEF, officer=TANG.person_id, reason="换人")


def test_a_playbook_that_names_nobody_asks_all_as_before() -> None:
    desk = Desk(beat=BEAT)
    policy = desk.state.process.tasks["follow_up_responsibly"].model_copy(update={"names_one": False})
    tasks = {**desk.state.process.tasks, "follow_up_responsibly": policy}
    del tasks[NAME], tasks[WATCH]
    desk.state.process = desk.state.process.model_copy(update={"tasks": tasks})
    desk.case.enter(Stage.PUSH_2)
    follow(desk.case)
    task = desk.case.open("follow_up_responsibly")
    assert (task.state, task.assignee) == ("open", None)
    assert desk.state.pending() == [task]
    with pytest.raises(ActionNotAllowed):
        desk.act(NAME, LEADER, officer=TANG.person_id, reason="换人")
