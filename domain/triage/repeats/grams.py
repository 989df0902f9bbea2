"""The pieces of a narrative: runs of two to four characters, each weighed by how few narratives have it (TF-IDF).

What is common is told by a table that the project ships (`playbooks/repeats.yaml`), counted by `bench/repeats_weights`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from domain.base import Strict

SIZES = (2, 3, 4)
INDEXED = 16
"""So many of a narrative's rarest pairs of characters are looked up by; a short one has fewer."""
RARE = 50
"""A pair that more narratives have than one in so many is no matter's own."""
_RUN = re.compile(r"[\u3400-\u9fffa-z]+|\d+")
_OF_NO_WORD = frozenset("的了是在有和就不我你他她它们这那也都要说着过把被给到去来又还没得地很叫让跟与及之")
"""A pair in which one of these stands says nothing by itself."""


class Commonness(Strict, frozen=True):
    """How many of `texts` narratives have each pair of characters; a pair that is not listed is rare."""

    texts: int
    pairs: Mapping[str, int]

    def weight(self, pair: str) -> float:
        """How much a pair tells: its inverse document frequency."""
        known, rare = self._weights
        return known.get(pair, rare)

    def rare(self, pair: str) -> bool:
        """Whether at most one narrative in `RARE` has it."""
        return self.pairs.get(pair, 0) * RARE <= self.texts

    def along(self, run: str) -> list[float]:
        """The weight of each pair of a run of characters."""
        known, rare = self._weights
        return [known.get(run[at : at + 2], rare) for at in range(len(run) - 1)]

    @cached_property
    def _weights(self) -> tuple[dict[str, float], float]:
        """The weight of each pair that is listed, and of any other."""
        return {pair: self._of(n) for pair, n in self.pairs.items()}, self._of(1)

    def _of(self, texts: int) -> float:
        return math.log((self.texts + 1) / (texts + 1))


def runs(text: str) -> Iterator[str]:
    """What stands between punctuation, folded to one width and case; figures by themselves."""
    yield from _RUN.findall(unicodedata.normalize("NFKC", text).lower())


def vector(text: str, commonness: Commonness) -> dict[str, float]:
    """A narrative as TF-IDF of its runs of two to four characters, of length 1; empty where nothing in it tells. A run
    tells as much as its rarest pair.
    """
    tells: dict[str, float] = {}
    times: Counter[str] = Counter()
    for run in runs(text):
        weights = commonness.along(run)
        for at, weight in enumerate(weights):
            for size in SIZES:
                if at + size > len(run):
                    break
                weight = max(weight, weights[at + size - 2])
                gram = run[at : at + size]
                if gram in tells:
                    times[gram] += 1
                else:
                    tells[gram] = weight
    for gram, more in times.items():
        tells[gram] *= 1 + math.log(1 + more)
    length = math.sqrt(sum(weight * weight for weight in tells.values()))
    return {gram: weight / length for gram, weight in tells.items()} if length else {}


def pairs_of(text: str) -> set[str]:
    """The pairs of characters of a text that can be words; digits are none."""
    pairs = {run[at : at + 2] for run in runs(text) for at in range(len(run) - 1) if not run[0].isdigit()}
    return {pair for pair in pairs if not _OF_NO_WORD & set(pair)}


def rare_pairs(text: str, commonness: Commonness, order: Callable[[str], object]) -> list[str]:
    """The rarest pairs of characters that can be words, at most `INDEXED`.

    Of those equally rare `order` chooses, the same in every narrative, so that two that share many share some here.
    """
    return sorted(pairs_of(text), key=lambda pair: (commonness.pairs.get(pair, 0), order(pair)))[:INDEXED]


def shared_words(one: str, other: str, commonness: Commonness, most: int = 6) -> list[str]:
    """The longest pieces that both narratives have, those that tell the most first; none within another."""
    theirs = "\n".join(runs(other))
    found: dict[str, float] = {}
    for run in runs(one):
        for start, end in _common(run, theirs):
            piece = run[start:end].strip("".join(_OF_NO_WORD))
            if len(piece) >= 2:
                found[piece] = sum(commonness.weight(piece[at : at + 2]) for at in range(len(piece) - 1))
    ordered = sorted(found, key=lambda piece: (-found[piece], piece))
    return [piece for n, piece in enumerate(ordered) if not any(piece in longer for longer in ordered[:n])][:most]


def _common(run: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the longest pieces of a run stand that the text has too."""
    start = 0
    while start < len(run) - 1:
        end = start + 2
        if run[start:end] not in text:
            start += 1
            continue
        while end < len(run) and run[start : end + 1] in text:
            end += 1
        yield start, end
        start = end
