"""How right answers are: accuracy, F1 a class, confusion, calibration; of scores: precision at every recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

BANDS = 10


class Answer(NamedTuple):
    """What was asked for, what was said, and how sure it was said (0..1)."""

    truth: str
    said: str
    confidence: float = 1.0

    @property
    def right(self) -> bool:
        """Whether what was said is what was asked for."""
        return self.truth == self.said


class ClassScore(NamedTuple):
    """How one class fared; `asked` times it was the truth."""

    label: str
    asked: int
    precision: float
    recall: float
    f1: float


class Band(NamedTuple):
    """The answers of one tenth of confidence."""

    lowest: float
    answers: int
    confidence: float
    right: float


def accuracy(answers: Sequence[Answer]) -> float:
    """The share of right answers; 0 where there are none."""
    return sum(answer.right for answer in answers) / len(answers) if answers else 0.0


def by_class(answers: Sequence[Answer]) -> list[ClassScore]:
    """One score a class that was ever the truth, in order of label."""
    asked, said = Counter(answer.truth for answer in answers), Counter(answer.said for answer in answers)
    met = Counter(answer.truth for answer in answers if answer.right)
    return [
        ClassScore(
            label,
            asked[label],
            met[label] / said[label] if said[label] else 0.0,
            met[label] / asked[label],
            2 * met[label] / (asked[label] + said[label]),
        )
        for label in sorted(asked)
    ]


def macro_f1(answers: Sequence[Answer]) -> float:
    """The mean F1 of the classes, each counted once however frequent."""
    scores = by_class(answers)
    return sum(score.f1 for score in scores) / len(scores) if scores else 0.0


def confused(answers: Iterable[Answer]) -> list[tuple[str, str, int]]:
    """Every wrong pair (truth, said) with its count, the most frequent first."""
    wrong = Counter((answer.truth, answer.said) for answer in answers if not answer.right)
    return [(*pair, count) for pair, count in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))]


def reliability(answers: Iterable[Answer]) -> list[Band]:
    """Confidence against truth, in tenths; only those somebody is in."""
    bands: dict[int, list[Answer]] = {}
    for answer in answers:
        bands.setdefault(min(int(answer.confidence * BANDS), BANDS - 1), []).append(answer)
    return [
        Band(band / BANDS, len(inside), sum(a.confidence for a in inside) / len(inside), accuracy(inside))
        for band, inside in sorted(bands.items())
    ]


def calibration_error(answers: Sequence[Answer]) -> float:
    """ECE: how far confidence and share of right answers lie apart, weighed by how many answers a tenth has."""
    return sum(band.answers * abs(band.confidence - band.right) for band in reliability(answers)) / len(answers)


class Scored(NamedTuple):
    """A pair's score and whether both are one."""

    score: float
    same: bool


class Point(NamedTuple):
    """What taking all pairs down to a score would give."""

    threshold: float
    precision: float
    recall: float


def curve(pairs: Iterable[Scored]) -> list[Point]:
    """Precision and recall at each threshold, the strictest first; pairs of one score stand or fall together."""
    ordered = sorted(pairs, key=lambda pair: -pair.score)
    every = sum(pair.same for pair in ordered)
    points, taken, right = [], 0, 0
    for score, level in groupby(ordered, key=lambda pair: pair.score):
        same = [pair.same for pair in level]
        taken, right = taken + len(same), right + sum(same)
        points.append(Point(score, right / taken, right / every if every else 0.0))
    return points


def average_precision(pairs: Iterable[Scored]) -> float:
    """Precision at each threshold, weighed by the recall that it adds."""
    found, reached = 0.0, 0.0
    for point in curve(pairs):
        found += point.precision * (point.recall - reached)
        reached = point.recall
    return found


def recall_at(pairs: Iterable[Scored], precision: float) -> float:
    """The most that can be found while this share of what is taken is right; 0 where nothing can."""
    return max((point.recall for point in curve(pairs) if point.precision >= precision), default=0.0)


def best_accuracy(pairs: Sequence[Scored]) -> float:
    """The share of right answers at the threshold that suits these very pairs best: an upper bound for a baseline."""
    same = sum(pair.same for pair in pairs)
    best = len(pairs) - same  # takes none
    for threshold in {pair.score for pair in pairs}:
        best = max(best, sum((pair.score >= threshold) == pair.same for pair in pairs))
    return best / len(pairs)
