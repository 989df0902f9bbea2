"""Colours: raising takes the shorter limit, lowering never restarts, red stops at the first person met."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.case import COLOUR, PROGRESS
from domain.case.clocks import Clock
from domain.errors import FieldsInvalid
from domain.policy.stages import Stage
from domain.transitions.colours import disposed, intervened, is_lower, recolour
from tests.domain.mediated_dispute import Told
from tests.domain.support import HANDLER, HOUSING, MET, MONDAY, OFFICER, Desk, alarm

DAY = timedelta(days=1)


def colour_clock(desk: Desk) -> Clock:
    clock = desk.state.clock(COLOUR)
    assert clock
    return clock


@pytest.mark.req("Q-037")
def test_raising_takes_the_shorter_of_the_new_limit_and_what_remains() -> None:
    early, late = Desk(rank=2), Desk(rank=2)
    for desk, days in ((early, 1), (late, 6.5)):
        desk.push()
        desk.outage(days=days)
        recolour(desk.case, "red", "事态升级")
    assert colour_clock(early).due_at == MONDAY + 2 * DAY  # one day from now
    assert colour_clock(late).due_at == MONDAY + 7 * DAY  # half a day was left
    assert colour_clock(early).moved[-1].was == MONDAY + 7 * DAY


@pytest.mark.req("Q-033")
def test_red_again_after_it_was_milder_for_a_while_is_followed_up() -> None:
    """“红色预警1天内介入处置，后期持续跟进”: what was met stays met, and the follow-up goes on."""
    desk = Desk(rank=3)
    desk.push()
    intervened(desk.case)
    recolour(desk.case, "yellow", "已稳控")
    assert desk.state.clock(PROGRESS) is None
    recolour(desk.case, "red", "扬言报复")
    again = desk.state.clock(PROGRESS)
    assert again
    assert again.due_at == MONDAY + DAY


@pytest.mark.req("Q-037")
def test_lowering_never_restarts_nor_moves_a_clock() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.outage(days=3)
    before = colour_clock(desk).model_copy(deep=True)
    recolour(desk.case, "blue", "双方已冷静")
    assert desk.state.colour == "blue"
    assert colour_clock(desk) == before
    assert is_lower(desk.state, "blue") is False


def test_what_was_met_in_red_and_is_milder_now_is_due_by_the_milder_limit_from_where_red_began() -> None:
    """“黄色预警1周内处置” (Q-034): without a deadline of its own nobody would hear that it lies there."""
    desk = Desk(rank=3)
    desk.push()
    intervened(desk.case)
    desk.at += 3 * DAY
    recolour(desk.case, "yellow", "已稳控")
    clock = colour_clock(desk)
    assert (clock.started_at, clock.due_at, clock.overdue) == (MONDAY, MONDAY + 7 * DAY, False)
    assert desk.state.clock(PROGRESS) is None
    disposed(desk.case)
    recolour(desk.case, "blue", "已化解")
    assert desk.state.clock(COLOUR) is None


def test_the_same_colour_again_is_no_event() -> None:
    desk = Desk()
    desk.push()
    revision = desk.state.revision
    recolour(desk.case, "blue", "复核")
    assert desk.state.revision == revision


def test_red_is_never_suspended_what_stood_still_runs_again() -> None:
    desk = Desk(rank=2)
    desk.push()
    colour_clock(desk).suspend(desk.at, "等待鉴定")
    desk.outage(days=2)
    recolour(desk.case, "red", "事态升级")
    clock = colour_clock(desk)
    assert not clock.suspended
    assert not clock.suspendable
    assert clock.due_at == desk.at + DAY


def test_raising_a_suspended_clock_leaves_it_the_new_limit_when_it_runs_again() -> None:
    desk = Desk()
    desk.push()
    colour_clock(desk).suspend(desk.at, "等待鉴定")
    desk.outage(days=10)
    recolour(desk.case, "yellow", "事态升级")
    desk.outage(days=5)
    colour_clock(desk).resume(desk.at)
    assert colour_clock(desk).due_at == desk.at + 7 * DAY


@pytest.mark.req("Q-033")
def test_meeting_a_person_meets_red_and_continuing_follow_up_begins() -> None:
    desk = Desk(rank=3)
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    clock = colour_clock(desk)
    desk.pass_time(hours=5)
    desk.decide(task, "progress", HANDLER, summary="已上门", met=MET)
    assert (clock.state, desk.state.clock(COLOUR)) == ("met", None)
    progress = desk.state.clock("progress")
    assert progress
    assert progress.due_at == desk.at + DAY


def test_each_report_of_progress_begins_the_next_interval() -> None:
    desk = Desk(rank=3)
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    desk.decide(task, "progress", HANDLER, summary="已上门", met=MET)
    desk.pass_time(hours=20)
    again = [{**MET[0], "at": desk.at.isoformat()}]
    desk.decide(task, "progress", HANDLER, summary="再次上门", met=again)
    running = [c for c in desk.state.clocks if c.name == "progress" and c.stopped_at is None]
    assert [clock.due_at for clock in running] == [desk.at + DAY]


@pytest.mark.req("Q-033")
def test_the_same_meeting_told_again_is_no_continuing_follow_up() -> None:
    """“红色预警1天内介入处置，后期持续跟进”: one visit told of every day would do otherwise."""
    desk = Desk(rank=3)
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    desk.decide(task, "progress", HANDLER, summary="已上门", met=MET)
    due = desk.state.clock("progress")
    desk.pass_time(hours=20)
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, "progress", HANDLER, summary="在办", met=MET)
    [error] = refused.value.errors
    assert (error["field"], "已记录过" in error["message"]) == ("met", True)
    desk.decide(task, "progress", HANDLER, summary="在办，没有新的见面")
    assert desk.state.clock("progress") == due, "who met nobody has followed nothing up"
    earlier = [{**MET[0], "at": (desk.at - timedelta(hours=1)).isoformat()}]
    desk.decide(task, "progress", HANDLER, summary="再次上门", met=[*MET, *earlier])
    assert desk.state.clock("progress") != due


def test_a_report_without_a_person_met_or_a_call_does_not_meet_red() -> None:
    desk = Desk(rank=3)
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)
    desk.decide(task, "progress", HANDLER, summary="已电话了解")
    assert colour_clock(desk).state == "running"
    call = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    desk.decide(call, "contacted", OFFICER, manner="call", who="李某", summary="已联系")
    assert colour_clock(desk).state == "running"
    desk.decide(call, "contacted", OFFICER, manner="visit", who="李某", summary="上门")
    assert desk.state.clock(COLOUR) is None


@pytest.mark.req("Q-034", "Q-035")
def test_yellow_and_blue_stop_at_the_disposal_only() -> None:
    for rank in (1, 2):
        desk = Desk(rank=rank)
        desk.push()
        intervened(desk.case)
        clock = colour_clock(desk)
        assert desk.state.clock("progress") is None
        disposed(desk.case)
        assert clock.state == "met"


def test_lowering_red_ends_its_continuing_follow_up() -> None:
    desk = Desk(rank=3)
    desk.push()
    intervened(desk.case)
    assert desk.state.clock("progress")
    recolour(desk.case, "yellow", "双方已冷静")
    assert desk.state.clock("progress") is None


def test_an_overdue_colour_met_late_stays_missed() -> None:
    desk = Desk(rank=3)
    desk.push()
    desk.pass_time(days=2)
    clock = colour_clock(desk)
    intervened(desk.case)
    assert clock.state == "missed"


def test_a_case_that_waits_for_its_desks_after_the_scene_is_followed_up_when_it_turns_red() -> None:
    """“后期持续跟进” (Q-033): settled on the scene, and the desk has not judged it yet when it happens again."""
    told = Told("wuwei")
    told.answer("handle_on_scene", "settled", summary="当场化解")
    assert (told.state.stage, told.state.clock(COLOUR), told.open_kinds) == (Stage.PUSH_1, None, ["confirm_triage"])
    for number in (2, 3):
        told.life.fact(alarm(number, told.life.at, rank=number))
    told.life.settle()
    assert (told.state.stage, told.state.colour) == (Stage.PUSH_1, "red")
    assert told.state.clock(PROGRESS)
    assert told.task("keep_following").addressees == told.state.tasks[1].addressees


def test_what_a_table_agreed_and_the_police_take_back_is_due_as_it_was() -> None:
    """“分流不分家”: the disposal met the limit, and is none any more; without it nobody would hear of silence."""
    told = Told("wuwei")
    began = told.state.clock(COLOUR)
    assert began
    told.answer("handle_on_scene", "unsettled")
    told.answer("mediate", "agreed")
    told.act("recall")
    again = told.state.clock(COLOUR)
    assert again
    assert (told.state.stage, again.started_at, again.due_at) == (Stage.PUSH_1, began.started_at, began.due_at)
