"""The texts that triage is measured by are the ones that were judged: no template, no copy, nobody's number."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from infra.runtime.policy_files import read_lexicon

TEXTS = Path(__file__).resolve().parents[2] / "bench" / "texts"
WRITTEN_DOWN = re.compile(r"^\| `(?P<file>\w+\.csv)` \| (?P<rows>\d+) \| `(?P<digest>[0-9a-f]{64})` \|$", re.MULTILINE)
FILES = {
    found["file"]: (int(found["rows"]), found["digest"])
    for found in WRITTEN_DOWN.finditer((TEXTS / "README.md").read_text(encoding="utf-8"))
}
PAIRS = {"places": (60, 100), "repeats": (90, 110)}
"""At least as many different and same pairs."""
NUMBERS = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|\d{15,}|\d{6}(?:18|19|20)\d{6,}")
"""A mobile phone, a bank card or what an identity number begins with, once its blanks and dashes are gone."""

DANGER = {
    "plain": 40, "threat": 26, "self_harm": 26, "weapon": 24, "confinement": 20, "vulnerable": 20, "crowd": 18,
    "home": 16, "goods": 14, "poison": 14, "illness": 12, "injury": 10,
}  # fmt: skip
LOOKALIKES = {
    "letter": 80, "idiom": 24, "title": 20, "settled": 14, "animal": 12, "commerce": 12, "consult": 12, "hearsay": 12,
    "negated": 12, "retracted": 12, "trade": 12, "play": 10, "conditional": 8,
}  # fmt: skip
GUISES = {"danger": DANGER, "lookalikes": LOOKALIKES}
"""How many reports show danger in each guise, and how many are harmless for each reason."""

Row = dict[str, str]


def rows_of(file: str) -> list[Row]:
    """The rows of one half, by column."""
    with (TEXTS / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def both_halves(name: str) -> list[Row]:
    """All rows of a set."""
    return rows_of(f"{name}_dev.csv") + rows_of(f"{name}_held.csv")


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters in a text."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def order(row: Row, *columns: str) -> str:
    """Where a row stands when its class is divided."""
    return hashlib.sha256("\n".join(row[column] for column in columns).encode()).hexdigest()


def test_every_file_is_the_one_written_down() -> None:
    assert {path.name for path in TEXTS.glob("*.csv")} == set(FILES)
    for file, (rows, digest) in FILES.items():
        assert hashlib.sha256((TEXTS / file).read_bytes()).hexdigest() == digest, file
        assert len(rows_of(file)) == rows, file


@pytest.mark.parametrize(
    ("name", "of", "columns"),
    [
        ("reports", "category", ["text"]),
        *((name, "guise", ["text"]) for name in GUISES),
        ("places", "same", ["first", "second"]),
    ],
)
def test_each_class_is_divided_by_digest_alone(name: str, of: str, columns: list[str]) -> None:
    dev, held = rows_of(f"{name}_dev.csv"), rows_of(f"{name}_held.csv")
    for kind in {row[of] for row in dev + held}:
        mine = sorted(order(row, *columns) for row in dev + held if row[of] == kind)
        tuned_on = {order(row, *columns) for row in dev if row[of] == kind}
        assert tuned_on == set(mine[: (len(mine) + 1) // 2]), kind


def test_no_story_of_a_repeat_stands_in_both_halves() -> None:
    answers: dict[str, set[str]] = defaultdict(set)
    firsts: dict[str, str] = {}
    for row in both_halves("repeats"):
        place = order(row, "first", "second")
        answers[row["story"]].add(row["same"])
        firsts[row["story"]] = min(place, firsts.get(row["story"], place))
    assert all(first.startswith(story) for story, first in firsts.items())
    dev, held = ({row["story"] for row in rows_of(f"repeats_{half}.csv")} for half in ("dev", "held"))
    assert not dev & held
    for kind in ({"yes"}, {"no"}, {"yes", "no"}):
        mine = sorted(story for story in firsts if answers[story] == kind)
        assert {story for story in dev if answers[story] == kind} == set(mine[: (len(mine) + 1) // 2]), kind


def test_no_text_of_a_repeat_is_nearly_one_of_the_other_half() -> None:
    dev, held = (
        {row[side]: bigrams(row[side]) for row in rows_of(f"repeats_{half}.csv") for side in ("first", "second")}
        for half in ("dev", "held")
    )
    for one, of_one in dev.items():
        for other, of_other in held.items():
            assert len(of_one & of_other) < 0.35 * len(of_one | of_other), (one, other)


def test_the_reports_cover_the_responsibility_list() -> None:
    counted = Counter(row["category"] for row in both_halves("reports"))
    assert set(counted) == set(read_lexicon().categories)
    assert min(counted.values()) >= 5
    assert counted.total() >= 420


def test_the_reports_are_short_and_said_in_many_ways() -> None:
    reports = both_halves("reports")
    assert [row["text"] for row in reports if not 20 <= len(row["text"]) <= 140] == []
    assert {row["style"] for row in reports} == {"110", "12345", "letter", "grid", "walk-in", "voice"}
    regions = Counter(row["region"] for row in reports)
    assert min(regions[region] for region in ("sichuan", "gansu", "hubei", "zhejiang")) >= 60


@pytest.mark.parametrize("name", GUISES)
def test_danger_and_what_looks_like_it_come_in_every_guise_and_speech(name: str) -> None:
    reports = both_halves(name)
    assert Counter(row["guise"] for row in reports) == GUISES[name]
    assert sum(GUISES[name].values()) == 240
    assert [row["text"] for row in reports if not 15 <= len(row["text"]) <= 140] == []
    regions = Counter(row["region"] for row in reports)
    assert set(regions) == {"general", "sichuan", "gansu", "hubei", "zhejiang"}
    assert min(regions.values()) >= 15


def test_no_report_is_another_with_words_exchanged() -> None:
    reports = [row for name in ("reports", *GUISES) for row in both_halves(name)]
    texts = {row["text"]: bigrams(row["text"]) for row in reports}
    assert len(texts) == len(reports)
    for (one, of_one), (other, of_other) in combinations(texts.items(), 2):
        assert len(of_one & of_other) <= 0.6 * len(of_one | of_other), (one, other)


@pytest.mark.parametrize("name", PAIRS)
def test_no_pair_stands_twice_and_both_answers_are_frequent(name: str) -> None:
    pairs = both_halves(name)
    assert {row["same"] for row in pairs} == {"yes", "no"}
    assert len({frozenset((row["first"], row["second"])) for row in pairs}) == len(pairs)
    assert all(row["first"] != row["second"] and row["why"] for row in pairs)
    different, same = PAIRS[name]
    assert sum(row["same"] == "no" for row in pairs) >= different
    assert sum(row["same"] == "yes" for row in pairs) >= same


@pytest.mark.parametrize("file", FILES)
def test_nobody_s_number_stands_in_a_text(file: str) -> None:
    for row in rows_of(file):
        for value in row.values():
            assert not NUMBERS.search(re.sub(r"[\s-]", "", value)), value
