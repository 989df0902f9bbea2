"""Signing, introduction, referrals, the ladder, the court: counted once, each by its own rule (F.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.records import Session
from domain.indicators.counting import tally
from domain.indicators.events import Tally, TallyKind
from domain.policy.stages import Stage
from tests.domain.case_builder import STATION, Life
from tests.domain.indicators.counted import shown, told
from tests.domain.support import HANDLER, HOUSING, LEADER, MONDAY, OFFICER, PLACES, person

K = TallyKind
LIAISON = person("liaison", ("court_liaison", PLACES["court"]))
JUSTICE = person("justice", ("justice_chief", PLACES["justice_office"]))


def qionglai(rank: int = 1, **more: Any) -> Life:
    return Life("qionglai", rank=rank, **more).before_the_committee()


# --- pushed and closed


@pytest.mark.req("Q-024")
def test_159_pushed_and_159_closed_is_a_hundred_per_cent() -> None:
    """“共向14个乡镇（街道）推送矛盾纠纷风险预警信息159条，目前已完成闭环处置159条”."""
    one = tally(qionglai().dispatched().disposed().accepted().state)
    tallies: list[Tally] = []
    for number in range(159):
        tallies += [t.model_copy(update={"township": f"/c/town-{number % 14}"}) for t in one]
    assert [shown(code, tallies) for code in ("pushed", "closed_loop", "closed_loop_rate", "disposal_rate")] == [
        "159", "159", "100.0%", "100.0%",
    ]  # fmt: skip
    by_township = [told("pushed", tallies, f"/c/town-{n}", "township").numerator for n in range(14)]
    assert sum(by_township) == 159
    assert {shown("closed_loop_rate", tallies, f"/c/town-{n}", "township") for n in range(14)} == {"100.0%"}


def test_the_loop_is_closed_by_the_evaluation_alone() -> None:
    life = qionglai().dispatched().later(days=1).disposed()
    assert [t.done_at for t in life.counted(K.LOOPED)] == [None]
    life.later(days=1).accepted()
    (looped,) = life.counted(K.LOOPED)
    assert (looped.at, looped.done_at, looped.unit) == (MONDAY, MONDAY + timedelta(days=2), HOUSING.path)
    assert qionglai().counted(K.LOOPED) == []
    gone = qionglai().dispatched().closed("withdrawn")
    assert [t.left_at is not None for t in gone.counted(K.LOOPED)] == [True]


@pytest.mark.req("Q-089")
def test_what_was_referred_is_told_by_department_with_its_repeats_and_buck_passing() -> None:
    """“共计向相关部门流转各类非警务类警情53起，13个涉责部门均依责开展处置工作，均未出现重复报警问题”."""
    quiet = tally(qionglai().dispatched().disposed().accepted().state)
    again = tally(qionglai().dispatched().disposed().alarmed(after=3).state)
    late = tally(qionglai().dispatched().disposed().alarmed(after=31).state)
    passed = tally(qionglai().dispatched().refused(upheld=False).state)
    of_the_police = qionglai().dispatched()
    of_the_police.state.police = True
    police = tally(of_the_police.state)
    hotline = tally(qionglai(source="12345").dispatched().state)
    every = [*quiet, *again, *late, *passed, *police, *hotline]
    of_housing = {code: shown(code, every, HOUSING.path, "responsible")
                  for code in ("referred", "referred_handled_rate", "referred_repeats", "refused")}  # fmt: skip
    assert of_housing == {
        "referred": "4", "referred_handled_rate": "75.0%", "referred_repeats": "1", "refused": "1",
    }  # fmt: skip


@pytest.mark.req("Q-089")
def test_a_repeat_in_the_second_in_which_it_was_referred_is_a_repeat() -> None:
    """“均未出现重复报警问题”: reports tell their time to the second."""
    life = qionglai().later(milliseconds=600).dispatched().later(milliseconds=-600)
    assert [t.lag for t in life.counted(K.REFERRED)] == [None], "the alarm it began with is none"
    life.alarmed(after=0)
    assert [t.lag for t in life.counted(K.REFERRED)] == [0]


# --- signed and introduced


@pytest.mark.req("Q-022")
def test_signing_is_in_time_by_a_person_and_never_by_silence() -> None:
    prompt = qionglai().dispatched()
    prompt.decide(prompt.acceptance(), "accept", HANDLER)
    silent = qionglai().dispatched()
    silent.acceptance()
    silent.later(days=3)
    refused = qionglai().dispatched().refused(upheld=True)
    results = [t.result for life in (prompt, silent, refused) for t in life.counted(K.SIGNED)]
    assert results == ["signed", "deemed", "refused"]
    every = [t for life in (prompt, silent, refused) for t in tally(life.state)]
    assert shown("signed_rate", every) == "50.0%"
    assert told("signed_rate", every).marks == {"视为签收": 1}
    assert (shown("refusal_rate", every), shown("upheld_rate", every)) == ("33.3%", "100.0%")


@pytest.mark.req("Q-033", "Q-036")
def test_red_is_introduced_within_a_day_or_is_not() -> None:
    """“红色预警1天内介入处置”."""
    met = qionglai(3).dispatched().later(hours=20).met()
    late = qionglai(3).dispatched().later(hours=25).met()
    assert [t.result for t in met.counted(K.INTRODUCED)] == ["on_time"]
    assert [t.result for t in late.counted(K.INTRODUCED)] == ["late"]
    both = [*tally(met.state), *tally(late.state), *tally(qionglai(1).dispatched().disposed().state)]
    assert shown("introduced_rate", both) == "50.0%"
    returned = met.later(days=1).disposed().returned()
    assert [(t.result, t.struck_at) for t in returned.counted(K.INTRODUCED)] == [("on_time", None)], (
        "somebody was there"
    )


@pytest.mark.req("Q-033")
def test_it_is_red_only_by_the_colour_in_force_when_the_limit_broke() -> None:
    raised = Life(rank=2).on_scene().later(days=8)
    raised.act("recolour", LEADER, colour="red", reason="升级")
    assert raised.counted(K.INTRODUCED) == [], "yellow had broken before"
    in_time = Life(rank=2).on_scene().later(days=1)
    in_time.act("recolour", LEADER, colour="red", reason="升级")
    assert [t.result for t in in_time.later(days=2).counted(K.INTRODUCED)] == ["late"]


def test_on_the_scene_is_there() -> None:
    assert [t.result for t in Life(rank=3).on_scene().settled_on_scene().counted(K.INTRODUCED)] == ["on_time"]
    quiet = Life(rank=3).on_scene().to_push_2().settled_by_officer()
    assert [t.result for t in quiet.counted(K.INTRODUCED)] == ["late"], "settled, and nobody was met"


# --- the table and the court


def seated(life: Life, tier: str, result: str, number: int = 1) -> Life:
    life.state.sessions.append(Session(round=life.state.round, tier=tier, number=number, at=life.at, result=result))
    return life


@pytest.mark.req("Q-098", "Q-090")
def test_hard_disputes_and_petition_backlogs_that_the_ladder_resolved() -> None:
    """“共计化解各类疑难复杂纠纷10起、信访积案19件”."""

    def agreed(**more: Any) -> Life:
        life = qionglai(**more).dispatched()
        life.case.enter(Stage.MEDIATION)
        seated(seated(life, "tier_1", "not_agreed"), "tier_2", "agreed")
        return life._judged()

    hard, petition, open_yet = agreed().accepted(), agreed(category="admin_petition_backlog").accepted(), agreed()
    every = [t for life in (hard, petition, open_yet) for t in tally(life.state)]
    assert (shown("ladder_resolved", every), shown("petition_resolved", every)) == ("1", "1")
    assert told("ladder_resolved", every).marks == {"第一层级": 0, "第二层级": 1, "第三层级": 0}
    assert told("sessions", every).marks == {"第一层级": 3, "第二层级": 3, "第三层级": 0}
    assert hard.counted(K.MEDIATED)[0].value == 2


@pytest.mark.req("Q-096")
def test_what_the_court_confirmed() -> None:
    """“调解结果由市法院进行司法确认”."""

    def at_court(decision: str, **fields: Any) -> Life:
        life = qionglai().dispatched()
        life.case.enter(Stage.CONFIRMATION)
        life.decide(life.case.open("apply_confirmation"), "apply", JUSTICE)
        life.decide(life.case.open("court_ruling"), decision, LIAISON, **fields)
        return life

    declined = qionglai().dispatched()
    declined.case.enter(Stage.CONFIRMATION)
    declined.decide(declined.case.open("apply_confirmation"), "decline", JUSTICE, reason="当事人不申请")
    lives = (at_court("confirmed", case_no="（2026）川0183民特1号"), at_court("rejected", reason="内容不明"),
             at_court("withdrawn", reason="已履行"), declined)  # fmt: skip
    every = [t for life in lives for t in tally(life.state)]
    assert shown("confirmed", every) == "1"
    assert told("confirmed", every).marks == {"驳回": 1, "撤回": 1}
    assert (shown("confirmed_rate", every), shown("confirmation_asked_rate", every)) == ("50.0%", "75.0%")


# --- satisfaction apart


@pytest.mark.req("Q-074")
def test_satisfaction_with_the_police_and_with_the_department_are_told_apart() -> None:
    """“接处警满意率由上半年全市倒数第3名升至全市第3名”."""
    department = qionglai().dispatched().disposed().accepted()
    department.decide(department.visit(), "stable", OFFICER, summary="已访", satisfaction=2, response_satisfaction=5)
    police = Life().on_scene().settled_on_scene().accepted().visited(satisfaction=4)
    every = [*tally(department.state), *tally(police.state)]
    assert shown("police_satisfaction", every, STATION, "responsible") == "100.0%"
    assert told("police_satisfaction", every).denominator == 2
    assert shown("department_satisfaction", every, HOUSING.path, "responsible") == "0.0%"
    assert shown("satisfaction_rate", every) == "50.0%", "one evaluation a party"


def test_who_is_asked_of_both_where_the_police_resolved_it_counts_once_for_each() -> None:
    life = Life().on_scene().settled_on_scene().accepted()
    life.decide(life.visit(), "stable", OFFICER, summary="已访", satisfaction=2, response_satisfaction=4)
    life.later(days=1).decide(life.visit(number=2), "stable", OFFICER, summary="再访", response_satisfaction=5)
    tallies = tally(life.state)
    assert (told("police_satisfaction", tallies).denominator, shown("police_satisfaction", tallies)) == (1, "100.0%")
    assert shown("satisfaction_rate", tallies) == "0.0%"
