"""How like danger each passage of a report is: a word of danger counts as far as its own passage is like danger.

What a call taker writes down is one passage. A letter of a thousand characters is a dozen: 威胁 in its third sentence
is weighed by that sentence, and what the others say neither lends it danger nor hides it.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from domain.triage.hearing.matcher import Found
from domain.triage.hearing.pieces import Likeness, Pieces
from domain.triage.hearing.reading import Reading

SHORT = 140
"""Up to so many characters a report is one passage."""
_SHORTEST, _LONGEST = 25, 90
_SENTENCE = re.compile(r"[^.。!！?？;；\n]+[.。!！?？;；\n]?|[.。!！?？;；\n]")
_CLAUSE = re.compile(r"[^,，、]+[,，、]?|[,，、]")


class Limits(NamedTuple):
    """Likeness above which something counts. Measured on `bench/texts`, see docs/triage.md."""

    sure: float
    """what is surely heard sends the police first"""
    sure_asked: float
    """else it is asked about, from here"""
    offence: float
    offence_asked: float
    scoped_asked: float
    """what would be sure but for a scope is asked about"""
    perhaps_asked: float
    """what may be danger is asked about"""
    beside: float
    """where something may be danger, the pieces make it sure"""
    alone: float
    """the pieces send the police first though no frame was heard"""
    alone_asked: float
    doubted: float
    """what may be danger and is not asked about keeps the report from going by itself"""
    near: float
    """so does a passage where nothing was heard"""


SHORT_LIMITS = Limits(
    sure=-3.0, sure_asked=-math.inf, offence=-0.3, offence_asked=-1.3, scoped_asked=-2.0, perhaps_asked=-0.8,
    beside=0.3, alone=0.8, alone_asked=0.1, doubted=-math.inf, near=-0.3,
)  # fmt: skip
LONG_LIMITS = Limits(
    sure=0.0, sure_asked=-1.5, offence=0.2, offence_asked=-0.2, scoped_asked=0.0, perhaps_asked=0.0,
    beside=1.2, alone=1.8, alone_asked=0.3, doubted=-0.8, near=0.0,
)  # fmt: skip
"""Of a dozen passages one is like danger by chance more often than of one."""
_NOT_WEIGHED = Likeness(math.inf, ())


class Passage(NamedTuple):
    """A stretch of a reading, `start` to before `end`, and how like danger it is."""

    start: int
    end: int
    likeness: Likeness


def cut(text: str) -> list[tuple[int, int]]:
    """The passages of a text: its sentences, a short one with the next; of one that is too long, its clauses."""
    if len(text) <= SHORT:
        return [(0, len(text))]
    ends = [
        end
        for sentence in _SENTENCE.finditer(text)
        for end in (
            [sentence.end()]
            if len(sentence[0]) <= _LONGEST
            else [clause.end() for clause in _CLAUSE.finditer(text, sentence.start(), sentence.end())]
        )
    ]
    starts = [0]
    for end, after in pairwise(ends):
        if end - starts[-1] >= _SHORTEST or after - starts[-1] > _LONGEST:
            starts.append(end)
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


class Passages:
    """A report in passages, each weighed; without a table everything counts."""

    def __init__(self, reading: Reading, found: Found, pieces: Pieces | None) -> None:
        text = reading.text
        self.each = [
            Passage(start, end, pieces.weigh(found, start, end) if pieces else _NOT_WEIGHED) for start, end in cut(text)
        ]
        self.starts: Sequence[int] = [passage.start for passage in self.each]
        self._typed = [reading.span(start, min(start + 1, len(text)))[0] for start in self.starts]
        self.limits = SHORT_LIMITS if len(self.each) == 1 else LONG_LIMITS

    def of(self, typed: int) -> Passage:
        """The passage in which a character stands, by where it was typed."""
        return self.each[max(bisect_right(self._typed, typed) - 1, 0)]

    @property
    def near(self) -> bool:
        """Whether a passage is too like danger for the report to go anywhere by itself."""
        return any(math.inf > passage.likeness.score > self.limits.near for passage in self.each)

    def score(self, typed: int) -> float:
        """How like danger that passage is."""
        return self.of(typed).likeness.score
