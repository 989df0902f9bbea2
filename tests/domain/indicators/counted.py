"""Figures straight from the tallies of a few cases, as the read model would give them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from domain.indicators.attribution import Attribution, units_of
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally
from domain.indicators.formulas import DEFAULT_WINDOWS, Figure, figure, seen
from domain.indicators.periods import Period
from tests.domain.support import MONDAY

YEAR = Period(first=MONDAY.date(), last=MONDAY.date() + timedelta(days=365))
FOUR_AND_FOUR = (
    "submitted", "disposed", "visited", "refused", "disposal_rate", "visit_rate", "recurrence_rate",
    "satisfaction_rate",
)  # fmt: skip
"""四数四率 (Q-071, Q-072)."""


def told(code: str, tallies: Iterable[Tally], unit: str = "", attribution: Attribution = "any") -> Figure:
    """An indicator of a year, of one organisation or of all."""
    definition = DEFINITIONS[code]
    days = DEFAULT_WINDOWS[definition.window] if definition.window else 0
    late = YEAR.ends + timedelta(days=400)
    mine = [t for t in tallies if not unit or unit in units_of(t, attribution)]
    return figure(definition, [seen(t, ends=YEAR.ends, by=late) for t in mine], days)


def shown(code: str, tallies: Iterable[Tally], unit: str = "", attribution: Attribution = "any") -> str:
    """The same as it is shown."""
    return told(code, tallies, unit, attribution).shown
