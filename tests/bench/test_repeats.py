"""Pairs judged by hand: how well they are ordered beside the pairs of characters they share, and what joins."""

import pytest
import yaml

from bench.repeats.__main__ import measure
from bench.scoring.labelled import read_rows, read_section
from tests.bench.test_texts import TEXTS

FLOORS = yaml.safe_load((TEXTS / "floors.yaml").read_text(encoding="utf-8"))["repeats"]


@pytest.mark.parametrize("half", list(FLOORS))
def test_pairs_are_ordered_as_well_as_they_were_and_none_joins_wrongly(half: str) -> None:
    """The rows are never printed: the held half is looked at by nobody."""
    section = read_section(TEXTS / "mapping.yaml", "repeats")
    found = measure(read_rows([TEXTS / f"repeats_{half}.csv"], section, ("first", "second", "same")), section.same)
    precision = {name: reached for name, reached, *_ in found["compared"]}
    assert precision["triage"] >= FLOORS[half]["average_precision_at_least"]
    assert precision["triage"] >= precision["bigram Jaccard, texts"] + 0.03
    assert found["joined_right"] >= FLOORS[half]["joined_at_least"]
    assert found["joined_wrong"] <= FLOORS[half]["joined_wrongly_at_most"]
