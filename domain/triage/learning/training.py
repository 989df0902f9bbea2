"""An edition made from confirmed cases, and the judgement whether it may serve: only where it is better than the cues
alone, and than the edition that serves.

What judges never taught: the newest fifth is asked of tables that were made from the rest. Where cases are few, the
other fifths are asked in the same way, so that luck does not decide; corrections that are noise teach nothing, and the
cues are kept.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from domain.base import Model
from domain.triage.learning import fusion, linear
from domain.triage.learning.edition import NOTHING_HEARD, Edition, cue_levels, said, weighed
from domain.triage.learning.pieces import keyed, pieces
from domain.triage.learning.turning import Turns, turned, turns

FEWEST_CASES = 40
"""[DESIGN] Below this nothing is learned."""
MOST_CASES = 4000
"""The newest so many are learned from: what a list meant years ago is not what it means now."""
KNOWN_IN = 3
"""A piece is learned where it stands in so many cases: fewer could be one matter's, and so one person's."""
MOST_PIECES = 3000
"""Those that tell the categories apart best: what an edition weighs, and how long it takes, is bounded by them."""
FOLDS = 4
PARTS = 5
"""The newest of so many parts judges."""
ALL_PARTS_BELOW = 600
"""Cases below which every part judges in turn."""
LUCK = 0.05
"""The share of editions from noise that may pass for better (one-sided sign test)."""
BEHIND_BY_LUCK = 0.2
"""Where every part judges: the chance of being so far behind on the newest alone, from which that tells nothing."""
SCALE = 10.0
"""Of the means: cosines are small numbers."""


class Case(NamedTuple):
    """A narrative with the category that a person confirmed."""

    narrative: str
    evidence: Mapping[str, float]
    cues: str
    """the category that the cues alone give"""
    category: str
    names: tuple[str, ...] = ()


class Share(Model):
    """How many of some cases were given the category that was confirmed."""

    right: int
    cases: int


class Comparison(Model):
    """A new edition beside what it would replace. Shares are of cases that taught none of those compared."""

    newest: Share
    cues: Share
    """of the same newest cases"""
    predecessor: Share | None = None
    """of the same newest cases"""
    all_parts: Share
    cues_all_parts: Share
    luck: float
    """the chance of such a lead over the cues, were there none"""
    verdict: Literal["better", "no_better_than_cues", "no_better_than_predecessor"]


class _Counted(NamedTuple):
    words: Counter[str]
    evidence: Mapping[str, float]
    levels: dict[str, float]
    category: str


class _Tables(NamedTuple):
    rarity: dict[str, float]
    means: linear.Table
    margins: linear.Table
    classes: list[str]
    habits: Turns


def learn(cases: Sequence[Case], secret: bytes, group_of: Mapping[str, str]) -> Edition:
    """The edition that these cases teach, the oldest first; the same for the same cases. `group_of` is the list's.

    Raises:
        ValueError: fewer than `FEWEST_CASES`.
    """
    if len(cases) < FEWEST_CASES:
        raise ValueError("too few cases to learn from")
    return _learn(_count(cases, secret), group_of)


def compare(
    cases: Sequence[Case],
    secret: bytes,
    group_of: Mapping[str, str],
    predecessor: Edition | None,
) -> Comparison:
    """Whether an edition from these cases would be better than the cues and than what serves."""
    counted = _count(cases, secret)
    size = max(1, len(cases) // PARTS)
    asked = [range(len(cases) - size, len(cases))]
    if len(cases) < ALL_PARTS_BELOW:
        asked += [range(part * size, (part + 1) * size) for part in range(PARTS - 1)]
    new: list[bool] = []
    old: list[bool] = []
    for part in asked:
        edition = _learn([each for at, each in enumerate(counted) if at not in part], group_of)
        for case in (cases[at] for at in part):
            new.append(answer(edition, case, secret)[0] == case.category)
            old.append(case.cues == case.category)
    newest = cases[len(cases) - size :]
    before = None
    if predecessor is not None:
        right = sum(answer(predecessor, case, secret)[0] == case.category for case in newest)
        before = Share(right=right, cases=size)
    return _judged(new, old, size, before)


def answer(edition: Edition, case: Case, secret: bytes) -> tuple[str, float]:
    """The category that an edition gives a case, with its chance."""
    found = said(edition, case.narrative, case.evidence, secret, case.names)
    category = found.category(case.cues)
    return category, found.chances.get(category, 0.0)


def _judged(new: Sequence[bool], old: Sequence[bool], size: int, before: Share | None) -> Comparison:
    luck = chance_of(*_won_and_lost(new, old))
    newest, cues = sum(new[:size]), sum(old[:size])
    behind = newest < cues
    if len(new) > size:  # the newest part is a handful of cases
        behind = behind and chance_of(*_won_and_lost(old[:size], new[:size])) < BEHIND_BY_LUCK
    verdict: Literal["better", "no_better_than_cues", "no_better_than_predecessor"] = "better"
    if luck > LUCK or behind:
        verdict = "no_better_than_cues"
    elif before is not None and newest <= before.right:
        verdict = "no_better_than_predecessor"
    return Comparison(
        newest=Share(right=newest, cases=size), cues=Share(right=cues, cases=size), predecessor=before,
        all_parts=Share(right=sum(new), cases=len(new)), cues_all_parts=Share(right=sum(old), cases=len(old)),
        luck=round(luck, 4), verdict=verdict,
    )  # fmt: skip


def _won_and_lost(one: Sequence[bool], other: Sequence[bool]) -> tuple[int, int]:
    """How often one alone was right, and the other."""
    pairs = list(zip(one, other, strict=True))
    return sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)


def chance_of(won: int, lost: int) -> float:
    """The chance of winning so often or oftener where either side wins as easily (one-sided sign test)."""
    tries = won + lost
    return math.fsum(math.comb(tries, wins) / 2.0**tries for wins in range(won, tries + 1))


def _count(cases: Sequence[Case], secret: bytes) -> list[_Counted]:
    known: dict[str, str] = {}

    def digest(text: str) -> str:
        if text not in known:
            known[text] = keyed(text, secret)
        return known[text]

    return [
        _Counted(
            Counter(digest(piece.said) for piece in pieces(case.narrative, case.names)),
            case.evidence,
            cue_levels(case.evidence),
            case.category,
        )
        for case in cases
    ]


def _learn(cases: Sequence[_Counted], group_of: Mapping[str, str]) -> Edition:
    heard: list[fusion.Scores] = [{}] * len(cases)
    for fold in range(FOLDS):
        tables = _tables([each for at, each in enumerate(cases) if at % FOLDS != fold], group_of)
        for at in range(fold, len(cases), FOLDS):
            heard[at] = _scores(tables, cases[at])
    fitted = fusion.fit(heard, [each.category for each in cases])
    return _edition(_tables(cases, group_of), fitted)


def _tables(cases: Sequence[_Counted], group_of: Mapping[str, str]) -> _Tables:
    rarity = _rarity(cases)
    vectors = [weighed(each.words, rarity) for each in cases]
    labels = [each.category for each in cases]
    habits = turns(((each.evidence, each.category) for each in cases), group_of)
    return _Tables(rarity, linear.means(vectors, labels), linear.margins(vectors, labels), sorted(set(labels)), habits)


def _rarity(cases: Sequence[_Counted]) -> dict[str, float]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in cases:
        for piece in each.words:
            found[piece][each.category] += 1
    shares = {category: count / len(cases) for category, count in Counter(each.category for each in cases).items()}
    known = {piece: count for piece, by in found.items() if (count := sum(by.values())) >= KNOWN_IN}
    telling = {piece: _telling(found[piece], count, shares) for piece, count in known.items()}
    kept = sorted(telling, key=lambda piece: (-telling[piece], piece))[:MOST_PIECES]
    return {piece: round(math.log((1 + len(cases)) / (1 + known[piece])) + 1, 4) for piece in kept}


def _telling(by_category: Mapping[str, int], count: int, shares: Mapping[str, float]) -> float:
    """How far a piece is from standing in each category alike (chi-square; what is absent adds its own share)."""
    squares = sum(here * here / shares[category] for category, here in by_category.items())
    return squares / count - count


def _scores(tables: _Tables, case: _Counted) -> fusion.Scores:
    vector = weighed(case.words, tables.rarity)
    near = linear.scores(tables.means, vector, tables.classes)
    ahead = linear.scores(tables.margins, vector, tables.classes)
    habit = cue_levels(turned(case.evidence, tables.habits))
    low, behind = min(near.values()), min(ahead.values())
    return {
        label: (
            SCALE * near.get(label, low),
            ahead.get(label, behind),
            case.levels.get(label, NOTHING_HEARD),
            habit.get(label, NOTHING_HEARD),
        )
        for label in {*tables.classes, *case.levels, *habit}
    }


def _edition(tables: _Tables, fitted: fusion.Fusion) -> Edition:
    near, ahead, cues, habit = fitted.weights
    table: linear.Table = {}
    for piece, row in tables.means.items():
        for label, weight in row.items():
            table.setdefault(piece, {})[label] = SCALE * near * weight
    for piece, row in tables.margins.items():
        for label, weight in row.items():
            table.setdefault(piece, {})[label] = table.get(piece, {}).get(label, 0.0) + ahead * weight
    rounded = {
        piece: {label: round(weight, 4) for label, weight in sorted(row.items())}
        for piece, row in sorted(table.items())
    }
    biases = {label: round(fitted.biases.get(label, 0.0), 4) for label in tables.classes}
    return Edition(
        rarity=tables.rarity, table=rounded, biases=biases, turns=tables.habits, cues_weight=round(cues, 4),
        turned_weight=round(habit, 4),
    )  # fmt: skip
