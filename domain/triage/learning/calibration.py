"""A confidence that means what it says: of ten suggestions at 0.7, about seven are right.

A monotone table, fitted on suggestions whose truth is known (pool-adjacent-violators), read by straight lines between
its knots: kept as data, so that a fit changes no code and can be read by a person.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby

Knot = tuple[float, float]
"""A raw confidence and the share that was right there, both 0..1."""
SMALLEST_BLOCK = 40
"""Suggestions a knot stands on at least: the share of fewer is known to no better than ±0.15."""
BINS = 10


def read(knots: Sequence[Knot], raw: float) -> float:
    """What a raw confidence is worth; unchanged where there is no table, level beyond the ends of one."""
    if not knots:
        return raw
    after = bisect_right(knots, raw, key=lambda knot: knot[0])
    if after == 0 or after == len(knots):
        return knots[min(after, len(knots) - 1)][1]
    (left, low), (right, high) = knots[after - 1], knots[after]
    return low + (high - low) * (raw - left) / (right - left)


def fit(judged: Iterable[tuple[float, bool]], smallest: int = SMALLEST_BLOCK) -> list[Knot]:
    """The knots that lie nearest to what was right, never falling. Each of `judged` is a raw confidence and the truth;
    empty where there are none."""
    blocks: list[tuple[float, float, int]] = []  # the sum of the raw ones, how many were right, how many there are
    for raw, same in groupby(sorted(judged), key=lambda pair: pair[0]):
        rights = [right for _, right in same]
        blocks.append((raw * len(rights), float(sum(rights)), len(rights)))
        while len(blocks) > 1 and (blocks[-2][2] < smallest or _share(blocks[-2]) >= _share(blocks[-1])):
            blocks[-2:] = [_pooled(blocks[-2], blocks[-1])]
    while len(blocks) > 1 and blocks[-1][2] < smallest:
        blocks[-2:] = [_pooled(blocks[-2], blocks[-1])]
    return [(round(block[0] / block[2], 3), round(_share(block), 3)) for block in blocks]


def expected_error(judged: Iterable[tuple[float, bool]]) -> float:
    """ECE: how far confidence and truth lie apart on average, over ten bins of equal width, weighed by their rows."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in judged:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    rows = sum(map(len, bins.values()))
    return sum(abs(sum(c for c, _ in each) - sum(r for _, r in each)) for each in bins.values()) / max(rows, 1)


def _share(block: tuple[float, float, int]) -> float:
    return block[1] / block[2]


def _pooled(one: tuple[float, float, int], other: tuple[float, float, int]) -> tuple[float, float, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
