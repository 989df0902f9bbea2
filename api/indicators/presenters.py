"""Definitions of figures made into schemas."""

from __future__ import annotations

from collections.abc import Iterable

from api.indicators.schemas import DefinitionItem, MeaningItem
from domain.indicators.formulas import WINDOWS, Definition, Meaning


def present_meanings(meanings: Iterable[Meaning]) -> list[MeaningItem]:
    """What figures mean, as the contract shows it."""
    return [MeaningItem(**_meaning(each)) for each in meanings]


def present_definition(definition: Definition) -> DefinitionItem:
    """A definition as the contract shows it."""
    return DefinitionItem(
        **_meaning(definition),
        section=definition.section,
        kind="rate" if definition.rate else "count",
        basis=definition.basis,
        better=definition.better,
        window=f"{definition.window}_days" if definition.window else None,
        windows=list(WINDOWS[definition.window]) if definition.window else [],
        marks=list(definition.marks),
    )


def _meaning(of: Meaning) -> dict[str, object]:
    return {
        "code": of.code,
        "name": of.name,
        "unit": of.unit,
        "formula": of.formula,
        "edge_cases": list(of.edges),
        "source": of.source,
        "source_words": of.source_words,
    }
