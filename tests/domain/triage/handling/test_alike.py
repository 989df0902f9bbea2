"""What became of alike disputes: quartiles, few, none, and which are near."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.triage.handling.alike import Closed, nearest, place_kind, summarise
from domain.triage.repeats.known import Known
from infra.records.repeats.weights import read_likeness

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = ("jinhua", "2026")


def closed(n: int, days: float | None, edition: tuple[str, str] = NOW, **more: Any) -> Closed:
    """A dispute closed ten days after it was settled, after so many days; none: it was not settled."""
    settled = None if days is None else OPENED + timedelta(days=days)
    outcome = "guided_to_litigation" if days is None else "resolved"
    at = OPENED + timedelta(days=(days or 0) + 10)
    return Closed(f"D2026-{n:06d}", outcome, OPENED, at, edition, settled)._replace(**more)


@pytest.mark.req("J-002")
def test_days_are_told_by_quartiles_and_units_by_how_often() -> None:
    """“智能研判”: who settled alike ones, and in how many days."""
    cases = [
        *(closed(n, days, unit="/county/gushan", tier=1) for n, days in enumerate((1, 2, 3, 4))),
        closed(5, 100, unit="/county/baiyang", relapsed=True),
        closed(6, None),
    ]
    found = summarise(cases, NOW)
    assert found.outcomes == {"resolved": 5, "guided_to_litigation": 1}
    assert (found.counted, found.settled, found.relapsed, found.earlier) == (6, 5, 1, 0)
    assert found.days
    assert (found.days.lower, found.days.median, found.days.upper) == (2, 3, 4), "one that took long moves no median"
    assert [*found.units.items()] == [("/county/gushan", 4), ("/county/baiyang", 1)]
    assert found.tiers == {0: 1, 1: 4}


def test_fewer_than_five_have_no_median_and_none_are_none() -> None:
    assert summarise([closed(n, n) for n in range(4)], NOW).days is None
    assert summarise([closed(n, n) for n in range(5)], NOW).days
    nothing = summarise([], NOW)
    assert (nothing.counted, nothing.settled, nothing.outcomes, nothing.days) == (0, 0, {}, None)


def test_an_earlier_edition_counts_and_is_told_and_its_ladder_is_not_mixed_in() -> None:
    cases = [closed(n, 2, tier=2) for n in range(3)] + [closed(9, 2, ("jinhua", "2024"), tier=2)]
    found = summarise(cases, NOW)
    assert (found.settled, found.earlier, found.tiers) == (4, 1, {2: 3})


NEW = Known(
    category="land_boundary", address="古山镇金江龙村三组12号", reported_at=OPENED,
    narrative="两户因宅基地边界争执，砌墙被拦，双方各不相让", parties=[{"name": "李建国", "phone": "13800000001"}],
)  # fmt: skip


def known(number: str, narrative: str, address: str = "桃源镇梅林村二组3号", name: str = "周大海") -> Known:
    return Known(dispute_no=number, category=NEW.category, address=address, narrative=narrative,
                 parties=[{"name": name}], reported_at=OPENED, closed=True)  # fmt: skip


def test_the_nearest_stand_first_with_what_they_share_and_none_of_the_same_people() -> None:
    wall = "邻居砌墙占了宅基地边界，双方争执，各不相让"
    found = nearest(
        NEW,
        [
            known("a", "宅基地边界有纠纷，请求丈量", "人民路8号"),
            known("b", wall),
            known("b", "来电补充情况"),
            known("c", "老板拖欠三个月工资"),
            known("d", wall, name="李建国"),
            known("d", wall),
        ],
        read_likeness().commonness,
    )
    assert [each.dispute_no for each in found] == ["b", "a"], "d is of the same people, whichever report says so"
    assert found[0].place_kind == "village"
    assert found[1].place_kind is None
    assert any("宅基地边界" in word for word in found[0].words)


def test_a_place_is_of_a_kind_or_of_none() -> None:
    assert place_kind("阳光花园南区5栋2单元502室") == "estate"
    assert place_kind("古山镇金江龙村三组12号") == "village"
    assert place_kind("人民路8号") == "road"
    assert place_kind("县医院") is None
