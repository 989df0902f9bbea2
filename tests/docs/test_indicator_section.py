"""The page on indicators is what the definitions say."""

from __future__ import annotations

import re
from pathlib import Path

from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import TallyKind
from tests.docs.indicator_section import PAGE, current, section

GLOSSARY = Path(PAGE).parent / "glossary.md"


def test_the_reference_has_every_indicator_with_its_formula_and_edge_cases() -> None:
    assert current(PAGE.read_text(encoding="utf-8")) == section(), (
        "python -m tests.docs.indicator_section makes it anew"
    )


def test_the_glossary_ties_the_indicators_and_what_they_count_to_their_words() -> None:
    glossary = GLOSSARY.read_text(encoding="utf-8")
    table = glossary.partition("\n## Indicators")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE))
    assert {code: rows.get(code) for code in DEFINITIONS} == {code: d.name for code, d in DEFINITIONS.items()}
    assert [kind for kind in TallyKind if f"`{kind}`" not in table] == []
