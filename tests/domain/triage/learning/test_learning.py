"""What corrections teach: better where they have a habit, nothing where they are noise, and never a lower warning."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.triage.learning.applying import Serving
from domain.triage.learning.pieces import keyed, pieces
from domain.triage.learning.training import Case, answer, chance_of, compare, learn
from domain.triage.lexicon import Lexicon
from domain.triage.triage import evidence, triage
from infra.runtime.policy_files import read_lexicon

TEXTS = Path(__file__).parents[4] / "bench" / "texts"
SECRET = b"of a county"


@cache
def lexicon() -> Lexicon:
    return read_lexicon()


@cache
def reports() -> list[tuple[str, str]]:
    with (TEXTS / "reports_dev.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(lines)]
    random.Random(7).shuffle(rows)
    return rows


def cases(count: int, confirmed: Callable[[str], str]) -> list[Case]:
    return [
        Case(text, evidence(text, lexicon()), triage(text, lexicon()).category, confirmed(category))
        for text, category in reports()[:count]
    ]


def habit(category: str) -> str:
    """A county that files all matters of a group under the group's first row."""
    group = lexicon().group_of[category]
    return next(code for code, each in lexicon().group_of.items() if each == group)


@cache
def served() -> Serving:
    return Serving(3, learn(cases(120, habit), SECRET, lexicon().group_of), SECRET)


def test_a_habit_of_the_desk_is_learned_and_the_lead_over_the_cues_is_told() -> None:
    """Judged by what did not teach, and by reports that came after."""
    taught = cases(120, habit)
    told = compare(taught, SECRET, lexicon().group_of, None)
    assert told.verdict == "better"
    assert told.all_parts.right > told.cues_all_parts.right + told.all_parts.cases // 5
    edition = learn(taught, SECRET, lexicon().group_of)
    later = cases(243, habit)[120:]
    right = sum(answer(edition, case, SECRET)[0] == case.category for case in later)
    assert right > sum(case.cues == case.category for case in later) + len(later) // 5


@pytest.mark.parametrize("seed", [1, 2])
def test_noise_keeps_the_cues(seed: int) -> None:
    chance = random.Random(seed)
    codes = sorted(lexicon().categories)
    noise = cases(120, lambda category: chance.choice(codes))
    assert compare(noise, SECRET, lexicon().group_of, None).verdict == "no_better_than_cues"


def test_an_edition_that_is_no_better_than_what_serves_does_not_replace_it() -> None:
    taught = cases(120, habit)
    same = learn(taught, SECRET, lexicon().group_of)  # it has seen what judges, which a real one never has
    told = compare(taught, SECRET, lexicon().group_of, same)
    assert told.verdict == "no_better_than_predecessor"
    assert told.predecessor is not None
    assert told.predecessor.right >= told.newest.right


def test_the_same_cases_teach_the_same() -> None:
    assert learn(cases(60, habit), SECRET, lexicon().group_of) == learn(cases(60, habit), SECRET, lexicon().group_of)


@given(parts=st.lists(st.sampled_from([text for text, _ in reports()]), min_size=1, max_size=3),
       source=st.sampled_from(["110", "12345", "letter"]), cut=st.integers(0, 60))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_learning_never_lowers_a_warning(parts: list[str], source: str, cut: int) -> None:
    """Category and units move; of all else only what would divert may be taken away."""
    narrative = "，".join(parts)[cut:]
    found = triage(narrative, lexicon(), source=source)
    learned = served().corrected(found, narrative, lexicon(), source=source)
    moved = {"category", "category_name", "suggested_lead", "suggested_cooperating", "statutory_track", "elsewhere",
             "divertible", "confidence", "alternatives", "learned"}  # fmt: skip
    assert learned.model_dump(exclude=moved) == found.model_dump(exclude=moved)
    assert found.divertible or not learned.divertible
    assert found.elsewhere or not learned.elsewhere
    assert learned.diverts_with <= found.diverts_with
    assert learned.learned is not None
    assert learned.learned.edition == 3
    for piece in learned.learned.pieces:
        assert narrative[piece.start : piece.end] == piece.text


def test_names_and_numbers_are_masked_and_no_text_is_kept() -> None:
    said = {piece.said for piece in pieces("王小明 欠款３７００００元", ["王小明"])}
    assert not said & set("王小明37")
    assert {"某", "某欠款", "款0元"} <= said
    kept = served().edition
    assert all(set(piece) <= set("0123456789abcdef") for piece in (*kept.rarity, *kept.table))
    assert keyed("欠款", b"of one county") != keyed("欠款", b"of another")


def test_a_piece_that_stands_in_fewer_than_three_cases_is_dropped() -> None:
    taught = cases(60, habit)
    rare = "罕见词"
    edition = learn([*taught[:58], *(case._replace(narrative=case.narrative + rare) for case in taught[58:])], SECRET,
                    lexicon().group_of)  # fmt: skip
    assert keyed(rare, SECRET) not in edition.rarity


def test_luck_is_told_from_a_lead() -> None:
    assert chance_of(0, 0) == 1
    assert chance_of(5, 0) == pytest.approx(1 / 32)
    assert chance_of(5, 5) > 0.5
