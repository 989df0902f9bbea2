"""What anybody could build in an afternoon, to be measured in the same run: bigrams, TF-IDF, a vote of keywords."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from domain.triage.hearing.reading import read
from domain.triage.lexicon import FALLBACK_CATEGORY, Lexicon

Vector = Mapping[str, float]


class Example(NamedTuple):
    """A text with its label."""

    text: str
    label: str


class Learner(Protocol):
    """What is given examples and then names the label of a text, with its confidence."""

    def __call__(self, text: str) -> tuple[str, float]:
        """The label, and how sure it is, 0..1."""


def grams(text: str, lengths: Iterable[int] = (2,)) -> Counter[str]:
    """The runs of neighbouring characters of these lengths, blanks left out, with how often each stands there."""
    bare = "".join(text.split())
    return Counter(bare[at : at + length] for length in lengths for at in range(len(bare) - length + 1))


def jaccard(first: str, second: str) -> float:
    """How much of the character bigrams of two texts they share, 0..1."""
    one, other = set(grams(first)), set(grams(second))
    return len(one & other) / len(one | other) if one or other else 0.0


class TfIdf:
    """Character n-grams weighed by how rare they are in a set of texts; vectors have the length one."""

    def __init__(self, texts: Sequence[str], lengths: tuple[int, ...]) -> None:
        self._lengths = lengths
        counts = Counter(gram for text in texts for gram in grams(text, lengths))
        self._rare = {gram: math.log((1 + len(texts)) / (1 + count)) + 1 for gram, count in counts.items()}
        self._unseen = math.log(1 + len(texts)) + 1

    def vector(self, text: str) -> Vector:
        """The text as weights a gram."""
        raw = {
            gram: (1 + math.log(count)) * self._rare.get(gram, self._unseen)
            for gram, count in grams(text, self._lengths).items()
        }
        return _unit(raw)

    def likeness(self, first: str, second: str) -> float:
        """The cosine of two texts, 0..1."""
        return dot(self.vector(first), self.vector(second))


def dot(one: Vector, other: Vector) -> float:
    """The product of two vectors; of unit vectors the cosine."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other.get(gram, 0.0) for gram, weight in one.items())


def _unit(raw: Mapping[str, float]) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
    return {gram: weight / length for gram, weight in raw.items()}


def centroids(examples: Sequence[Example]) -> Learner:
    """TF-IDF of character 1- to 3-grams and the nearest mean of a class (Rocchio)."""
    model = TfIdf([example.text for example in examples], (1, 2, 3))
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for example in examples:
        for gram, weight in model.vector(example.text).items():
            sums[example.label][gram] += weight
    means = {label: _unit(total) for label, total in sorted(sums.items())}

    def nearest(text: str) -> tuple[str, float]:
        vector = model.vector(text)
        near = {label: dot(vector, mean) for label, mean in means.items()}
        best = max(near, key=lambda label: near[label])
        return best, near[best]

    return nearest


def neighbour(examples: Sequence[Example]) -> Learner:
    """The label of the example that shares most bigrams."""
    known = [(frozenset(grams(example.text)), example.label) for example in examples]

    def nearest(text: str) -> tuple[str, float]:
        mine = frozenset(grams(text))
        shares = ((len(mine & theirs) / (len(mine | theirs) or 1), label) for theirs, label in known)
        share, label = max(shares, key=lambda found: found[0])
        return label, share

    return nearest


def keyword_vote(lexicon: Lexicon) -> Learner:
    """Each cue that stands in the text is one vote for each category that has it, whatever its weight."""
    every = lexicon.categories.values()
    words = [(cue, row.code) for row in every for cue in {cue for cue, _ in row.cues()} if "…" not in cue]

    def voted(text: str) -> tuple[str, float]:
        said = read(text).text
        votes = Counter(code for cue, code in words if cue in said)
        if not votes:
            return FALLBACK_CATEGORY, 0.0
        best = min(votes, key=lambda code: (-votes[code], lexicon.categories[code].seq))
        return best, votes[best] / votes.total()

    return voted


class Teacher(Protocol):
    """What makes a learner of examples."""

    def __call__(self, examples: Sequence[Example]) -> Learner:
        """The learner; at least one example."""


def crossed(examples: Sequence[Example], teach: Teacher, parts: int = 5) -> list[tuple[str, float]]:
    """Every example answered by a learner that was given the other parts of the file; at least two examples."""
    parts = min(parts, len(examples))
    taught = [teach([other for at, other in enumerate(examples) if at % parts != part]) for part in range(parts)]
    return [taught[at % parts](example.text) for at, example in enumerate(examples)]
