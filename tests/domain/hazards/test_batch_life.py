"""Batches of hazards: “发送风险隐患提示函35批次,涉及风险隐患线索17个方面、5426项” (R-063), to zero (R-064)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.base import CHINA
from domain.errors import FieldsInvalid
from domain.policy.stages import Stage
from domain.transitions.actions import Act
from domain.transitions.decisions import check
from domain.transitions.hazards.items import batch_of
from tests.domain.hazards.batches import (
    BODIES,
    HANDLERS,
    SENDER,
    answer,
    batch,
    item,
    picture,
    rectify,
    task_of,
    verify,
)
from tests.domain.invariants import Watch
from tests.domain.support import person
from workflows.harness.life import refused

FIRE, GAS, SCHOOL = (body.path for body in BODIES)


@pytest.mark.req("R-062", "R-063", "R-064")
def test_each_item_goes_its_own_way_and_the_last_one_cancelled_off_closes_the_batch() -> None:
    """“隐患联排全覆盖,问题整改动态销号” … “动态清零目标”."""
    life = batch(6)
    assert life.state.stage is Stage.NOTICE
    asked = {task.about["path"]: task.about["items"] for task in life.state.pending("rectify")}
    assert asked == {FIRE: [3, 6], GAS: [1, 4], SCHOOL: [2, 5]}
    rectify(life, GAS, [1])  # the other one of the same organisation, and the others', have not been touched
    assert task_of(life, "verify").about["items"] == [1]
    assert task_of(life, "rectify", GAS).about["items"] == [4]
    verify(life, "cancelled_off", [1])
    assert not life.state.pending("verify")
    assert [each.state for each in batch_of(life.state).items] == ["cancelled", *["open"] * 5]
    rectify(life, FIRE, [3, 6])
    assert not [task for task in life.state.pending("rectify") if task.about["path"] == FIRE]
    rectify(life, GAS, [4])
    rectify(life, SCHOOL, [2, 5])
    verify(life, "cancelled_off", [2, 3, 4, 5])
    assert not life.ended
    verify(life, "cancelled_off", [6])
    assert life.ended
    assert (life.state.stage, life.state.outcome) == (Stage.CLOSED, "cleared")
    assert all(each.cancelled_at for each in batch_of(life.state).items)


@pytest.mark.req("R-062", "R-063")
def test_what_was_returned_is_rectified_again_with_new_evidence_by_a_new_day() -> None:
    life, shown = batch(3), picture()
    rectify(life, GAS, [1], evidence=[shown])
    verify(life, "returned", [1])
    first = item(life, 1)
    assert (first.state, first.last.returned) == ("open", "照片看不出已整改")
    assert first.due_at > life.at
    assert first.due_at.astimezone(CHINA).strftime("%H:%M") == "00:00"
    again = task_of(life, "rectify", GAS)
    assert refused(life.decide, answer(life, again, "rectified", HANDLERS[GAS], [1], evidence=[shown])) == (
        "fields_invalid"
    )
    rectify(life, GAS, [1])
    verify(life, "cancelled_off", [1])
    assert (first.state, first.returned, len(first.answers)) == ("cancelled", 1, 2)


@pytest.mark.req("R-064")
@pytest.mark.parametrize("due_on", ["2026-01-01", "2199-12-31"])
def test_no_item_is_put_off_for_good(due_on: str) -> None:
    """“动态清零”: what never falls due is never cancelled off."""
    life = batch(3)
    rectify(life, GAS, [1])
    with pytest.raises(FieldsInvalid) as found:
        check(life.state, answer(life, task_of(life, "verify"), "returned", SENDER, [1], due_on=due_on), life.at)
    assert [error["field"] for error in found.value.errors] == ["due_on"]


@pytest.mark.req("R-063")
@pytest.mark.parametrize(
    ("items", "why"),
    [([7], "本批没有第7项"), ([2], "第2项不是本单位的"), ([1, 1], "第1项重复填写")],
    ids=["no-such-item", "another-body's", "twice"],
)
def test_an_answer_is_to_items_of_ones_own(items: list[int], why: str) -> None:
    life = batch(6)
    with pytest.raises(FieldsInvalid) as found:
        check(life.state, answer(life, task_of(life, "rectify", GAS), "rectified", HANDLERS[GAS], items), life.at)
    assert [error["message"] for error in found.value.errors] == [why]


@pytest.mark.req("R-063")
def test_nobody_verifies_what_he_rectified_himself_nor_answers_without_a_picture() -> None:
    life = batch(3)
    both = person("both", ("department_handler", GAS), ("centre_dispatcher", SENDER.posts[0].path))
    task = task_of(life, "rectify", GAS)
    assert refused(life.decide, answer(life, task, "rectified", both, [1], evidence=[])) == "fields_invalid"
    life.decide(answer(life, task, "rectified", both, [1]))
    life.settle()
    assert refused(life.decide, answer(life, task_of(life, "verify"), "cancelled_off", both, [1])) == "four_eyes"
    verify(life, "cancelled_off", [1])


@pytest.mark.req("R-061", "R-063")
def test_silence_reaches_a_person_once_for_all_items_of_an_organisation_and_day() -> None:
    """“常态化推送督办、联合会商、跟踪问效”: 155 items cost as many reminders as they have deadlines, not 155."""
    life = batch(155, days=10)
    life.pass_time(timedelta(days=11))
    lines = [entry for entry in life.state.timeline if entry.kind in ("reminder", "overdue", "supervision")]
    assert len(lines) == len(BODIES) * 4  # two reminders, overdue, supervision
    assert {task.about["task_id"] for task in life.state.pending("supervise")} == {
        task.task_id for task in life.state.pending("rectify")
    }
    rectify(life, GAS, task_of(life, "rectify", GAS).about["items"])
    assert not [clock for clock in life.state.clocks if clock.name.startswith("due:") and clock.stopped_at is None
                and clock.task_id not in {task.task_id for task in life.state.pending()}]  # fmt: skip
    life.pass_time(timedelta(days=10))
    assert [task for task in life.state.pending("supervise") if "核查" in task.about["title"]]


@pytest.mark.req("R-063")
def test_each_day_on_which_items_are_due_calls_for_itself() -> None:
    life = batch(6, days=5, apart=2)
    assert len([c for c in life.state.clocks if c.name.startswith("due:")]) == 6
    life.pass_time(timedelta(days=4, hours=20))
    assert {entry.detail["task_id"] for entry in life.state.timeline if entry.kind == "overdue"} == {
        task.task_id for task in life.state.pending("rectify")
    }
    before = len(life.state.pending("supervise"))
    life.pass_time(timedelta(days=1))
    assert len(life.state.pending("supervise")) > before


@pytest.mark.req("R-063")
def test_what_is_a_disputes_is_not_offered_to_a_batch() -> None:
    life = batch(3)
    withdraw = Act(key="w", action="withdraw", actor=person("s", ("supervisor", "/c")), fields={"reason": "发错"})
    assert refused(life.act, withdraw) == "action_not_allowed"


@pytest.mark.req("R-063")
def test_the_laws_hold_through_the_life_of_a_whole_batch() -> None:
    """Every fifth item is returned once."""
    life, watch = batch(30, apart=3), Watch()
    watch.look(life.state, life.at)
    for path in HANDLERS:
        watch.sent_by(HANDLERS[path])
    watch.sent_by(SENDER)
    turns = 0
    while not life.ended:
        turns += 1
        life.pass_time(timedelta(hours=1))
        if verifying := life.state.pending("verify"):
            no = verifying[0].about["items"][0]
            again = no % 5 == 0 and not item(life, no).returned
            verify(life, "returned" if again else "cancelled_off", [no])
        elif asked := life.state.pending("rectify"):
            rectify(life, asked[0].about["path"], asked[0].about["items"][:1])
        if turns % 10 == 0 or life.ended:
            watch.look(life.state, life.at)
    assert life.state.outcome == "cleared"
