"""What becomes of a new report: joined by itself, proposed with what speaks for it, or a matter of its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.triage.repeats.deciding import MOST_SHOWN, Found, decide
from domain.triage.repeats.known import Known
from infra.records.repeats.weights import read_likeness

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
FIRST, OTHER = "D2026-000001", "D2026-000002"


def report(narrative: str, *names: str, no: str = "", days: int = 0, **given: Any) -> Known:
    said: dict[str, Any] = {"category": "neighbor_noise", "address": "通港路8号3幢", **given}
    people = [{"name": name} for name in names]
    return Known(dispute_no=no, narrative=narrative, parties=people, reported_at=NOON + timedelta(days=days), **said)


def became(new: Known, *earlier: Known, about: str = FIRST) -> Found:
    return decide(new, earlier, read_likeness(), {about})


NOISE = report("楼上封某半夜拖铁架子，吵得睡不着", "封小民", "瞿大伟", no=FIRST)


@pytest.mark.req("H-001")
def test_who_reports_against_the_first_caller_joins_him() -> None:
    """H-001 “居民们各自报警,楼上楼下诉求不一”: one matter, whoever calls; each keeps his demand."""
    against = report("楼下瞿某又拿棍子捅天花板，骂我封家拖铁架子，我没拖", "封小民", "瞿大伟", days=50)
    found = became(against, NOISE)
    assert found.joins == FIRST
    assert "拖铁架子" in found.similar[0]["words"]


def test_what_is_not_sure_is_proposed_with_what_speaks_for_it_and_against() -> None:
    found = became(report("封某在楼道停电动车，又吵起来", "封小民", category="property_parking", days=9), NOISE)
    assert found.joins is None
    [shown] = found.similar
    assert "但类别不同" in shown["why"]
    assert "没有新的当事人" in shown["why"]
    assert "封小民" not in shown["why"]


def test_a_demand_is_none_of_a_quarrel_s_alarms_and_what_is_long_past_joins_by_a_person_only() -> None:
    again = report("封某昨晚又拖铁架子到两点", "封小民", days=40)
    assert became(again, NOISE).joins == FIRST
    assert became(again, NOISE, about=OTHER).joins is None
    assert became(again.model_copy(update={"reported_at": NOON + timedelta(days=181)}), NOISE).joins is None
    closed = NOISE.model_copy(update={"closed": True})
    assert became(report("邻居又拖铁架子到两点，吵得睡不着", days=40), closed).joins is None
    assert became(again, closed).joins == FIRST


def test_the_likest_is_shown_first_each_dispute_once_and_few_of_them() -> None:
    alike = [NOISE.model_copy(update={"dispute_no": f"D2026-{n:06d}"}) for n in range(1, 20)]
    again = report("封某昨晚又拖铁架子到两点", "封小民", days=9)
    assert len(became(again, *alike).similar) == MOST_SHOWN
    shown = became(again, report("封某家装修", "封小民", no=OTHER), NOISE, NOISE).similar
    assert [each["dispute_no"] for each in shown] == [FIRST, OTHER]
    assert became(report("网购退款", category="consumer_online", address="和平路1号"), NOISE).similar == []
