"""How like a report of danger a text is, by its pieces: a net under the frames, for what no list foresaw.

A linear table, written out in `playbooks/danger_pieces.yaml`: pieces of one and two characters with what each adds. It
was fitted on texts of our own (`bench/triage/pieces.py` makes it again, to the digit), judges a text and nobody in it,
and only ever raises: what it doubts is asked about. Its strongest pieces are shown where they stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from operator import add
from typing import NamedTuple

from domain.base import Strict
from domain.policy.loading import parse_policy
from domain.triage.hearing.matcher import Found

NOTHING_TO_SHOW = 0.0
"""Up to here a text is not like danger, and no piece of it is shown."""
PIECES_FILE = "danger_pieces.yaml"
STRONGEST = 3
"""So many pieces are shown."""


class PiecesFile(Strict, frozen=True):
    """`danger_pieces.yaml` as it is written: hundredths, and the pieces that weigh so much."""

    version: int
    bias: int
    weights: Mapping[int, str]


class Likeness(NamedTuple):
    """How like danger a text is: 0 as like as not, each 1 the odds about threefold; and by which pieces most."""

    score: float
    strongest: tuple[str, ...]


class Pieces:
    """The table, ready to weigh texts."""

    def __init__(self, file: PiecesFile) -> None:
        self._bias = file.bias / 100
        self._weights = {piece: weight / 100 for weight, row in file.weights.items() for piece in row.split()}
        self._single = frozenset(piece for piece in self._weights if len(piece) == 1)
        self.pairs = frozenset(piece for piece in self._weights if len(piece) == 2)

    def weigh(self, found: Found, start: int = 0, end: int | None = None) -> Likeness:
        """How like danger a text is from a character to before another, by what was found in it."""
        weights = self._weights
        if end is None:
            end = len(found.text)
        known = found.pieces(start, end).union(self._single.intersection(found.text[start:end]))
        if not known:
            return Likeness(self._bias, ())
        score = self._bias + math.fsum(map(weights.__getitem__, known)) / math.sqrt(len(known))
        if score <= NOTHING_TO_SHOW:
            return Likeness(score, ())
        # A pair says more to a reader than the character that it is of.
        heaviest = sorted(known, key=lambda piece: (len(piece) < 2, -weights[piece], piece))[:STRONGEST]
        return Likeness(score, tuple(heaviest))


def pieces_of(text: str) -> set[str]:
    """The single characters and the pairs of neighbours in a text, each once."""
    return {*text, *map(add, text, text[1:])}


def parse_pieces(text: str) -> PiecesFile:
    """The table.

    Raises:
        PolicyInvalid
    """
    return parse_policy(text, PIECES_FILE, PiecesFile)
