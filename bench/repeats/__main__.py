"""How well pairs of reports are ordered by whether they tell of one matter, and what would be joined by no hand.

    python -m bench.repeats bench/texts/repeats_dev.csv --mapping bench/texts/mapping.yaml

Average precision beside that of character bigrams (Jaccard) and TF-IDF on the same pairs; the baselines read the two
texts, and once more the texts with place and parties. A pair of a file is a hard one by choice: figures say how the
scores compare, not how often a county's reports are joined wrongly. `bench.scoring.labelled` says what a mapping is.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bench.scoring import telling
from bench.scoring.baselines import TfIdf, jaccard
from bench.scoring.labelled import Row, read_rows, read_section
from bench.scoring.measures import Scored, average_precision, best_accuracy, recall_at
from bench.scoring.subject import Told, likeness, read_lexicon, read_likeness

STRICT = 0.98
"""The precision at which reports may be joined by no hand (issue 12's aim)."""


def measure(rows: Sequence[Row], same: frozenset[str]) -> dict[str, Any]:
    """Prints everything; returns the same figures."""
    lexicon, weights = read_lexicon(), read_likeness()
    pairs = [(_told(row, "first"), _told(row, "second")) for row in rows]
    truth = [row["same"] in same for row in rows]
    found = [likeness(first, second, lexicon, weights) for first, second in pairs]
    scores = {"triage": [one.score for one in found]}
    for name, read in (("texts", _text), ("texts, place, parties", _everything)):
        sides = [(read(first), read(second)) for first, second in pairs]
        model = TfIdf([text for side in sides for text in side], (2, 3, 4))
        likenesses: dict[str, Callable[[str, str], float]] = {"bigram Jaccard": jaccard, "TF-IDF": model.likeness}
        for kind, like in likenesses.items():
            scores[f"{kind}, {name}"] = [like(first, second) for first, second in sides]
    lines = []
    for name, those in scores.items():
        scored = [Scored(score, one) for score, one in zip(those, truth, strict=True)]
        lines.append((name, average_precision(scored), recall_at(scored, STRICT), best_accuracy(scored)))
    telling.table(
        f"{len(rows)} pairs, {sum(truth)} of one matter",
        ["", "average precision", f"recall at {STRICT}", "accuracy at the best threshold"],
        lines,
    )
    joined = [one for one, like in zip(truth, found, strict=True) if like.joined]
    speed = _speed(pairs, partial(likeness, lexicon=lexicon, weights=weights))
    print(
        f"\njoined by no hand: {sum(joined)} of {sum(truth)} that are one matter,"
        f" {len(joined) - sum(joined)} that are not"
        f"\n{speed / 1e6:.2f} m characters/s on one core, with the triage of both sides"
    )
    return {
        "rows": len(rows),
        "same": sum(truth),
        "compared": lines,
        "joined_right": sum(joined),
        "joined_wrong": len(joined) - sum(joined),
        "characters_a_second": speed,
    }


def _told(row: Row, side: str) -> Told:
    parties = tuple(name for name in row.get(f"{side}_parties", "").split("、") if name)
    days = float(row.get("days_between") or 0) if side == "second" else 0.0
    return Told(row[side], row.get(f"{side}_place", ""), parties, days, row.get(f"{side}_phone", ""))


def _text(told: Told) -> str:
    return told.text


def _everything(told: Told) -> str:
    return "\n".join((told.text, told.place, *told.parties))


def _speed(pairs: Sequence[tuple[Told, Told]], like: Callable[[Told, Told], object]) -> float:
    by_text = {first.text + second.text: (first, second) for first, second in pairs}
    return telling.characters_a_second(list(by_text), lambda both: like(*by_text[both]))


def main() -> int:
    """Measures; returns the exit code."""
    return telling.ran(telling.arguments(__doc__).parse_args(), _measured)


def _measured(given: argparse.Namespace) -> dict[str, Any]:
    section = read_section(given.mapping, "repeats")
    return measure(read_rows(given.csv, section, ("first", "second", "same")), section.same)


if __name__ == "__main__":
    sys.exit(main())
