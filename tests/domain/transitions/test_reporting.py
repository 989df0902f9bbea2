"""报送: which answers send a dispute up, and that 报送数 counts it once."""

from __future__ import annotations

import pytest

from domain.indicators.counting import tally
from domain.indicators.events import TallyKind
from tests.domain.mediated_dispute import Quarrel, Told


def reported(told: Told) -> list[tuple[str, str]]:
    """(kind, decision) of the lines that are reports."""
    lines = (entry.detail for entry in told.state.timeline if entry.detail.get("reported"))
    return [(line["task_kind"], line["decision"]) for line in lines]


def submitted(told: Told) -> list[str]:
    """The organisations for which 报送数 counts it."""
    return [t.unit for t in tally(told.state) if t.kind is TallyKind.SUBMITTED and t.leading]


@pytest.mark.req("Q-042", "Q-071")
def test_each_level_of_qionglai_reports_up_and_the_matter_counts_once() -> None:
    """“每日通过邛崃市局和派出所两个层级对警情进行分析研判…通过平台报送至邛崃市委政法委”."""
    told = Told("qionglai", rank=2)
    told.answer("confirm_triage", "report_up", bundle="BS-ps-20260302-001")
    told.answer("confirm_triage", "confirm")
    assert reported(told) == [("confirm_triage", "report_up"), ("confirm_triage", "confirm")]
    assert submitted(told) == ["/c/police"], "the desk that sent it to the committee"
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    assert len(submitted(told)) == 1


@pytest.mark.req("Q-042")
def test_what_is_found_to_be_no_risk_is_reported_by_nobody() -> None:
    told = Told("qionglai", rank=1)
    told.answer("confirm_triage", "no_risk")
    told.answer("confirm_triage", "no_risk")
    assert (reported(told), told.state.outcome) == ([], "no_risk")


@pytest.mark.req("J-023")
def test_in_jinhua_the_approved_third_push_is_the_report() -> None:
    """“经批准，古山派出所将此警情推送至‘基层治理四平台’”."""
    told = Quarrel(push_3=True)
    assert reported(told) == []
    told.answer("follow_up_responsibly", "request_third_push")
    told.answer("approve_third_push", "approve")
    assert reported(told) == [("approve_third_push", "approve")]
