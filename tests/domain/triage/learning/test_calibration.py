"""A confidence is read by a table that a fit made; the table never turns a surer suggestion into a less sure one."""

import random
from itertools import pairwise

import pytest

from domain.triage.learning.calibration import SMALLEST_BLOCK, expected_error, fit, read


def overconfident(seed: int, rows: int = 2000) -> list[tuple[float, bool]]:
    """Suggestions that are right as often as the square of what they claim."""
    chance = random.Random(seed)
    return [(raw, chance.random() < raw * raw) for raw in (round(chance.random(), 2) for _ in range(rows))]


@pytest.mark.parametrize("seed", range(5))
def test_a_fit_mends_the_confidence_of_suggestions_it_never_saw(seed: int) -> None:
    knots = fit(overconfident(seed))
    fresh = overconfident(seed + 100)
    assert expected_error(fresh) > 0.12
    assert expected_error([(read(knots, raw), right) for raw, right in fresh]) < 0.05


def test_a_table_never_falls_and_its_knots_stand_on_enough_rows() -> None:
    knots = fit(overconfident(7, 300))
    assert len(knots) <= 300 / SMALLEST_BLOCK
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(knots))
    read_off = [read(knots, raw / 100) for raw in range(101)]
    assert read_off == sorted(read_off)


def test_noise_is_worth_what_it_is_however_sure_it_sounds() -> None:
    chance = random.Random(3)
    knots = fit((chance.random(), chance.random() < 0.5) for _ in range(2000))
    assert all(0.4 < worth < 0.6 for _, worth in knots)


def test_without_a_table_a_confidence_stays_as_it_is() -> None:
    assert fit([]) == []
    assert read([], 0.37) == 0.37
    assert read([(0.5, 0.6)], 0.1) == read([(0.5, 0.6)], 0.9) == 0.6
