"""Places among peers and how they moved (Q-074)."""

from __future__ import annotations

import pytest

from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import Figure
from domain.indicators.ranking import ranks


def figures(**values: float | None) -> dict[str, Figure]:
    return {
        peer: Figure(value=value, numerator=0, denominator=None, shown="", participated=0, amended=0)
        for peer, value in values.items()
    }


@pytest.mark.req("Q-074")
def test_from_the_third_from_below_to_the_third() -> None:
    """“接处警满意率由上半年全市倒数第3名升至全市第3名”."""
    first_half = figures(**{f"s{n}": 90.0 - n for n in range(14)})
    second_half = first_half | figures(s11=88.5)
    assert ranks(DEFINITIONS["police_satisfaction"], first_half, {})["s11"].shown == "第12/14名"
    moved = ranks(DEFINITIONS["police_satisfaction"], second_half, first_half)["s11"]
    assert (moved.rank, moved.of, moved.before, moved.before_of) == (3, 14, 12, 14)
    assert moved.shown == "第3/14名，升9位（上期第12/14名）"


def test_lower_is_better_where_it_is_equal_values_share_and_nothing_has_no_place() -> None:
    found = ranks(DEFINITIONS["refused"], figures(a=0.0, b=2.0, c=0.0, d=None), figures(a=1.0, b=0.0))
    assert {peer: place.rank for peer, place in found.items()} == {"a": 1, "b": 3, "c": 1}
    assert (found["a"].shown, found["b"].shown) == ("第1/3名，升1位（上期第2/2名）", "第3/3名，降2位（上期第1/2名）")
    assert ranks(DEFINITIONS["submitted"], figures(a=1.0), {}) == {}
    assert ranks(DEFINITIONS["refused"], figures(a=0.0), figures(a=3.0))["a"].shown == "第1/1名，持平"
