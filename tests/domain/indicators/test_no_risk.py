"""What ended as no risk is counted for its desk, and what a second look found wrong among it."""

from __future__ import annotations

import pytest

from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import TallyKind
from domain.indicators.formulas import figure, seen
from tests.domain.case_builder import Life


@pytest.mark.req("Q-040")
def test_what_a_second_look_finds_wrong_counts_against_its_desk() -> None:
    """“每日通过邛崃市局和派出所两个层级对警情进行分析研判”: no risk is a judgement too, and may be wrong."""
    life = Life().closed("no_risk")
    [ended] = life.counted(TallyKind.NO_RISK)
    assert ended.result == ""
    life.case.log("action", "重新启动", fields={"reason": "抽查认定有误", "spot_check": "D2026-000001-1"})
    life.reopened()
    [wrong] = life.counted(TallyKind.NO_RISK)
    assert (wrong.result, wrong.at) == ("wrong", ended.at)
    later = life.later(days=1).at
    counts = [seen(tally, ends=later, by=later) for tally in (ended, wrong)]
    assert figure(DEFINITIONS["no_risk_wrong_rate"], counts).shown == "50.0%"
    assert figure(DEFINITIONS["no_risk"], counts).marks == {"抽查有误": 1}


def test_started_again_for_another_reason_is_not_found_wrong() -> None:
    life = Life().closed("no_risk")
    life.case.log("action", "重新启动", fields={"reason": "当事人反映"})
    assert [t.result for t in life.reopened().counted(TallyKind.NO_RISK)] == [""]
