"""Whether a county that corrects gets better and is told by how much, and one that corrects at random keeps the cues.

    python -m bench.learning lay_questions.csv --mapping bench/texts/lay_questions.yaml --corrections 120 --future 80

Two instances are started one after the other and driven over HTTP: reports are taken in, each is put right at the
triage desk, the job learns, and later reports are taken in. The first county corrects to the category that the mapping
gives a report's label (the list's last row where it gives none), the second to categories drawn at random. A suggestion
is right where it stands for the label; beside it stands what the cues alone had said of the same report.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.cli.client import County
from bench.cli import positive
from bench.learning.county import Desk, Suggested
from bench.santui import santui
from bench.scoring import telling
from bench.scoring.labelled import Labels, Row, read_rows, read_section
from bench.scoring.measures import Answer, accuracy, calibration_error
from bench.scoring.subject import read_lexicon
from domain.triage.lexicon import FALLBACK_CATEGORY


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Prints everything; returns the same figures.

    Raises:
        BenchError: file and mapping do not fit, or an instance does not come up or refuses.
    """
    section, lexicon = read_section(given.mapping, "categories"), read_lexicon()
    labels = Labels(section, lexicon)
    rows = read_rows(given.csv, section, ("text", "label"))
    random.Random(given.seed).shuffle(rows)
    past, future = rows[: given.corrections], rows[given.corrections :][: given.future]
    drawn, codes = random.Random(given.seed), list(lexicon.categories)
    counties = {
        "corrects": [(row["text"], labels.category(row["label"]) or FALLBACK_CATEGORY) for row in past],
        "corrects at random": [(row["text"], drawn.choice(codes)) for row in past],
    }
    told = {name: asyncio.run(_lived(corrections, future)) for name, corrections in counties.items()}
    lines = []
    for name, (learned, suggested) in told.items():
        now = _answers(future, [each.category for each in suggested], suggested, labels)
        cues = _answers(future, [each.cues for each in suggested], suggested, labels)
        told_of = learned["comparison"]
        lines.append(
            [
                name,
                told_of["verdict"],
                f"{told_of['all_parts']['right']}:{told_of['cues_all_parts']['right']}/{told_of['all_parts']['cases']}",
                accuracy(cues),
                accuracy(now),
                calibration_error(now),
            ]
        )
    head = ["a county that", "is told", "learned:cues, of its cases", "later: cues", "later: suggested", "ECE"]
    telling.table(f"{len(past)} corrections, {len(future)} later reports", head, lines)
    return {"counties": {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}}


async def _lived(
    corrections: Sequence[tuple[str, str]], future: Sequence[Row]
) -> tuple[dict[str, Any], list[Suggested]]:
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
        async with santui(Path(folder) / "county") as settings:
            desk = Desk(County(settings.base_url, settings.demo_file))
            done = await asyncio.to_thread(desk.correct, corrections)
            print(f"{done.corrected} corrected, {done.confirmed} confirmed, {done.joined} joined", file=sys.stderr)
            learned = await asyncio.to_thread(desk.learn)
            return learned, await asyncio.to_thread(desk.suggested, [row["text"] for row in future])


def _answers(rows: Sequence[Row], said: Sequence[str], suggested: Sequence[Suggested], labels: Labels) -> list[Answer]:
    return [
        Answer(row["label"], _label(category, row["label"], labels), each.confidence)
        for row, category, each in zip(rows, said, suggested, strict=True)
    ]


def _label(category: str, asked: str, labels: Labels) -> str:
    """The label that a category stands for; the list's last row stands for each that has no row of its own."""
    return asked if category == FALLBACK_CATEGORY and not labels.category(asked) else labels.of(category)


def main() -> int:
    """The command line; returns the exit code."""
    parser = telling.arguments(__doc__)
    parser.add_argument("--corrections", type=positive, default=120, help="reports that are corrected (120)")
    parser.add_argument("--future", type=positive, default=80, help="later reports (80)")
    parser.add_argument("--seed", type=int, default=1, help="by which the file is mixed (1)")
    return telling.ran(parser.parse_args(), measure)


if __name__ == "__main__":
    sys.exit(main())
