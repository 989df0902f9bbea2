"""Whether a report gets the category that its label asks for, and what corrections would teach.

The label that triage said is the one its category stands for: one label, right or wrong, never one of several. Beside
it stand baselines: a vote of the keywords, which was taught nothing either, and two that learn from the other four
fifths of the file. The curve gives each learner the first so many corrections, and asks it for the last part of the
file, which stays the same. Rows stand in the order of their digest, because files are sorted by label.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bench.cli import positive
from bench.scoring import telling
from bench.scoring.baselines import Example, Learner, centroids, crossed, keyword_vote, neighbour
from bench.scoring.labelled import NO_LABEL, Labels, Row, Section, digest, read_rows, read_section
from bench.scoring.measures import Answer, accuracy, calibration_error, macro_f1
from bench.scoring.subject import judge, read_lexicon, taught
from domain.triage.lexicon import Lexicon

TEACHERS = {"TF-IDF, nearest mean": centroids, "bigram Jaccard, nearest": neighbour}


def add_options(parser: argparse.ArgumentParser) -> None:
    """How the curve is drawn."""
    parser.add_argument(
        "--corrections",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[0, 50, 100, 500, 2000],
        help="how many corrections are given, separated by commas; what the file has not is left out",
    )
    parser.add_argument("--future", type=positive, help="how many rows are asked for in the curve (two fifths)")
    parser.add_argument("--as-written", action="store_true", help="corrections come in the file's own order")


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Prints everything; returns the same figures.

    Raises:
        BenchError: file and mapping do not fit.
    """
    section = read_section(given.mapping, "categories")
    rows = read_rows(given.csv, section, ("text", "label"))
    if not given.as_written:
        rows.sort(key=lambda row: digest(row["text"]))
    lexicon = read_lexicon()
    labels = Labels(section, lexicon)
    vote = keyword_vote(lexicon)

    def cues(row: Row) -> tuple[str, float]:
        said = judge(row["text"], lexicon, _source(row, section))
        return labels.of(said.category), said.confidence

    def voted(row: Row) -> tuple[str, float]:
        code, share = vote(row["text"])
        return labels.of(code), share

    answers = _ask(rows, cues)
    examples = [Example(row["text"], row["label"]) for row in rows]
    compared = {"triage": answers, "keyword vote": _ask(rows, voted)}
    if len(rows) > 1:
        for name, teach in TEACHERS.items():
            taught = crossed(examples, teach)
            compared[f"{name} (taught 4/5)"] = [
                Answer(row["label"], *said) for row, said in zip(rows, taught, strict=True)
            ]
    speed = telling.characters_a_second([row["text"] for row in rows], lambda text: judge(text, lexicon))
    lines = [(name, accuracy(those), macro_f1(those)) for name, those in compared.items()]
    asked = {row["label"] for row in rows}
    telling.table(f"{len(rows)} rows, {len(asked)} labels", ["", "accuracy", "macro-F1"], lines)
    nameless = sum(answer.said == NO_LABEL for answer in answers)
    print(f"\n{nameless} answers stand for no label of the file; {speed / 1e6:.2f} m characters/s on one core")
    figures = telling.tell_classes(answers)
    curve = _curve(rows, answers, given, labels, lexicon)
    return {**figures, "compared": lines, "no_label": nameless, "characters_a_second": speed, "curve": curve}


def _source(row: Row, section: Section) -> str:
    return section.channels.get(row.get("channel", ""), "110")


def _ask(rows: Sequence[Row], say: Callable[[Row], tuple[str, float]]) -> list[Answer]:
    return [Answer(row["label"], *say(row)) for row in rows]


def _curve(
    rows: Sequence[Row], cold: Sequence[Answer], given: argparse.Namespace, labels: Labels, lexicon: Lexicon
) -> list[dict[str, Any]]:
    future = min(given.future or len(rows) * 2 // 5, len(rows))
    asked, past = rows[len(rows) - future :], rows[: len(rows) - future]
    points: list[dict[str, Any]] = []
    for count in sorted({count for count in given.corrections if count <= len(past)} | {len(past)}):
        examples = [Example(row["text"], row["label"]) for row in past[:count]]
        point: dict[str, Any] = {"corrections": count, "triage": accuracy(cold[len(rows) - future :])}
        point.update(_learned(examples, asked, labels, lexicon))
        for name, teach in TEACHERS.items():
            point[name] = accuracy(_ask(asked, partial(_answer, teach(examples)))) if examples else 0.0
        points.append(point)
    names = list(points[0])
    lines = [[point[name] for name in names] for point in points]
    telling.table(f"After so many corrections, {future} rows", names, lines)
    return points


def _learned(examples: Sequence[Example], asked: Sequence[Row], labels: Labels, lexicon: Lexicon) -> dict[str, Any]:
    """Triage corrected. A label for which the list has no category is taught as a row of the county's own."""
    corrections = [(each.text, labels.category(each.label) or each.label) for each in examples]
    learner, verdict = taught(corrections, lexicon)
    if learner is None:
        return {"learned": "-", "ECE": "-", "serves": verdict}
    said = [(row, learner(row["text"])) for row in asked]
    answers = [
        Answer(row["label"], labels.of(category) if category in lexicon.categories else category, chance)
        for row, (category, chance) in said
    ]
    return {"learned": accuracy(answers), "ECE": calibration_error(answers), "serves": verdict}


def _answer(learner: Learner, row: Row) -> tuple[str, float]:
    return learner(row["text"])
