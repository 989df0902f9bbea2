"""Learns `playbooks/repeats/likeness.yaml` from pairs judged by hand: `python -m bench.repeats_weights.learning`.

Reads the dev halves of `bench/texts` only. Each pair is scored by weights that never saw its story (eight folds);
from those scores come the strict threshold and the figures printed. The weights written are fitted on all pairs, each
file telling as much as any other. A weight is held
at or above nothing, and near what it was thought to be (`PRIOR`) where the pairs say little: those judged by hand were
chosen for sharing few words, and no channel's copy of one report is among them.
"""

from __future__ import annotations

import csv
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from domain.triage.lexicon import Lexicon
from domain.triage.repeats.grams import Commonness, runs
from domain.triage.repeats.known import Known
from domain.triage.repeats.likeness import PARTS, may_join, measure
from domain.triage.triage import triage
from infra.runtime.policy_files import PLAYBOOKS, read_lexicon

TEXTS = Path(__file__).resolve().parents[1] / "texts"
PAIRS = ("repeats_dev.csv", "repeats_more_dev.csv")
SINGLE = ("reports_dev.csv", "danger_dev.csv", "lookalikes_dev.csv", "alarms.csv")
PRIOR = {"words": 4.0, "person": 2.0, "place": 1.0}
LEAST = {"person": 0.5}
"""At least so much: in the pairs judged by hand most that are not one matter have people in common, in a county few."""
HOLD, STEPS, RATE, FOLDS = 0.005, 1500, 0.3, 8
LISTED = 4
"""So many narratives must have a pair of characters for it to be listed as common."""
SHOWN_RECALL = 0.9
"""So many of the pairs that are repeats are to be proposed."""


def pair_of(row: dict[str, str], lexicon: Lexicon) -> tuple[Known, Known]:
    """The earlier and the later report of a row of `repeats_*.csv`."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    later = first + timedelta(days=int(row["days_between"]))
    return _known(row, "first", first, lexicon), _known(row, "second", later, lexicon)


def _known(row: dict[str, str], side: str, at: datetime, lexicon: Lexicon) -> Known:
    caller = row.get(f"{side}_phone")
    return Known(
        category=triage(row[side], lexicon, source="110").category,
        address=row[f"{side}_place"],
        narrative=row[side],
        parties=[{"name": name} for name in re.split("[、,]", row[f"{side}_parties"]) if name]
        + ([{"phone": caller}] if caller else []),
        reported_at=at,
    )


def counted() -> Commonness:
    """How common pairs of characters are: in single reports, and in the stories that pairs tell, each of which counts
    once, however often it is told."""
    told: dict[str, list[str]] = defaultdict(list)
    for row in paired():
        told[row["story"]] += [row["first"], row["second"]]
    texts = [row["text"] for name in SINGLE for row in rows_of(name)] + ["\n".join(story) for story in told.values()]
    having = Counter(
        pair
        for text in texts
        for pair in {run[at : at + 2] for run in runs(text) for at in range(len(run) - 1) if not run[0].isdigit()}
    )
    return Commonness(texts=len(texts), pairs={pair: n for pair, n in sorted(having.items()) if n >= LISTED})


def paired() -> list[dict[str, str]]:
    """The pairs that weights are learnt from."""
    return [row | {"file": name} for name in PAIRS for row in rows_of(name)]


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a file of `bench/texts`."""
    with (TEXTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fitted(
    values: Sequence[dict[str, float]], same: Sequence[bool], tells: Sequence[float]
) -> tuple[float, dict[str, float]]:
    """Bias and weights, by gradient descent on the log loss; `tells` is how much each pair counts."""
    names = list(PARTS)
    rows = [[value[name] for name in names] for value in values]
    prior = [PRIOR.get(name, 0.0) for name in names]
    least = [LEAST.get(name, 0.0) for name in names]
    weights, bias = list(prior), 0.0
    all_tell = sum(tells)
    for _ in range(STEPS):
        slope = [HOLD * (weight - thought) for weight, thought in zip(weights, prior, strict=True)]
        tilt = 0.0
        for row, label, much in zip(rows, same, tells, strict=True):
            z = bias + sum(weight * value for weight, value in zip(weights, row, strict=True))
            off = (1 / (1 + math.exp(-z)) - label) * much / all_tell
            tilt += off
            slope = [there + off * value for there, value in zip(slope, row, strict=True)]
        bias -= RATE * tilt
        weights = [max(floor, weight - RATE * down) for floor, weight, down in zip(least, weights, slope, strict=True)]
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
    rows, lexicon, commonness = paired(), read_lexicon(), counted()
    same = [row["same"] == "yes" for row in rows]
    pairs = [pair_of(row, lexicon) for row in rows]
    values = [measure(new, old, commonness) for old, new in pairs]
    may = [may_join(new, old, value, commonness) for (old, new), value in zip(pairs, values, strict=True)]
    order = list(range(len(rows)))
    many = Counter(row["file"] for row in rows)
    tells = [1 / many[row["file"]] for row in rows]
    stories = sorted({row["story"] for row in rows})
    random.Random(1).shuffle(stories)
    fold_of = {story: n % FOLDS for n, story in enumerate(stories)}
    unseen = [0.0] * len(rows)
    for fold in range(FOLDS):
        held = {at for at in order if fold_of[rows[at]["story"]] == fold}
        seen = [at for at in order if at not in held]
        bias, weights = fitted([values[at] for at in seen], [same[at] for at in seen], [tells[at] for at in seen])
        for at in held:
            unseen[at] = reached(values[at], bias, weights)
    wrong = [unseen[at] for at in order if not same[at] and may[at]]
    strict = round(max(0.5, max(wrong, default=0.0) + 0.02), 3)
    joined = [at for at in order if unseen[at] >= strict and may[at]]
    true = sorted((unseen[at] for at in order if same[at]), reverse=True)
    shown = round(true[math.ceil(SHOWN_RECALL * len(true)) - 1] - 0.005, 3)
    likes = [bigram_jaccard(row["first"], row["second"]) for row in rows]
    for name in PAIRS:
        of = [at for at in order if rows[at]["file"] == name]
        ours, theirs = (
            average_precision([scores[at] for at in of], [same[at] for at in of]) for scores in (unseen, likes)
        )
        print(f"{name}: average precision {ours:.3f}, bigram Jaccard {theirs:.3f}")
    print(f"joined {len(joined)} of {sum(same)} true pairs, wrongly {sum(not same[at] for at in joined)}, at {strict}")
    print(f"shown at {shown}: {sum(unseen[at] >= shown and not same[at] for at in order)} others too")
    bias, weights = fitted(values, same, tells)
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
