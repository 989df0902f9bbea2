"""How many pairs of addresses that name one place are taken for one, and how many that name two.

    python -m bench.places bench/texts/places_dev.csv --mapping bench/texts/mapping.yaml

The baselines are given the threshold that suits the file best, so they are better here than anywhere else.
`bench.scoring.labelled` says what a mapping is.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from bench.scoring import telling
from bench.scoring.baselines import TfIdf, jaccard
from bench.scoring.labelled import Row, read_rows, read_section
from bench.scoring.measures import Answer, Scored, accuracy, average_precision, best_accuracy, macro_f1
from bench.scoring.subject import same_place

SAME, OTHER = "one place", "two places"


def measure(rows: Sequence[Row], same: frozenset[str]) -> dict[str, Any]:
    """Prints everything; returns the same figures."""
    pairs = [(row["first"], row["second"]) for row in rows]
    truth = [row["same"] in same for row in rows]
    answers = [
        Answer(SAME if one else OTHER, SAME if same_place(*pair) else OTHER)
        for one, pair in zip(truth, pairs, strict=True)
    ]
    model = TfIdf([text for pair in pairs for text in pair], (1, 2, 3))
    lines: list[tuple[object, ...]] = [("triage", accuracy(answers), "")]
    for name, like in (("bigram Jaccard", jaccard), ("TF-IDF", model.likeness)):
        scored = [Scored(like(*pair), one) for one, pair in zip(truth, pairs, strict=True)]
        lines.append((f"{name}, best threshold", best_accuracy(scored), average_precision(scored)))
    lines.append(("letter for letter", truth.count(False) / len(truth), ""))
    telling.table(f"{len(rows)} pairs, {sum(truth)} of one place", ["", "accuracy", "average precision"], lines)
    found = sum(answer.right for answer in answers if answer.truth == SAME)
    wrong = sum(not answer.right for answer in answers if answer.truth == OTHER)
    by_pair = {first + second: (first, second) for first, second in pairs}
    speed = telling.characters_a_second(list(by_pair), lambda both: same_place(*by_pair[both]))
    print(
        f"\n{found} of {sum(truth)} known as one place; {wrong} of {len(truth) - sum(truth)} two places made one"
        f"\n{speed / 1e6:.2f} m characters/s on one core (addresses seen before)"
    )
    return {
        "rows": len(rows),
        "accuracy": accuracy(answers),
        "macro_f1": macro_f1(answers),
        "same": sum(truth),
        "same_found": found,
        "two_made_one": wrong,
        "compared": lines,
        "characters_a_second": speed,
    }


def main() -> int:
    """Measures; returns the exit code."""
    return telling.ran(telling.arguments(__doc__).parse_args(), _measured)


def _measured(given: argparse.Namespace) -> dict[str, Any]:
    section = read_section(given.mapping, "places")
    return measure(read_rows(given.csv, section, ("first", "second", "same")), section.same)


if __name__ == "__main__":
    sys.exit(main())
