"""How figures are printed and kept: tables of text, and the same figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.scoring.measures import Answer, accuracy, by_class, calibration_error, confused, macro_f1, reliability
from bench.support import BenchError

ROUNDS = 3
"""Texts are judged so often for their speed; the quickest round counts, since the others were disturbed."""
MOST_CONFUSED = 25


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The command line of a bench that is given no more than all of them are."""
    form = argparse.RawDescriptionHelpFormatter
    return add_arguments(argparse.ArgumentParser(description=description, formatter_class=form))


def add_arguments(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """What every one of these benches is given."""
    parser.add_argument("csv", type=Path, nargs="+", help="labelled files, read as one")
    parser.add_argument("--mapping", type=Path, required=True, help="which columns and labels mean what")
    parser.add_argument("--json", type=Path, help="where the figures go besides")
    return parser


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table, numbers with three decimals where they are fractions."""
    print(f"\n{title}\n")
    print(f"| {' | '.join(head)} |")
    print("|---" + "|--:" * (len(head) - 1) + "|")
    for row in rows:
        print(f"| {' | '.join(f'{cell:.3f}' if isinstance(cell, float) else str(cell) for cell in row)} |")


def characters_a_second(texts: Sequence[str], judge: Callable[[str], object]) -> float:
    """How many characters are judged in a second of one core's time."""
    quickest = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for text in texts:
            judge(text)
        quickest = min(quickest, time.process_time() - began)
    return sum(map(len, texts)) / quickest


def tell_classes(answers: Sequence[Answer]) -> dict[str, Any]:
    """Prints what is to be said of answers one by one: a class, confusion, calibration; returns the same figures."""
    table("Each class", ["label", "asked", "precision", "recall", "F1"], by_class(answers))
    wrong = confused(answers)
    table(f"Confused ({len(wrong)} pairs, the most frequent)", ["asked", "said", "times"], wrong[:MOST_CONFUSED])
    bands = reliability(answers)
    ece = calibration_error(answers)
    table(f"Reliability (ECE {ece:.3f})", ["confidence from", "answers", "mean confidence", "right"], bands)
    return {
        "rows": len(answers),
        "accuracy": accuracy(answers),
        "macro_f1": macro_f1(answers),
        "ece": ece,
        "classes": [score._asdict() for score in by_class(answers)],
        "confused": wrong,
        "reliability": [band._asdict() for band in bands],
    }


def ran(given: argparse.Namespace, measure: Callable[[argparse.Namespace], dict[str, Any]]) -> int:
    """Measures, keeps the figures where `--json` says, and returns the exit code; what is wrong is a sentence."""
    try:
        figures = measure(given)
        if given.json:
            given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0
