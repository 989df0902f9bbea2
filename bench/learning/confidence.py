"""Fits the table by which a raw confidence is read: `python -m bench.learning.confidence --categories OLD.yaml`.

The knots it prints belong into `confidence:` of playbooks/categories.yaml. A list whose cues were mended by the very
rows says nothing of rows to come: `--categories` names the edition of the list from *before* they were looked at (`git
show COMMIT:playbooks/categories.yaml`). Lay questions of 20 classes are pooled in with `--questions` (not part of the
project); there a suggestion is right where it leads such a matter (`bench.triage.LABELS`).
"""

import argparse
import csv
from pathlib import Path

from bench.triage import LABELS, PLAYBOOKS
from domain.triage.learning.calibration import expected_error, fit, read
from domain.triage.lexicon import Lexicon, parse_lexicon
from domain.triage.triage import NO_EVIDENCE, triage

TEXTS = Path(__file__).resolve().parent.parent / "texts"
Judged = list[tuple[float, bool]]


def lexicon_of(categories: Path = PLAYBOOKS / "categories.yaml", *, raw: bool = False) -> Lexicon:
    """The lexicon of a list; `raw`: its confidence read by no table."""
    lexicon = parse_lexicon(categories.read_text("utf-8"), (PLAYBOOKS / "risk_kinds.yaml").read_text("utf-8"))
    if not raw:
        return lexicon
    return lexicon.model_copy(update={"listed": lexicon.listed.model_copy(update={"confidence": ()})})


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a labelled CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def reports(lexicon: Lexicon, path: Path = TEXTS / "reports_dev.csv") -> Judged:
    """Confidence and truth of each report: the category that was meant, and no other of its group."""
    found = [(triage(row["text"], lexicon), row["category"]) for row in rows_of(path)]
    return [(each.confidence, each.category == meant) for each, meant in found]


def questions(lexicon: Lexicon, path: Path) -> Judged:
    """Confidence and truth of each lay question."""
    judged = []
    for row in rows_of(path):
        found = triage(row["question"], lexicon, source="12345")
        right = bool(LABELS[row["label"]] & {found.category, lexicon.group_of[found.category]})
        judged.append((found.confidence, right))
    return judged


def main() -> None:
    """Prints the knots, and the calibration of the list as it is before and after them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--categories", type=Path, default=PLAYBOOKS / "categories.yaml")
    parser.add_argument("--questions", type=Path, help="columns question, label")
    asked = parser.parse_args()
    lexicon = lexicon_of(asked.categories, raw=True)
    sets = {"reports": reports(lexicon)}
    if asked.questions:
        sets["questions"] = questions(lexicon, asked.questions)
    # Where no cue spoke there is nothing to read by a table: that is the fallback, and says so.
    knots = fit([pair for judged in sets.values() for pair in judged if pair[0] != NO_EVIDENCE])
    print("confidence:", [list(knot) for knot in knots])
    for name, judged in sets.items():
        mended = [(raw if raw == NO_EVIDENCE else read(knots, raw), right) for raw, right in judged]
        share = sum(right for _, right in judged) / len(judged)
        print(f"{name}: {share:.3f} right of {len(judged)}, ECE {expected_error(judged):.3f}", end=" ")
        print(f"-> {expected_error(mended):.3f}")


if __name__ == "__main__":
    main()
