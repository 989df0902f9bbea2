"""Learns `playbooks/repeats/likeness.yaml` from pairs judged by hand: `python -m bench.repeats_weights.learning`.

Reads the dev halves of `bench/texts` only. Each pair is scored by weights that never saw it (eight folds); from those
scores come the strict threshold and the figures printed. The weights written are fitted on all pairs. A weight is held
at or above nothing, and near what it was thought to be (`PRIOR`) where the pairs say little: those judged by hand were
chosen for sharing few words, and no channel's copy of one report is among them.
"""

from __future__ import annotations

import csv
import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from domain.triage.lexicon import Lexicon
from domain.triage.repeats.duplicate_detection import Known
from domain.triage.repeats.grams import Commonness, runs
from domain.triage.repeats.likeness import PARTS, may_join, measure
from domain.triage.triage import triage
from infra.runtime.policy_files import PLAYBOOKS, read_lexicon

TEXTS = Path(__file__).resolve().parents[1] / "texts"
PRIOR = {"words": 4.0, "person": 2.0, "place": 1.0}
HOLD, STEPS, RATE, FOLDS = 0.02, 1500, 0.3, 8
LISTED = 4
"""So many narratives must have a pair of characters for it to be listed as common."""
SHOWN_RECALL = 0.95
"""So many of the pairs that are repeats are to be proposed."""


def pair_of(row: dict[str, str], lexicon: Lexicon) -> tuple[Known, Known]:
    """The earlier and the later report of a row of `repeats_*.csv`."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    return (
        _known(row["first"], row["first_place"], row["first_parties"], first, lexicon),
        _known(
            row["second"],
            row["second_place"],
            row["second_parties"],
            first + timedelta(days=int(row["days_between"])),
            lexicon,
        ),
    )


def _known(narrative: str, address: str, parties: str, at: datetime, lexicon: Lexicon) -> Known:
    return Known(
        dispute_no="",
        category=triage(narrative, lexicon, source="110").category,
        address=address,
        narrative=narrative,
        parties=[{"name": name} for name in re.split("[、,]", parties) if name],
        reported_at=at,
    )


def counted() -> Commonness:
    """How common pairs of characters are in the dev halves that hold single reports."""
    texts = [row["text"] for name in ("reports", "danger", "lookalikes") for row in rows_of(f"{name}_dev.csv")]
    having = Counter(
        pair
        for text in texts
        for pair in {run[at : at + 2] for run in runs(text) for at in range(len(run) - 1) if not run[0].isdigit()}
    )
    return Commonness(texts=len(texts), pairs={pair: n for pair, n in sorted(having.items()) if n >= LISTED})


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a file of `bench/texts`."""
    with (TEXTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fitted(values: Sequence[dict[str, float]], same: Sequence[bool]) -> tuple[float, dict[str, float]]:
    """Bias and weights, by gradient descent on the log loss."""
    names = list(PARTS)
    rows = [[value[name] for name in names] for value in values]
    prior = [PRIOR.get(name, 0.0) for name in names]
    weights, bias = list(prior), 0.0
    for _ in range(STEPS):
        slope = [HOLD * (weight - thought) for weight, thought in zip(weights, prior, strict=True)]
        tilt = 0.0
        for row, label in zip(rows, same, strict=True):
            z = bias + sum(weight * value for weight, value in zip(weights, row, strict=True))
            off = (1 / (1 + math.exp(-z)) - label) / len(rows)
            tilt += off
            slope = [there + off * value for there, value in zip(slope, row, strict=True)]
        bias -= RATE * tilt
        weights = [max(0.0, weight - RATE * down) for weight, down in zip(weights, slope, strict=True)]
    return bias, dict(zip(names, weights, strict=True))


def reached(value: dict[str, float], bias: float, weights: dict[str, float]) -> float:
    """The score of a pair."""
    return 1 / (1 + math.exp(-(bias + sum(value[name] * weight for name, weight in weights.items()))))


def average_precision(scores: Sequence[float], same: Sequence[bool]) -> float:
    """The mean, over all true pairs, of the precision where each is found."""
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    hits, total = 0, 0.0
    for rank, at in enumerate(order, start=1):
        if same[at]:
            hits += 1
            total += hits / rank
    return total / max(1, sum(same))


def bigram_jaccard(one: str, other: str) -> float:
    """The measure to be beaten: of the pairs of characters of two texts those in both."""
    here, there = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(here & there) / max(1, len(here | there))


def main() -> None:
    """Learns, prints the figures, writes the file."""
    rows, lexicon, commonness = rows_of("repeats_dev.csv"), read_lexicon(), counted()
    same = [row["same"] == "yes" for row in rows]
    pairs = [pair_of(row, lexicon) for row in rows]
    values = [measure(new, old, commonness) for old, new in pairs]
    may = [may_join(new, old, value, commonness) for (old, new), value in zip(pairs, values, strict=True)]
    order = list(range(len(rows)))
    random.Random(1).shuffle(order)
    unseen = [0.0] * len(rows)
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS])
        seen = [at for at in order if at not in held]
        bias, weights = fitted([values[at] for at in seen], [same[at] for at in seen])
        for at in held:
            unseen[at] = reached(values[at], bias, weights)
    wrong = [unseen[at] for at in order if not same[at] and may[at]]
    strict = round(max(0.5, max(wrong, default=0.0) + 0.02), 3)
    joined = [at for at in order if unseen[at] >= strict and may[at]]
    true = sorted((unseen[at] for at in order if same[at]), reverse=True)
    shown = round(true[math.ceil(SHOWN_RECALL * len(true)) - 1] - 0.005, 3)
    print(f"average precision {average_precision(unseen, same):.3f}, bigram Jaccard", end=" ")
    print(f"{average_precision([bigram_jaccard(row['first'], row['second']) for row in rows], same):.3f}")
    print(f"joined {len(joined)} of {sum(same)} true pairs, wrongly {sum(not same[at] for at in joined)}, at {strict}")
    print(f"shown at {shown}: {sum(unseen[at] >= shown and not same[at] for at in order)} others too")
    bias, weights = fitted(values, same)
    told = {
        "bias": round(bias, 3), "parts": {name: round(weight, 3) for name, weight in weights.items()},
        "strict": strict, "shown": shown,
        "commonness": {"texts": commonness.texts, "pairs": dict(commonness.pairs)},
    }  # fmt: skip
    head = "# What makes two reports one matter's: learnt by `python -m bench.repeats_weights.learning`, not by hand.\n"
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, default_flow_style=None, width=118)
    (PLAYBOOKS / "repeats").mkdir(exist_ok=True)
    (PLAYBOOKS / "repeats" / "likeness.yaml").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
