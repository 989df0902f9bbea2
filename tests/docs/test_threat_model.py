"""The threat model names places and tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.partition("## What stands")[2].splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip())
def test_each_defence_is_somewhere_and_is_tried(row: list[str]) -> None:
    _, _, where, tried = row
    for cell in (where, tried):
        if cell.strip() == "the same":
            continue
        named = re.findall(r"`([\w/.]+)`", cell)
        assert named
        assert [place for place in named if not (ROOT / place).exists()] == []
