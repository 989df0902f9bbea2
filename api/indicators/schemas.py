"""Indicators: definitions, figures, and the disputes behind a number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.core.schemas import Listed, Shape
from api.disputes.schemas import DisputeItem
from domain.indicators.formulas import Comparison, Figure
from domain.indicators.ranking import Rank
from domain.policy.matters.matter import Matter


class MeaningItem(Shape):
    """What a figure means (口径)."""

    code: str
    name: str
    unit: str
    formula: str
    edge_cases: list[str]
    source: str
    """rows of the requirements"""
    source_words: str
    """the same as offices call it"""


class DefinitionItem(MeaningItem):
    """An indicator's definition."""

    section: str
    kind: Literal["rate", "count"]
    basis: str
    better: str
    window: str | None
    windows: list[int]
    marks: list[str]


class Compared(Shape):
    """Against the period before, and against a year before."""

    previous: Comparison
    year: Comparison


class FigureRow(Shape):
    """The figures of one group, by the indicator's code; the group's own key stands under the name of `by`."""

    name: str
    values: dict[str, Figure]
    compared: dict[str, Compared]
    ranks: dict[str, Rank] = {}
    """by the indicator's code, of organisations among those of their kind; of groups that are none, absent"""
    organisation: str | None = None
    responsible: str | None = None
    township: str | None = None
    month: str | None = None
    category: str | None = None
    colour: str | None = None
    source: str | None = None
    beat: str | None = None

    @property
    def group(self) -> str:
        """The group's own key; empty for the total."""
        keys = (self.organisation, self.responsible, self.township, self.month, self.category, self.colour,
                self.source, self.beat)  # fmt: skip
        return next(filter(None, keys), "")


class PeriodShape(Shape):
    """A period, both days inclusive; it closes at 24:00 of the last."""

    model_config = ConfigDict(validate_by_name=True)

    from_: date = Field(alias="from")
    to: date
    closes: datetime


class Indicators(Shape):
    """Definitions and figures."""

    period: PeriodShape
    as_of: date
    counted_at: datetime
    """统计截至: what was recorded by then is in the figures; a large count is kept for some minutes"""
    windows: dict[str, int]
    organisation: str | None
    attribution: str
    matter: Matter
    """the figures are of cases of this matter alone"""
    live_since: date
    by: str | None
    definitions: list[DefinitionItem]
    total: FigureRow
    rows: list[FigureRow]


class CountedDispute(DisputeItem):
    """A dispute behind a number."""

    counted_colour: str
    first_colour: str


class CasesBehind(Listed[CountedDispute]):
    """The disputes behind a number."""

    count: int
