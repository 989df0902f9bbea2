"""Fits the table of pieces that tells danger from what is not, to be written to `playbooks/danger_pieces.yaml`.

    python -m bench.triage.pieces

Logistic regression by stochastic steps, on the halves that may be tuned on (`*_dev.csv`) and on `alarms.csv`. Pieces
are Chinese characters alone (no digit, no name in Latin) and stand in at least three texts. The same texts give the
same table: the shuffle has a seed, weights are rounded to five hundredths.
"""

from __future__ import annotations

import csv
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from domain.triage.hearing.passages import cut
from domain.triage.hearing.pieces import pieces_of
from domain.triage.hearing.reading import read

TEXTS = Path(__file__).resolve().parent.parent / "texts"
SIDES = ("first", "second")
SEED, ROUNDS, STEP, SHRINK, FEWEST, GRAIN = 1, 12, 0.15, 1e-3, 3, 5


class Text(NamedTuple):
    """The pieces of a text in order, and whether it tells of danger."""

    pieces: tuple[str, ...]
    danger: bool


def taught() -> Iterator[tuple[str, bool]]:
    """Every text that may be learned from."""
    for file, danger in (("danger_dev", True), ("lookalikes_dev", False), ("reports_dev", False)):
        yield from ((row["text"], danger) for row in _rows(file))
    # One clause, as a call taker leaves it: none of them tells of danger.
    yield from ((text, False) for text in dict.fromkeys(row[side] for row in _rows("repeats_dev") for side in SIDES))
    yield from ((row["text"], row["danger"] == "yes") for row in _rows("alarms"))
    for row in _rows("letters_dev"):
        if row["danger"] == "no":
            yield from ((row["text"][start:end], False) for start, end in cut(row["text"]))


def dangerous() -> Iterator[str]:
    """The reports of danger among them."""
    return (text for text, danger in taught() if danger)


def _rows(file: str) -> list[dict[str, str]]:
    with (TEXTS / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def fit(texts: Sequence[tuple[str, bool]]) -> tuple[float, dict[str, float]]:
    """The bias, and what each piece adds."""
    cut = [({piece for piece in pieces_of(read(text).text) if _chinese(piece)}, danger) for text, danger in texts]
    counted = Counter(piece for pieces, _ in cut for piece in pieces)
    known = [Text(tuple(sorted(p for p in pieces if counted[p] >= FEWEST)), danger) for pieces, danger in cut]
    dangerous = sum(text.danger for text in known)
    rarer = (len(known) - dangerous) / dangerous
    weights: dict[str, float] = defaultdict(float)
    bias, dice = 0.0, random.Random(SEED)
    for _ in range(ROUNDS):
        dice.shuffle(known)
        for text in known:
            scale = math.sqrt(len(text.pieces) or 1)
            score = bias + math.fsum(weights[piece] for piece in text.pieces) / scale
            miss = (text.danger - 1 / (1 + math.exp(-score))) * (rarer if text.danger else 1) * STEP
            bias += miss * 0.1
            for piece in text.pieces:
                weights[piece] = weights[piece] * (1 - SHRINK) + miss / scale
    return bias, weights


def _chinese(piece: str) -> bool:
    return all("\u4e00" <= letter <= "\u9fff" for letter in piece)


def written(bias: float, weights: dict[str, float]) -> str:
    """The table as YAML, the heaviest first."""
    rows: dict[int, list[str]] = defaultdict(list)
    for piece, weight in weights.items():
        if rounded := round(weight * 100 / GRAIN) * GRAIN:
            rows[rounded].append(piece)
    head = "# Made by `python -m bench.triage.pieces`. Hundredths, and the pieces that weigh so much.\n"
    lines = [f"  {weight}: {' '.join(sorted(rows[weight]))}" for weight in sorted(rows, reverse=True)]
    return f"{head}version: 1\nbias: {round(bias * 100)}\nweights:\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(written(*fit(list(taught()))), end="")
