"""Addresses by a writer who knew no rule of the parser: those of one place are found, and no two places made one."""

import pytest
import yaml

from domain.triage.address.sameness import Sameness, compare, traces
from tests.bench.test_texts import TEXTS, bigrams, rows_of

FLOORS = yaml.safe_load((TEXTS / "floors.yaml").read_text(encoding="utf-8"))["places"]


@pytest.mark.parametrize("half", ["dev", "more_dev", "held"])
def test_places_are_found_as_often_as_they_were_and_no_two_are_made_one(half: str) -> None:
    """The rows are never printed: the held half is looked at by nobody."""
    answers = [(row["same"], compare(row["first"], row["second"])) for row in rows_of(f"places_{half}.csv")]
    assert answers.count(("yes", Sameness.SAME)) >= FLOORS[half]["found_at_least"]
    assert answers.count(("no", Sameness.SAME)) <= FLOORS[half]["false_at_most"]


def test_no_pair_to_develop_on_is_nearly_one_of_the_held_half() -> None:
    held = {frozenset((bigrams(row["first"]), bigrams(row["second"]))) for row in rows_of("places_held.csv")}
    for row in rows_of("places_more_dev.csv"):
        one, other = (bigrams(row[side]) for side in ("first", "second"))
        for pair in held:
            assert not all(max(likeness(each, its) for its in pair) > 0.5 for each in (one, other)), row


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of two texts' pairs of characters that they have in common."""
    return len(one & other) / len(one | other)


def test_a_number_or_a_side_that_differs_is_another_place() -> None:
    """Every digit, numeral and telling character of every address, changed for another: none is the place it was."""
    rows = rows_of("places_dev.csv") + rows_of("places_more_dev.csv")
    changed = [pair for text in {row[side] for row in rows for side in ("first", "second")} for pair in changes(text)]
    assert len(changed) > 1500
    assert [pair for pair in changed if compare(*pair) is Sameness.SAME] == []


def changes(address: str) -> list[tuple[str, str]]:
    """An address and each of those that one character tells from it."""
    others = dict(zip("0123456789一二三四五六七八九东西南北上下前后左右大小新老内外甲乙",
                      "5678901234二三四五六七八九一西东北南下上后前右左小大老新外内乙甲", strict=True))  # fmt: skip
    return [(address, address[:at] + others[c] + address[at + 1 :]) for at, c in enumerate(address) if c in others]


def test_what_is_found_can_be_looked_up() -> None:
    rows = rows_of("places_dev.csv") + rows_of("places_more_dev.csv")
    found = [row for row in rows if compare(row["first"], row["second"]) is Sameness.SAME]
    assert [row for row in found if not set(traces(row["first"])) & set(traces(row["second"]))] == []
