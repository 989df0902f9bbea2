"""Two linear models of sparse vectors, each a table of weights: piece, then category.

The mean of each category's vectors is right soonest, with a handful of cases; margins are right in the end, with
hundreds. Both weigh the same pieces, so what is made of them by `fusion` is one table again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

Vector = Mapping[str, float]
Table = dict[str, dict[str, float]]

ROUNDS = 4
"""How often each case is looked at."""
LONGEST_STEP = 0.3
"""The most that one case moves the margin's weights (C of passive-aggressive learning): one wrong label does little."""


def means(vectors: Sequence[Vector], labels: Sequence[str]) -> Table:
    """The mean of each label's vectors, drawn to nothing by one vector of zeros (Rocchio)."""
    cases = Counter(labels)
    table: Table = {}
    for vector, label in zip(vectors, labels, strict=True):
        for piece, value in vector.items():
            row = table.setdefault(piece, {})
            row[label] = row.get(label, 0.0) + value / (cases[label] + 1)
    return table


def margins(vectors: Sequence[Vector], labels: Sequence[str]) -> Table:
    """Weights by which each label leads the next best by a margin: averaged passive-aggressive learning (Crammer and
    others 2006, PA-I). The same table for the same cases in the same order.
    """
    classes = sorted(set(labels))
    table: Table = {}
    late: Table = {}
    order, step = list(range(len(vectors))), 1
    mixed = random.Random(20261127)
    for _ in range(ROUNDS if len(classes) > 1 else 0):
        mixed.shuffle(order)
        for case in order:
            vector, label = vectors[case], labels[case]
            found = scores(table, vector, classes)
            rival = max((each for each in classes if each != label), key=lambda each: found[each])
            lacks = 1 - (found[label] - found[rival])
            length = sum(value * value for value in vector.values())
            if lacks > 0 and length:
                by = min(LONGEST_STEP, lacks / (2 * length))
                for towards, size in ((label, by), (rival, -by)):
                    _move(table, vector, towards, size)
                    _move(late, vector, towards, size * step)
            step += 1
    return {
        piece: {label: weight - late[piece][label] / step for label, weight in row.items()}
        for piece, row in table.items()
    }


def scores(table: Mapping[str, Mapping[str, float]], vector: Vector, classes: Sequence[str]) -> dict[str, float]:
    """What a table says for each class."""
    found = dict.fromkeys(classes, 0.0)
    for piece, value in vector.items():
        for label, weight in table.get(piece, {}).items():
            found[label] += weight * value
    return found


def _move(table: Table, vector: Vector, label: str, size: float) -> None:
    for piece, value in vector.items():
        row = table.setdefault(piece, {})
        row[label] = row.get(label, 0.0) + size * value
