"""The chain of desks (Q-040 to Q-042), and the push that does not wait for it (J-002)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.summons.records import Conference, Whistle
from domain.people.organisation import Actor
from domain.policy.intake.sources import Source, TriageDesk
from domain.policy.stages import Stage
from domain.transitions.decisions import Command
from domain.triage.responsibility import ListRow
from tests.domain.mediated_dispute import Told
from tests.domain.support import COMMAND_ROOM, MONDAY, PLACES, alarm, person, process
from workflows.harness.life import refused

TWO_LEVELS = "每日通过邛崃市局和派出所两个层级对警情进行分析研判,提取各类风险信息后,通过平台报送至邛崃市委政法委"
AT_ONCE = "接到警情推送后,立即赶赴现场处置"
ANALYST = person("analyst", ("bureau_analyst", PLACES["bureau"]))
HANDLED = {"police_handled": "民警已到场收缴刀具"}


def desks(told: Told) -> list[str]:
    """Which desks are asked."""
    return [post.role for task in told.state.pending("confirm_triage") for post in task.addressees]


def at_desk(told: Told, desk: str, decision: str, by: Actor | None = None, **fields: Any) -> None:
    """A desk answers, also where several wait."""
    task = next(t for t in told.state.pending("confirm_triage") if t.about["desk"] == desk)
    by = by or (COMMAND_ROOM if desk == "station" else ANALYST)
    command = Command(
        key=f"{task.task_id}.{decision}", task_id=task.task_id, decision=decision, fields=fields, actor=by
    )
    told.life.decide(command)
    told.life.settle()


# --- two levels


@pytest.mark.req("Q-040", "Q-042")
def test_one_desk_is_not_enough() -> None:
    told = Told("qionglai")
    assert desks(told) == ["command_room"], TWO_LEVELS
    at_desk(told, "station", "confirm")
    assert (told.state.stage, desks(told)) == (Stage.TRIAGE, ["bureau_analyst"]), TWO_LEVELS
    at_desk(told, "bureau", "report_up")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_3, ["dispatch"]), TWO_LEVELS


@pytest.mark.req("Q-040")
def test_red_opens_both_desks_at_once_and_both_must_look() -> None:
    told = Told("qionglai", rank=3)
    assert desks(told) == ["command_room", "bureau_analyst"], TWO_LEVELS
    limits = {told.state.clock(f"task:{t.task_id}").due_at for t in told.state.pending("confirm_triage")}  # type: ignore[union-attr]
    assert limits == {MONDAY + timedelta(minutes=30)}
    at_desk(told, "bureau", "confirm")
    assert (told.state.stage, desks(told)) == (Stage.TRIAGE, ["command_room"])
    at_desk(told, "station", "report_up")
    assert told.state.stage is Stage.PUSH_3


@pytest.mark.req("Q-040", "Q-033")
def test_a_red_threat_is_not_confirmed_by_silence_and_somebody_is_called() -> None:
    told = Told("qionglai", rank=3, police=True)
    told.life.pass_time(timedelta(hours=1))
    assert {t.about["cause"] for t in told.state.pending("supervise")} == {"overdue"}
    told.life.pass_time(timedelta(days=2))
    assert (told.state.stage, len(desks(told))) == (Stage.TRIAGE, 2), TWO_LEVELS
    assert "dispatch" not in told.open_kinds


@pytest.mark.req("Q-040")
def test_each_report_is_judged_that_day() -> None:
    told = Told("qionglai")
    [task] = told.state.pending("confirm_triage")
    clock = told.state.clock(f"task:{task.task_id}")
    assert clock
    assert clock.due_at == MONDAY.replace(hour=0) + timedelta(days=1), "每日"


@pytest.mark.req("Q-040", "Q-041")
def test_no_risk_is_said_by_both_levels_and_closes() -> None:
    told = Told("qionglai")
    at_desk(told, "station", "no_risk", ground="偶发口角，双方已和好")
    assert desks(told) == ["bureau_analyst"], TWO_LEVELS
    at_desk(told, "bureau", "no_risk", ground="同意所里意见")
    assert (told.state.outcome, told.logged("closed")) == ("no_risk", ["办结：无风险"])


@pytest.mark.req("Q-040", "Q-041")
def test_the_bureau_extracts_a_risk_that_the_station_did_not_see() -> None:
    told = Told("qionglai")
    at_desk(told, "station", "no_risk", ground="偶发口角")
    at_desk(told, "bureau", "report_up", bundle="BS2026-0302-1")
    assert told.state.stage is Stage.PUSH_3, "提取各类风险信息"


@pytest.mark.req("Q-040")
def test_desks_that_were_asked_together_and_differ_let_the_graver_word_hold() -> None:
    told = Told("qionglai", rank=3)
    at_desk(told, "bureau", "no_risk", ground="误报")
    at_desk(told, "station", "report_up")
    assert told.state.stage is Stage.PUSH_3


@pytest.mark.req("Q-040")
def test_a_police_case_is_approved_one_level_up_and_not_reported() -> None:
    told = Told("qionglai", rank=3, police=True)
    at_desk(told, "station", "police_case", reason="涉嫌持刀威胁，已受理为治安案件")
    assert "dispatch" not in told.open_kinds
    at_desk(told, "bureau", "report_up", by=None, **HANDLED)
    assert told.open_kinds == ["approve_change"], "two desks of two minds: one level up"
    told.answer("approve_change", "approve")
    assert told.state.outcome == "police_case"


def test_not_approved_the_desks_look_again() -> None:
    told = Told("qionglai", rank=2)
    at_desk(told, "station", "police_case", reason="涉嫌威胁")
    at_desk(told, "bureau", "confirm", by=None, **HANDLED)
    assert told.state.stage is Stage.PUSH_3, "the last desk's word"
    told = Told("qionglai", rank=2)
    at_desk(told, "station", "report_up")
    at_desk(told, "bureau", "police_case", reason="涉嫌威胁")
    told.answer("approve_change", "reject")
    assert (told.state.stage, desks(told)) == (Stage.TRIAGE, ["command_room"])


@pytest.mark.req("Q-086", "Q-040")
def test_the_police_flag_is_not_ignored() -> None:
    told = Told("qionglai", rank=2, police=True, police_heard=True)
    with pytest.raises(AssertionError):
        _taken(told, "confirm")
    at_desk(told, "station", "report_up", by=None, **HANDLED)
    at_desk(told, "bureau", "confirm")
    assert told.state.stage is Stage.PUSH_3, "said once is enough"


def _taken(told: Told, decision: str, **fields: Any) -> None:
    [task] = told.state.pending("confirm_triage")
    command = Command(key="k.f", task_id=task.task_id, decision=decision, fields=fields, actor=COMMAND_ROOM)
    code = refused(told.life.decide, command)
    assert code == "", code


@pytest.mark.req("Q-040")
def test_each_level_is_another_person() -> None:
    told = Told("qionglai")
    both = person("both", ("command_room", PLACES["station"]), ("bureau_analyst", PLACES["bureau"]))
    at_desk(told, "station", "report_up", by=both)
    [task] = told.state.pending("confirm_triage")
    command = Command(key="k.f", task_id=task.task_id, decision="report_up", actor=both)
    assert refused(told.life.decide, command) == "four_eyes", "两个层级"


@pytest.mark.req("Q-040")
def test_a_colour_that_rises_at_the_first_desk_opens_both() -> None:
    told = Told("qionglai")
    told.life.fact(alarm(2, MONDAY, rank=3))
    told.life.settle()
    assert desks(told) == ["command_room", "bureau_analyst"], TWO_LEVELS


def test_the_last_desk_has_the_shorter_time_when_the_colour_rises() -> None:
    told = Told("qionglai")
    at_desk(told, "station", "report_up")
    told.life.fact(alarm(2, MONDAY, rank=3))
    told.life.settle()
    [task] = told.state.pending("confirm_triage")
    clock = told.state.clock(f"task:{task.task_id}")
    assert clock
    assert clock.due_at - told.life.at <= timedelta(minutes=30)


def test_a_hotline_s_caller_is_told_of_what_ends_at_the_desk() -> None:
    told = Told("qionglai", source="12345")
    with pytest.raises(AssertionError, match="fields_invalid"):
        _taken(told, "no_risk", ground="咨询")
    _taken(told, "no_risk", ground="咨询", answered="已电话答复")


def test_outside_office_hours_the_duty_leader_is_asked_as_well() -> None:
    told = Told("qionglai")
    told.life.pass_time(timedelta(hours=12))
    at_desk(told, "station", "report_up")
    assert desks(told) == ["bureau_analyst", "duty_leader"]


def test_a_source_that_is_not_listed_goes_to_the_first_desk() -> None:
    told = Told(source="walk_in")
    assert (told.state.stage, told.open_kinds) == (Stage.TRIAGE, ["confirm_triage"])
    told.answer("confirm_triage", "confirm")
    assert told.open_kinds == ["handle_on_scene"]


# --- push 1 at once


@pytest.mark.req("J-002")
def test_the_officer_is_sent_at_once_and_the_command_room_judges_beside_him() -> None:
    told = Told()
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["confirm_triage", "handle_on_scene"]), AT_ONCE
    assert [t.aside for t in told.state.pending()] == [True, False]
    told.life.pass_time(timedelta(days=1))
    assert told.task("confirm_triage").pending, "silence confirms nothing"
    assert told.task("confirm_triage").about.get("levels") is None


@pytest.mark.req("J-002", "Q-046")
def test_what_was_done_is_not_accepted_before_the_desk_has_judged_it() -> None:
    told = Told()
    told.answer("handle_on_scene", "settled")
    assert told.open_kinds == ["confirm_triage", "evaluate"]
    with pytest.raises(Exception, match="研判尚未确认"):
        told.answer("evaluate", "accept")
    told.answer("confirm_triage", "confirm")
    told.answer("evaluate", "accept")
    assert told.state.stage is Stage.FOLLOW_UP


def test_where_nobody_evaluates_the_follow_up_waits_for_the_desk() -> None:
    stages = [s for s in process().stages if s is not Stage.EVALUATION]
    told = Told(process=process().model_copy(update={"stages": stages}))
    told.answer("handle_on_scene", "settled")
    assert (told.state.stage, told.open_kinds) == (Stage.PUSH_1, ["confirm_triage"])
    told.answer("confirm_triage", "confirm")
    assert told.state.stage is Stage.FOLLOW_UP


def test_beside_the_push_no_desk_closes_the_case() -> None:
    told = Told()
    with pytest.raises(Exception, match="处警民警已同步出警"):
        told.answer("confirm_triage", "no_risk")
    told.answer("confirm_triage", "police_case")
    assert (told.state.police, told.open_kinds) == (True, ["handle_on_scene"])


@pytest.mark.req("Q-037")
def test_a_desk_beside_the_push_lowers_a_colour_by_approval_only() -> None:
    told = Told(rank=3)
    told.answer("confirm_triage", "correct", colour="blue", reason="现场已平息")
    assert (told.state.colour, told.state.changes[-1].result) == ("red", "pending")


@pytest.mark.req("J-002")
def test_an_alarm_during_the_visits_sends_the_officer_at_once_again() -> None:
    told = Told()
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "settled")
    told.answer("evaluate", "accept")
    told.life.fact(alarm(2, MONDAY))
    told.life.settle()
    assert (told.state.round, told.open_kinds) == (2, ["confirm_triage", "handle_on_scene"]), AT_ONCE


def test_a_relapse_found_at_a_visit_is_judged_first_and_an_alarm_meanwhile_is_not_kept_waiting() -> None:
    told = Told()
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "settled")
    told.answer("evaluate", "accept")
    told.answer("visit", "relapsed")
    assert (told.state.stage, told.state.round, told.open_kinds) == (Stage.TRIAGE, 2, ["confirm_triage"])
    told.life.fact(alarm(2, MONDAY))
    told.life.settle()
    assert told.open_kinds == ["confirm_triage", "handle_on_scene"], AT_ONCE


# --- a corrected category


@pytest.mark.req("Q-085")
@pytest.mark.parametrize("code", ["jinhua", "qionglai"])
def test_a_corrected_category_moves_lead_cooperating_and_police_first(code: str) -> None:
    told = Told(code, police=True)
    task = told.state.pending("confirm_triage")[0]
    listed = {"market": ListRow(name="消费纠纷", lead="market_reg", cooperating=["justice", "village"])}
    command = Command(key="k.f", task_id=task.task_id, decision="correct", actor=COMMAND_ROOM, listed=listed,
                      fields={"category": "market", "reason": "系消费纠纷"}, labels={"market": "消费纠纷"})  # fmt: skip
    assert refused(told.life.decide, command) == ""
    s = told.state
    assert (s.category, s.title.partition("（")[0]) == ("market", "消费纠纷")
    assert (s.suggested_lead, s.suggested) == ("market_reg", ["market_reg", "jo", "v"]), "依责共治"
    assert s.police is False


def test_what_was_said_keeps_the_police_first_whatever_the_category() -> None:
    told = Told(police=True, police_heard=True)
    command = Command(key="k.f", task_id=told.task("confirm_triage").task_id, decision="correct", actor=COMMAND_ROOM,
                      listed={"market": ListRow(name="消费纠纷", lead="market_reg")},
                      fields={"category": "market", "reason": "系消费纠纷"}, labels={"market": "消费纠纷"})  # fmt: skip
    assert refused(told.life.decide, command) == ""
    assert told.state.police


# --- a chain beside the push, in a city yet to come


def test_a_chain_beside_the_push_goes_on_by_itself() -> None:
    chain = [TriageDesk(role="command_room", at="station"), TriageDesk(role="bureau_analyst", at="bureau")]
    there = process().model_copy(update={"sources": {"110": Source(name="110", push_at_once=True, desks=chain)}})
    told = Told(process=there)
    at_desk(told, "station", "report_up")
    assert (desks(told), told.open_kinds) == (["bureau_analyst"], ["confirm_triage", "handle_on_scene"])
    at_desk(told, "bureau", "confirm")
    assert told.open_kinds == ["handle_on_scene"]


def test_who_sat_at_a_table_answers_at_his_desk_when_it_is_sent_back_to_it() -> None:
    """Four eyes are each desk's to the next: a session judges nothing, and bars who took part from no desk."""
    told = Told("ronghe", source="clue")
    told.answer("confirm_triage", "confirm")
    sitter = "somebody-at-the-table"
    held = Conference(round=1, at=MONDAY, task_id="x", result="agreed", participants=[{"person": sitter}])
    told.state.summons.append(Whistle(number=1, round=1, stage=Stage.PUSH_3, at=MONDAY, conferences=[held]))
    told.answer("dispatch", "send_back")
    assert told.state.stage is Stage.TRIAGE
    assert sitter not in told.task("confirm_triage").excluded
