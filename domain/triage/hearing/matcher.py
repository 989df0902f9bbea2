"""Every fixed word that triage listens for, found in one pass over a text.

A text is turned into numbers, one for each pair of neighbours, and each is looked up in one table of all words by their
first two characters. Python's own loop is entered only where a word may begin. A pass costs some tenths of a
microsecond a character, however many words there are; making the table, some microseconds a word.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import compress, count
from operator import itemgetter
from typing import NamedTuple

Words = list[tuple[int, str]]
"""Words of a text, each with where it begins, in the order of the text, those of one character last."""


class Span(NamedTuple):
    """Where something stands in a text: from its first character to before `end`."""

    start: int
    end: int


class Found:
    """What a text holds: the words, overlapping ones too, and the pieces."""

    def __init__(self, text: str, words: Words, places: list[_Place | None]) -> None:
        self.text, self.words = text, words
        self._places = places

    def any_of(self, wanted: frozenset[str]) -> bool:
        """Whether one of these words stands there."""
        return not wanted.isdisjoint(map(itemgetter(1), self.words))

    def leftmost(self, wanted: frozenset[str]) -> list[Span]:
        """Where words of these stand, each from where the one before ends on: the leftmost, of those the longest."""
        spans: list[Span] = []
        if not self.any_of(wanted):
            return spans
        reach = 0
        for start, size in sorted((start, -len(word)) for start, word in self.words if word in wanted):
            if start >= reach:
                reach = start - size
                spans.append(Span(start, reach))
        return spans

    def pieces(self, start: int, end: int) -> set[str]:
        """The pieces that stand from a character to before another, each once."""
        places = {*filter(None, self._places[start : max(end - 1, start)])}
        return {place.piece for place in places if place.piece}


class _Place:
    """What a pair of characters may be: the word or the piece that it is, and words that begin with it, by their third
    character."""

    __slots__ = ("longer", "piece", "word")

    def __init__(self) -> None:
        self.word: str | None = None
        self.piece: str | None = None
        self.longer: dict[str, tuple[str, ...]] = {}


class Matcher:
    """All words and pieces, compiled.

    Args:
        words: of any length; where they stand is told.
        pieces: pairs of characters, of which it matters only whether they occur.
    """

    def __init__(self, words: Iterable[str], pieces: Iterable[str] = ()) -> None:
        listed, pieces = tuple(dict.fromkeys(words)), tuple(pieces)
        single = "".join(word for word in listed if len(word) == 1)
        longer = [word for word in listed if len(word) > 1]
        # All numbers at once: one by one they cost more than the rest of the table.
        numbers = iter(_pairs("".join(word[:2] for word in (*longer, *pieces)))[::2])
        self._table: defaultdict[int, _Place] = defaultdict(_Place)
        for word in longer:
            place = self._table[next(numbers)]
            if len(word) == 2:
                place.word = word
            else:
                place.longer[word[2]] = (*place.longer.get(word[2], ()), word)
        for piece in pieces:
            self._table[next(numbers)].piece = piece
        self._single = re.compile(f"[{re.escape(single)}]") if single else None

    def find(self, text: str) -> Found:
        """Every word in a text as it is matched (`reading.read`)."""
        places = list(map(self._table.get, _pairs(text)))
        words: Words = []
        for start, place in zip(compress(count(), places), filter(None, places), strict=True):
            if place.word:
                words.append((start, place.word))
            if place.longer:
                for word in place.longer.get(text[start + 2 : start + 3], ()):
                    if text.startswith(word, start):
                        words.append((start, word))
        if self._single:
            words += [(found.start(), found[0]) for found in self._single.finditer(text)]
        return Found(text, words, places)


def _pairs(text: str) -> array[int]:
    """A number for each pair of neighbours, the same for the same pair.

    The low bytes of both come first, then the higher ones: a dictionary spreads numbers by what is lowest in them, and
    pairs that begin alike must not fall into one place.
    """
    encoded, size = text.encode("utf-32-le", "surrogatepass"), max(len(text) - 1, 0)
    numbers = bytearray(8 * size)
    for byte in range(3):
        column = encoded[byte::4]
        numbers[2 * byte :: 8], numbers[2 * byte + 1 :: 8] = column[:size], column[1:]
    return array("Q", bytes(numbers))
