"""The funnel of the three pushes: how far matters came, and where they were settled."""

from __future__ import annotations

import pytest

from domain.indicators.counting import tally
from tests.domain.case_builder import Life
from tests.domain.indicators.counted import told

CODES = ("taken_in", "push_1_reached", "push_1_settled", "push_2_reached", "push_2_settled", "push_3_reached",
         "push_3_settled")  # fmt: skip


def funnel(*lives: Life) -> list[float | None]:
    """The figures of these cases together."""
    counted = [each for life in lives for each in tally(life.state)]
    return [told(code, counted).value for code in CODES]


@pytest.mark.req("J-002", "J-003", "J-004")
def test_each_matter_stands_at_every_push_it_came_to_and_is_settled_at_the_last() -> None:
    """“一推送处警民警…二推送责任民警…三推送综治平台”."""
    new, scene = Life(), Life().on_scene()
    first = Life().on_scene().settled_on_scene().accepted()
    second = Life().on_scene().to_push_2()
    assert funnel(new, scene) == [2, 1, 0, 0, 0, 0, 0]
    assert funnel(new, scene, first) == [3, 2, 1, 0, 0, 0, 0]
    assert funnel(new, scene, first, second) == [4, 3, 1, 1, 0, 0, 0]
    third = Life().on_scene().to_push_2().to_push_3().dispatched().disposed().accepted()
    assert funnel(new, scene, first, second, third) == [5, 4, 1, 2, 0, 1, 1]


def test_what_is_pushed_again_after_its_conclusion_was_settled_where_it_was_settled_first() -> None:
    relapsed = Life().on_scene().settled_on_scene().accepted().alarmed()
    assert funnel(relapsed)[:3] == [1, 1, 1]
