"""Whether danger is heard, and only danger: how much goes to the police first, and how much could be diverted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from bench.scoring import telling
from bench.scoring.baselines import Example, centroids, crossed, neighbour
from bench.scoring.labelled import digest, read_rows, read_section
from bench.scoring.measures import Answer
from bench.scoring.subject import Judged, judge, read_lexicon
from bench.support import BenchError

DANGER, HARMLESS = "danger", "harmless"


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Prints everything, by guise; returns the same figures.

    Raises:
        BenchError: file and mapping do not fit.
    """
    section = read_section(given.mapping, "danger")
    rows = read_rows(given.csv, section, ("text", "label"))
    if not section.dangerous:
        raise BenchError(f"{given.mapping.name} names no label of danger")
    lexicon = read_lexicon()
    said = [judge(row["text"], lexicon) for row in rows]
    truth = [DANGER if row["label"] in section.dangerous else HARMLESS for row in rows]
    figures: dict[str, Any] = {"rows": len(rows)}
    for kind in (DANGER, HARMLESS):
        every = zip(rows, said, truth, strict=True)
        if mine := [(row["label"], judged) for row, judged, true in every if true == kind]:
            figures[kind] = _shares(mine)
            lines = [[label, *shares.values()] for label, shares in figures[kind].items()]
            telling.table(f"{kind} by guise", ["guise", *figures[kind]["all"]], lines)
    figures["compared"] = _compare([row["text"] for row in rows], truth, said)
    figures["characters_a_second"] = telling.characters_a_second(
        [row["text"] for row in rows], lambda text: judge(text, lexicon)
    )
    print(f"\n{figures['characters_a_second'] / 1e6:.2f} m characters/s on one core")
    return figures


def _shares(judged: Sequence[tuple[str, Judged]]) -> dict[str, dict[str, float]]:
    by_label: dict[str, list[Judged]] = {"all": [one for _, one in judged]}
    for label, one in judged:
        by_label.setdefault(label, []).append(one)
    return {label: _share(those) for label, those in by_label.items()}


def _share(those: Sequence[Judged]) -> dict[str, float]:
    return {
        "reports": len(those),
        "police first": sum(one.police_first for one in those) / len(those),
        "by what was said": sum(one.heard for one in those) / len(those),
        "divertible": sum(one.divertible for one in those) / len(those),
    }


def _compare(texts: Sequence[str], truth: Sequence[str], said: Sequence[Judged]) -> list[tuple[str, float, float]]:
    """Share of danger found and of the harmless taken for it, beside learners that know the other four fifths."""
    if len(set(truth)) < 2:
        return []
    pairs = [Example(text, label) for text, label in zip(texts, truth, strict=True)]
    mixed = sorted(pairs, key=lambda pair: digest(pair.text))
    answers = [DANGER if one.police_first else HARMLESS for one in said]
    compared = {"triage": [Answer(*pair) for pair in zip(truth, answers, strict=True)]}
    for name, teach in (("TF-IDF, nearest mean", centroids), ("bigram Jaccard, nearest", neighbour)):
        taught = zip(mixed, crossed(mixed, teach), strict=True)
        compared[f"{name} (taught 4/5)"] = [Answer(pair.label, *answer) for pair, answer in taught]
    lines = [(name, _found(answers, DANGER), _found(answers, HARMLESS)) for name, answers in compared.items()]
    telling.table("Beside learners", ["", "danger found", "harmless taken for danger"], lines)
    return lines


def _found(answers: Sequence[Answer], kind: str) -> float:
    mine = [answer for answer in answers if answer.truth == kind]
    return sum(answer.said == DANGER for answer in mine) / len(mine)
