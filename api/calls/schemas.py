"""Where calls come from: what an analysis answers."""

from __future__ import annotations

from api.core.schemas import Shape
from api.indicators.schemas import MeaningItem, PeriodShape


class Counted(Shape):
    """Reports, how many of them repeated one of the same matter, of how many matters, and how many of these were
    resolved by now. `handled`: how many of the matters the trade's department has or had itself, none without a trade.
    """

    reports: int
    repeats: int
    matters: int
    resolved: int
    handled: int | None


class Origin(Counted):
    """What comes from one source, category, beat or hour (`00` to `23`, by the clock in China)."""

    code: str
    name: str


class Place(Counted):
    """A place that was reported more than once, and the matters there that the person sees, the latest first; without
    one its address is not told.
    """

    address: str
    dispute_nos: list[str]


class Calls(Shape):
    """Where the reports of a period come from (警源)."""

    period: PeriodShape
    organisation: str | None
    source: str | None
    trade: str | None
    total: Counted
    by_source: list[Origin]
    by_category: list[Origin]
    by_beat: list[Origin]
    by_hour: list[Origin]
    """all 24"""
    places: list[Place]
    """those with most reports"""
    definitions: list[MeaningItem]
