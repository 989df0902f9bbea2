"""Where a case stands: what the story reads later is told apart, and what it does not is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.exploration.county import BEGAN, begun
from api.exploration.standing import Standing, standing_of
from domain.case.records import Agreement, Disposal, ObligationState, Session
from domain.case.state import DisputeState, Task
from domain.policy.stages import Stage
from tests.domain.support import playbook

CITY = playbook("jinhua")
assert CITY.process.ladder
TIERS = CITY.process.ladder.tiers
[BY_POLICE] = [tier.code for tier in TIERS if tier.mediation == "police"]


@pytest.fixture
def case() -> DisputeState:
    state = begun(CITY, source="110", rank=1)
    state.stage = Stage.PUSH_2
    return state


def stood(case: DisputeState) -> Standing:
    return standing_of(case, rounds=2)


def sat(tier: str, result: str) -> Session:
    return Session(round=1, tier=tier, number=1, at=BEGAN, result=result, refused_by="甲")


def test_of_two_tables_before_the_police_each_is_told_and_no_third(case: DisputeState) -> None:
    standings = [stood(case)]
    for _ in range(3):
        case.sessions.append(sat(BY_POLICE, "not_agreed"))
        standings.append(stood(case))
    assert len(set(standings)) == 3
    assert standings[2] == standings[3]


def test_a_table_that_was_refused_is_told_while_they_are_at_the_ladder_and_that_none_is_left_always(
    case: DisputeState,
) -> None:
    before = stood(case)
    case.sessions = [sat(TIERS[-1].code, "refused")]
    assert stood(case) == before
    case.stage = Stage.MEDIATION
    refused, case.sessions = stood(case), []
    assert stood(case) != refused
    case.stage, case.sessions = Stage.PUSH_2, [sat(tier.code, "refused") for tier in TIERS]
    none_left = stood(case)
    case.sessions, case.ladder_failed = [], [1, 1]
    assert stood(case) == none_left != before


def test_how_often_the_ladder_has_failed_in_the_round_is_told(case: DisputeState) -> None:
    standings = {stood(case)}
    for failed in ([1], [1, 1]):
        case.ladder_failed = failed
        standings.add(stood(case))
    assert len(standings) == 3
    case.round, case.ladder_failed = 2, []
    fresh, case.ladder_failed = stood(case), [1, 1]
    assert stood(case) == fresh


def test_what_an_agreement_of_an_earlier_round_leaves_owed_is_told_once_it_is_judged(case: DisputeState) -> None:
    owed = ObligationState(number=1, party="甲", kind="money", what="赔偿", due_at=BEGAN + timedelta(days=9))
    case.round, case.stage = 2, Stage.EVALUATION
    case.disposal = Disposal(round=2, stage=Stage.PUSH_2, where="push_2", at=BEGAN, summary="平息")
    case.agreements = [Agreement(number=1, round=1, at=BEGAN, stage="mediation", terms=[], obligations=[owed])]
    before, owed.state = stood(case), "performed"
    assert stood(case) != before


def test_the_last_try_of_a_visit_is_told_and_not_whom_it_is_paid_to(case: DisputeState) -> None:
    case.stage = Stage.FOLLOW_UP
    tries = CITY.process.follow_up.tries

    def visited(party: str, attempt: int) -> Standing:
        about = {"party": party, "visit": 1, "try": attempt}
        case.tasks = [Task(task_id="t", kind="visit", round=1, addressees=[], opened_at=BEGAN, about=about)]
        return stood(case)

    assert tries > 1
    assert visited("甲", 1) == visited("乙", 1) == visited("甲", tries - 1) != visited("甲", tries)
