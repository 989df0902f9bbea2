"""An edition of what was learned: one table of weights with what makes it speak, and what it says of a narrative."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.base import Model
from domain.triage.learning.fusion import probabilities
from domain.triage.learning.linear import scores
from domain.triage.learning.pieces import Piece, keyed, pieces
from domain.triage.learning.turning import Turns, row_of, turned

MOST_SHOWN = 6
"""Pieces by which an answer is explained."""
SUREST = 0.15
"""[DESIGN] Below this chance the edition abstains, and the cues' category stands."""
NOTHING_HEARD = math.log(0.05)
"""The level of a category for which no cue spoke."""


class Edition(Model):
    """What was learned from a county's confirmed cases; nothing in it can be read as text."""

    rarity: dict[str, float]
    """by the digest of a piece: how rare it is (the IDF of TF-IDF)"""
    table: dict[str, dict[str, float]]
    """by the digest of a piece: weights a category"""
    biases: dict[str, float]
    """of every category that it may name"""
    turns: Turns
    cues_weight: float
    turned_weight: float


class Spoke(NamedTuple):
    """A piece of the narrative that spoke for the category, how strongly, and where it stands there."""

    text: str
    start: int
    end: int
    weight: float


class Said(NamedTuple):
    """What an edition makes of a narrative: chances by category, the likeliest first. `known` is false where nothing
    of the narrative was ever learned."""

    chances: dict[str, float]
    known: bool
    spoke: list[Spoke]

    def category(self, cues: str) -> str:
        """The likeliest; the cues' own where the edition abstains."""
        best = next(iter(self.chances))
        return best if self.known and self.chances[best] >= SUREST else cues


def said(
    edition: Edition, narrative: str, evidence: Mapping[str, float], secret: bytes, names: Iterable[str] = ()
) -> Said:
    """What an edition says.

    Args:
        edition: made under the same secret.
        narrative: as it was written down.
        evidence: what the cues say for each category, as `domain.triage.triage.evidence` gives it.
        secret: the county's, for digests of pieces.
        names: of the people concerned, which are masked.
    """
    found = pieces(narrative, names)
    digests = {each.said: keyed(each.said, secret) for each in found}
    words = weighed(Counter(digests[each.said] for each in found), edition.rarity)
    classes = sorted(edition.biases)
    heard = scores(edition.table, words, classes)
    cues, habit = cue_levels(evidence), cue_levels(turned(evidence, edition.turns))
    least = min(heard.values())
    levels = {
        label: heard.get(label, least)
        + edition.biases.get(label, 0.0)
        + edition.cues_weight * cues.get(label, NOTHING_HEARD)
        + edition.turned_weight * habit.get(label, NOTHING_HEARD)
        for label in {*classes, *cues, *habit}
    }
    chances = probabilities(levels)
    ordered = dict(sorted(chances.items(), key=lambda each: (-each[1], each[0])))
    best = next(iter(ordered))
    return Said(ordered, bool(words), _spoke(edition, found, digests, words, best, narrative))


def weighed(counts: Mapping[str, int], rarity: Mapping[str, float]) -> dict[str, float]:
    """Pieces as a vector of length one: oftener and rarer pieces weigh more; those never learned are left out."""
    raw = {piece: (1 + math.log(count)) * rarity[piece] for piece, count in counts.items() if piece in rarity}
    length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
    return {piece: value / length for piece, value in sorted(raw.items())}


def cue_levels(evidence: Mapping[str, float]) -> dict[str, float]:
    """What the cues say for each category, its subclasses with it, as the logarithm of its share."""
    total = sum(evidence.values())
    sure = 1 - math.exp(-total / 2)
    rows: dict[str, float] = {}
    for part, value in evidence.items():
        row = row_of(part)
        rows[row] = rows.get(row, 0.0) + value
    return {category: math.log(0.05 + sure * value / total) for category, value in rows.items() if total}


def _spoke(
    edition: Edition,
    found: Sequence[Piece],
    digests: Mapping[str, str],
    words: Mapping[str, float],
    best: str,
    narrative: str,
) -> list[Spoke]:
    """The strongest pieces for a category against the mean of all, none within another."""

    def weight(piece: str) -> float:
        row = edition.table.get(piece, {})
        return words.get(piece, 0.0) * (row.get(best, 0.0) - sum(row.values()) / len(edition.biases))

    ranked = sorted(found, key=lambda each: (-weight(digests[each.said]), each.start, -each.end))
    shown: list[Spoke] = []
    for piece in ranked:
        strength = weight(digests[piece.said])
        if strength <= 0 or len(shown) == MOST_SHOWN:
            break
        if all(piece.end <= each.start or each.end <= piece.start for each in shown):
            shown.append(Spoke(narrative[piece.start : piece.end], piece.start, piece.end, round(strength, 4)))
    return shown
