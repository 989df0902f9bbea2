"""What of a case is counted: one matter once, whatever happens to it (requirements F.1 to F.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.state import DisputeState
from domain.image.projection import project
from domain.indicators.counting import tally
from domain.indicators.events import TallyKind, days_between
from domain.policy.stages import Stage
from domain.transitions.facts import Merged, merge_in
from tests.domain.case_builder import COMMITTEE, STATION, Life
from tests.domain.support import (
    HANDLER,
    HOUSING,
    LEADER,
    MARKET,
    MONDAY,
    OFFICER,
    PLACES,
    SUPERVISOR,
    Desk,
    alarm,
    person,
)

DAY = timedelta(days=1)
K = TallyKind


def qionglai(rank: int = 1) -> Life:
    return Life("qionglai", rank=rank).before_the_committee()


def test_a_case_that_has_just_begun_counts_as_accepted_and_reported_and_nothing_else() -> None:
    assert [t.kind for t in tally(Life().state)] == [K.ACCEPTED, K.REPORTED]
    assert [t.kind for t in tally(Desk().state)] == [K.ACCEPTED, K.REPORTED]


def test_a_tally_holds_no_personal_data() -> None:
    life = qionglai().dispatched(HOUSING, MARKET).disposed(also=True).accepted().visited("李某", satisfaction=5)
    published_tally = "".join(each.model_dump_json() for each in tally(life.state))
    assert not [word for word in ("李某", "报警", "古山", "已访", "办结") if word in published_tally]


def test_it_is_the_same_from_a_state_that_went_through_json() -> None:
    life = qionglai().dispatched(HOUSING, MARKET).disposed(also=True).returned().disposed().accepted().visited()
    again = DisputeState.model_validate_json(life.state.model_dump_json())
    assert tally(again) == tally(life.state)


def test_the_image_carries_it_whole_and_again_only_when_it_changed() -> None:
    life = qionglai().dispatched()
    first = project(life.state)
    assert list(first.tally.values()) == tally(life.state)
    life.case.log("hotline_note", "热线转来情况")
    noted = project(life.state, since=first.revision, basis=first.basis)
    assert (noted.tally, noted.tallied) == ({}, first.tallied)
    life.disposed()
    disposed = project(life.state, since=first.revision, basis=noted.basis)
    assert disposed.tally
    merged = first.tally | disposed.tally
    assert [merged[n] for n in range(1, disposed.tallied + 1)] == tally(life.state)


# --- 报送


def test_what_is_submitted_counts_for_the_desk_that_submitted_it_and_once() -> None:
    life = qionglai()
    life.case.open("dispatch")
    life.case.enter(Stage.TRIAGE)
    life.later(days=1).before_the_committee()
    life.case.open("dispatch")
    (submitted,) = life.standing(K.SUBMITTED)
    assert (submitted.at, submitted.unit) == (MONDAY, PLACES["bureau"])


def test_where_there_is_no_committee_the_third_push_is_the_submission() -> None:
    life = Life().on_scene().to_push_2()
    assert life.counted(K.SUBMITTED) == []
    (submitted,) = life.to_push_3().dispatched().counted(K.SUBMITTED)
    assert submitted.unit == STATION


@pytest.mark.parametrize(("days", "left", "result"), [(0, True, ""), (1, False, "withdrawn")])
def test_a_withdrawal_before_dispatch_is_left_out_on_the_same_day_and_listed_afterwards(
    days: int, left: bool, result: str
) -> None:
    life = qionglai()
    life.case.open("dispatch")
    (submitted,) = life.later(days=days).closed("withdrawn").counted(K.SUBMITTED)
    assert (submitted.left_at is not None, submitted.result) == (left, result)


def test_a_withdrawal_after_dispatch_is_an_ordinary_submission() -> None:
    (submitted,) = qionglai().dispatched().closed("withdrawn").counted(K.SUBMITTED)
    assert (submitted.left_at, submitted.result) == (None, "")


# --- 处置


def test_a_returned_disposal_is_struck_and_the_valid_round_counts_once_at_its_own_time() -> None:
    life = qionglai().dispatched().later(days=1).disposed().later(days=1).returned().later(days=1).disposed()
    struck, counts = life.counted(K.DISPOSED)
    assert (struck.at, struck.struck_at, struck.round) == (MONDAY + DAY, MONDAY + 2 * DAY, 1)
    assert (counts.at, counts.struck_at, counts.round) == (MONDAY + 3 * DAY, None, 2)
    assert [t.round for t in life.counted(K.RETURNED)] == [1]


def test_a_disposal_counts_for_the_lead_and_the_others_took_part() -> None:
    life = qionglai().dispatched(HOUSING, MARKET).disposed(also=True)
    assert [t.unit for t in life.standing(K.DISPOSED)] == [HOUSING.path]
    assert [t.unit for t in life.standing(K.DISPOSED, leading=False)] == [MARKET.path]
    life.returned()
    assert life.standing(K.DISPOSED) == life.standing(K.DISPOSED, leading=False) == []


def test_work_after_a_relapse_adds_no_second_disposal() -> None:
    life = Life().on_scene().settled_on_scene().accepted().relapsed().on_scene().settled_on_scene().accepted()
    assert len(life.standing(K.DISPOSED)) == len(life.standing(K.PUSHED)) == len(life.standing(K.TIMED)) == 1


def test_a_merged_matter_s_work_and_reports_count_with_its_parent() -> None:
    life = qionglai().dispatched().disposed().later(days=1).closed("merged")
    assert life.standing(K.SUBMITTED) == life.standing(K.DISPOSED) == life.standing(K.TIMED) == []
    assert [t.left_at for t in life.counted(K.REPORTED)] == [MONDAY + DAY]
    parent = Life().on_scene()
    merge_in(parent.case, Merged(dispute_no="D2026-000002", incidents=[alarm(7, MONDAY + 3 * DAY)], parties=[]))
    assert [t.lag for t in parent.counted(K.REPORTED)] == [None, 3]
    life.case.log("merge_not_told", "未能转入警情", dispute_no="D2026-000003")
    assert [t.left_at for t in life.counted(K.REPORTED)] == [None], "a closed parent takes nothing over"
    assert [t.left_at for t in (*life.counted(K.ACCEPTED), *life.counted(K.PUSHED))] == [MONDAY + DAY] * 2


def test_what_a_court_did_not_confirm_was_no_disposal_after_all() -> None:
    life = qionglai().dispatched()
    life.case.enter(Stage.MEDIATION)
    life.case.enter(Stage.CONFIRMATION)
    assert len(life.standing(K.DISPOSED)) == 1
    life.case.enter(Stage.MEDIATION)
    assert life.standing(K.DISPOSED) == []
    life.case.enter(Stage.EVALUATION)
    assert len(life.standing(K.DISPOSED)) == 1


# --- 推送与处置率


def test_one_matter_is_pushed_once_to_whom_it_was_last_delivered() -> None:
    life = Life().on_scene().to_push_2().later(days=1).to_push_3().dispatched(HOUSING, MARKET).disposed()
    (pushed,) = life.standing(K.PUSHED)
    assert (pushed.unit, pushed.at, pushed.done_at) == (HOUSING.path, MONDAY + DAY, MONDAY + DAY)
    assert [t.unit for t in life.standing(K.PUSHED, leading=False)] == [STATION, MARKET.path]
    assert [t.unit for t in life.counted(K.PUSHED) if t.struck_at == MONDAY + DAY] == [STATION]


def test_whose_refusal_was_well_founded_had_no_part() -> None:
    life = qionglai().dispatched(HOUSING)
    life.decide(life.acceptance(HOUSING), "refuse", HANDLER, ground="不属职责")
    committee = life.case.open("rule_refusal", about={"path": HOUSING.path})
    life.decide(committee, "uphold", COMMITTEE, reason="确不属其职责")
    life.dispatched(MARKET)
    assert [t.unit for t in life.standing(K.PUSHED)] == [MARKET.path]
    assert life.standing(K.PUSHED, leading=False) == []
    assert life.counted(K.REFUSED) == []


def test_a_returned_matter_is_not_disposed_until_it_is_done_again() -> None:
    life = qionglai().dispatched().disposed()
    assert life.standing(K.PUSHED)[0].done_at == MONDAY
    life.later(days=1).returned()
    assert life.standing(K.PUSHED)[0].done_at is None
    life.later(days=1).disposed()
    assert life.standing(K.PUSHED)[0].done_at == MONDAY + 2 * DAY


@pytest.mark.parametrize(
    ("outcome", "left"),
    [("withdrawn", True), ("merged", True), ("transferred_out", True), ("criminal_case", True),
     ("not_a_dispute", True), ("guided_to_litigation", False)],
)  # fmt: skip
def test_what_ends_a_matter_otherwise_takes_it_out_of_the_base(outcome: str, left: bool) -> None:
    assert (Life().on_scene().closed(outcome).standing(K.PUSHED)[0].left_at is not None) == left


def test_red_is_disposed_only_when_somebody_was_met_first() -> None:
    quiet = Life(rank=3).on_scene().to_push_2().settled_by_officer()
    assert quiet.standing(K.PUSHED)[0].done_at is None
    assert len(quiet.standing(K.DISPOSED)) == 1
    met = Life(rank=3).on_scene().to_push_2()
    task = met.case.open("follow_up_responsibly")
    met.decide(task, "contacted", OFFICER, manner="visit", who="甲", summary="上门")
    assert met.settled_by_officer().standing(K.PUSHED)[0].done_at == MONDAY
    assert len(met.standing(K.INTERVENED)) == 1
    assert Life(rank=3).on_scene().settled_on_scene().standing(K.PUSHED)[0].done_at == MONDAY


def test_a_reassigned_matter_goes_to_the_new_organisation() -> None:
    life = qionglai().dispatched()
    life.case.open("dispose", about={"path": HOUSING.path, "organisation": "housing"})
    life.later(hours=1).act("reassign", SUPERVISOR, reason="换人", role="department_handler", organisation="market")
    assert [t.unit for t in life.standing(K.PUSHED)] == [MARKET.path]


# --- 推诿


def test_an_overruled_refusal_counts_against_who_refused_at_the_ruling() -> None:
    life = Life().on_scene().to_push_2().to_push_3().dispatched()
    life.decide(life.acceptance(), "refuse", HANDLER, ground="不属职责")
    life.later(hours=5).case.log("refusal_overruled", "推诿", path=HOUSING.path)
    (refused,) = life.counted(K.REFUSED)
    assert (refused.unit, refused.person_id, refused.result) == (HOUSING.path, "handler", "overruled")
    assert refused.at == MONDAY + timedelta(hours=5)


def test_silence_is_no_refusal_but_refusing_after_it_is() -> None:
    life = qionglai().dispatched()
    task = life.acceptance()
    life.later(days=3)
    assert task.decision
    assert task.decision.actor_id is None
    assert life.counted(K.REFUSED) == []
    life.case.log(
        "decision_refused", "未予采纳", by=HANDLER, task_id=task.task_id, decision="refuse", code="task_closed"
    )
    (refused,) = life.counted(K.REFUSED)
    assert (refused.unit, refused.result, refused.person_id) == (HOUSING.path, "late", "handler")


# --- 结案与反复


def test_a_matter_is_accepted_when_taken_in_and_done_when_first_concluded() -> None:
    life = Life().later(days=2).on_scene().settled_on_scene().accepted()
    (accepted,) = life.counted(K.ACCEPTED)
    assert (accepted.at, accepted.done_at, accepted.result) == (MONDAY, MONDAY + 2 * DAY, "resolved")
    assert [t.result for t in life.counted(K.FINISHED)] == ["resolved"]


def test_a_relapse_is_a_recurrence_and_the_later_conclusion_counts_no_second_time() -> None:
    life = Life().on_scene().settled_on_scene().accepted().later(days=40).relapsed()
    life.on_scene().settled_on_scene().later(days=1).accepted()
    first, again = life.counted(K.CONCLUDED)
    assert (first.result, first.lag, first.done_at) == ("first", 40, MONDAY + 40 * DAY)
    assert (again.result, again.at) == ("reclosed", MONDAY + 41 * DAY)
    assert life.counted(K.ACCEPTED)[0].done_at == MONDAY
    assert len(life.counted(K.FINISHED)) == 1


def test_a_repeat_alarm_and_a_reopening_after_the_conclusion_are_recurrences_too() -> None:
    alarmed = Life().on_scene().settled_on_scene().accepted().alarmed(after=10.5)
    assert alarmed.counted(K.CONCLUDED)[0].lag == 11
    reopened = Life().on_scene().settled_on_scene().accepted().closed().later(days=20).reopened()
    assert reopened.counted(K.CONCLUDED)[0].lag == 20
    before = Life().on_scene().alarmed(after=1).settled_on_scene().accepted()
    assert before.counted(K.CONCLUDED)[0].lag is None


def test_what_a_merged_dispute_brings_recurs_only_if_it_was_reported_after_the_conclusion() -> None:
    for after, lag in ((-1, None), (2, 3)):
        life = Life().on_scene().settled_on_scene().accepted().later(days=3)
        merged = Merged(dispute_no="D2026-000002", incidents=[alarm(7, MONDAY + after * DAY)], parties=[])
        merge_in(life.case, merged)
        assert life.counted(K.CONCLUDED)[0].lag == lag


def test_guidance_to_court_is_a_conclusion_and_no_resolution() -> None:
    life = Life().on_scene().closed("guided_to_litigation")
    assert life.counted(K.ACCEPTED)[0].result == "unresolved"
    assert [t.result for t in life.counted(K.FINISHED)] == ["unresolved"]
    assert [t.result for t in life.counted(K.CONCLUDED)] == ["first"]


@pytest.mark.parametrize(("rank", "ended"), [(1, True), (2, False), (3, False)])
def test_a_withdrawal_ends_only_what_bears_no_risk(rank: int, ended: bool) -> None:
    life = Life(rank=rank).on_scene().closed("withdrawn")
    (accepted,) = life.counted(K.ACCEPTED)
    assert (accepted.done_at is not None, accepted.left_at) == (ended, None)
    assert bool(life.counted(K.FINISHED)) == ended


@pytest.mark.parametrize(("outcome", "results"), [("criminal_case", ["unresolved"]), ("transferred_out", []),
                                                  ("merged", []), ("not_a_dispute", [])])  # fmt: skip
def test_what_was_not_accepted_after_all_leaves_the_base(outcome: str, results: list[str]) -> None:
    life = Life().on_scene().later(days=1).closed(outcome)
    assert life.counted(K.ACCEPTED)[0].left_at == MONDAY + DAY
    assert [t.result for t in life.standing(K.FINISHED)] == results


def test_what_is_reopened_stands_in_the_base_again() -> None:
    life = Life().on_scene().closed("criminal_case").later(days=1).reopened()
    assert life.counted(K.ACCEPTED)[0].left_at is None
    assert life.standing(K.FINISHED) == []
    life.on_scene().settled_on_scene().accepted()
    assert [t.result for t in life.standing(K.FINISHED)] == ["resolved"]
    assert life.counted(K.ACCEPTED)[0].done_at == MONDAY + DAY


def test_after_the_conclusion_a_transfer_takes_nothing_back_but_a_merger_does() -> None:
    done = Life().on_scene().settled_on_scene().accepted().later(days=1)
    assert done.closed("transferred_out").counted(K.ACCEPTED)[0].left_at is None
    merged = Life().on_scene().settled_on_scene().accepted().later(days=1).closed("merged")
    assert merged.counted(K.ACCEPTED)[0].left_at == MONDAY + DAY
    assert [t.struck_at for t in merged.counted(K.CONCLUDED)] == [MONDAY + DAY]


# --- 按期


def test_a_deadline_ends_in_time_at_the_disposal() -> None:
    life = Life(rank=2).on_scene().later(days=6).settled_on_scene()
    (timed,) = life.standing(K.TIMED)
    assert (timed.result, timed.at, timed.value) == ("on_time", MONDAY + 6 * DAY, 0)


def test_late_is_told_by_the_colour_in_force_when_the_deadline_broke() -> None:
    life = Life(rank=1).on_scene().later(days=1)
    life.act("recolour", LEADER, colour="yellow", reason="升级")
    life.later(days=8).act("recolour", LEADER, colour="red", reason="再升级")
    (timed,) = life.later(days=1).settled_on_scene().standing(K.TIMED)
    assert (timed.result, timed.colour, timed.first_colour) == ("late", "yellow", "blue")
    assert timed.at == MONDAY + 8 * DAY, "when it broke, not when somebody was up to see it"
    assert life.state.colour == "red"


def test_red_is_in_time_by_the_first_intervention() -> None:
    life = Life("qionglai", rank=3).before_the_committee().dispatched().later(hours=20).met()
    (timed,) = life.standing(K.TIMED)
    assert (timed.result, timed.at) == ("on_time", MONDAY + timedelta(hours=20))
    assert len(life.later(days=3).disposed().standing(K.TIMED)) == 1


def test_a_return_is_judged_by_the_redo_s_deadline() -> None:
    life = Life(rank=2).on_scene().settled_on_scene().later(days=1).returned()
    assert life.standing(K.TIMED) == []
    life.later(days=8)
    (timed,) = life.settled_on_scene().standing(K.TIMED)
    assert timed.result == "late"


def test_what_broke_once_stays_late_however_well_it_was_redone() -> None:
    life = Life(rank=2).on_scene().later(days=8).settled_on_scene().returned().settled_on_scene()
    assert [t.result for t in life.standing(K.TIMED)] == ["late"]


def test_an_extension_within_policy_is_in_time_and_told() -> None:
    life = Life(rank=2).on_scene()
    life.act("extend", LEADER, until=(MONDAY + 20 * DAY).isoformat(), reason="等待鉴定")
    life.decide(life.state.pending("approve_change")[0], "approve", SUPERVISOR)
    (timed,) = life.later(days=15).settled_on_scene().standing(K.TIMED)
    assert (timed.result, timed.value) == ("on_time", 1)


def test_an_extension_approved_after_the_deadline_takes_the_lateness_back() -> None:
    life = Life(rank=2).on_scene()
    life.act("extend", LEADER, until=(MONDAY + 20 * DAY).isoformat(), reason="等待鉴定")
    life.later(days=8)
    assert [t.result for t in life.standing(K.TIMED)] == ["late"]
    approval = life.state.pending("approve_change")[0]  # nobody answered: it has gone a level up
    life.decide(approval, "approve", person("county-leader", ("leader", PLACES["county"])))
    assert life.standing(K.TIMED) == []
    assert [t.result for t in life.later(days=1).settled_on_scene().standing(K.TIMED)] == ["on_time"]


def test_a_deadline_that_ended_with_the_case_is_not_counted() -> None:
    assert Life().on_scene().closed("withdrawn").counted(K.TIMED) == []


# --- 重复报警


def test_the_first_report_is_never_a_repeat_and_each_later_one_is_measured_from_the_one_before() -> None:
    life = Life().on_scene().alarmed(after=6.5).alarmed(after=30)
    assert [t.lag for t in life.counted(K.REPORTED)] == [None, 7, 30]


def test_reports_of_what_was_no_dispute_are_not_valid_reports() -> None:
    assert [t.left_at for t in Life().on_scene().closed("not_a_dispute").counted(K.REPORTED)] == [MONDAY]


@pytest.mark.parametrize(("hours", "days"), [(0, 0), (1, 1), (24, 1), (24.01, 2), (-3, 0)])
def test_days_begun_say_within_how_many_days_something_came(hours: float, days: int) -> None:
    assert days_between(MONDAY, MONDAY + timedelta(hours=hours)) == days
