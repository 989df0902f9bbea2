"""How right and how fast the first triage is.

    python -m bench.triage categories reports_dev.csv --mapping mapping.yaml
    python -m bench.triage categories lay_questions.csv --mapping lay_questions.yaml --corrections 0,40,120
    python -m bench.triage danger danger_dev.csv lookalikes_dev.csv --mapping mapping.yaml

The files of our own lie in `bench/texts`; `bench.scoring.labelled` says what a mapping file is.
"""

import argparse
import sys

from bench.scoring import telling
from bench.triage import categories, danger


def main() -> int:
    """Measures what is asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    benches = parser.add_subparsers(dest="bench", required=True)
    categories.add_options(telling.add_arguments(benches.add_parser("categories", help="of any labelled file")))
    telling.add_arguments(benches.add_parser("danger", help="told from what sounds like it"))
    given = parser.parse_args()
    return telling.ran(given, categories.measure if given.bench == "categories" else danger.measure)


if __name__ == "__main__":
    sys.exit(main())
