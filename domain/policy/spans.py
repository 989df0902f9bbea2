"""Typed lengths of time and the editable calendar of Chinese working days.

A bare number of days has cost others dear (a "day" that meant eight business hours), so a length always names its
unit. Hours, calendar days and months run to the same time of day; working days end at 24:00 of the last one, as
periods counted in days do by 民法典 第201, 203条. `{midnights: 1}` ends with today.
"""

from __future__ import annotations

import calendar as _months
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property

from pydantic import Field, model_serializer, model_validator

from domain.base import CHINA, Model, Strict, china


class Unit(StrEnum):
    """The units a playbook may use."""

    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"
    WORKING_DAYS = "working_days"
    MIDNIGHTS = "midnights"


LAST_HOURS = timedelta(hours=2)
"""[DESIGN] Who is asked that late in a day has so long all the same."""
_NAMES = {
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.CALENDAR_DAYS: "天",
    Unit.CALENDAR_MONTHS: "个月",
    Unit.WORKING_DAYS: "个工作日",
    Unit.MIDNIGHTS: "个24时（当日为第一个）",
}


class Span(Strict):
    """A length of time in exactly one unit: `{hours: 24}`, `{working_days: 3}`."""

    minutes: int | None = Field(None, gt=0)
    hours: int | None = Field(None, gt=0)
    calendar_days: int | None = Field(None, gt=0)
    calendar_months: int | None = Field(None, gt=0)
    working_days: int | None = Field(None, gt=0)
    midnights: int | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Span:
        named = [f"{unit}: {getattr(self, unit)}" for unit in Unit if getattr(self, unit) is not None]
        if len(named) != 1:
            written = ", ".join(named)
            raise ValueError(f"a length of time names exactly one unit, not {{{written}}}: {', '.join(Unit)}")
        return self

    @model_serializer
    def _as_written(self) -> dict[str, int]:
        return {self.unit.value: self.count}

    @cached_property
    def unit(self) -> Unit:
        """The one unit that is set."""
        return next(unit for unit in Unit if getattr(self, unit) is not None)

    @property
    def count(self) -> int:
        """How many of the unit."""
        return int(getattr(self, self.unit))

    def __str__(self) -> str:
        return f"{self.count}{_NAMES[self.unit]}"


class Calendar(Model):
    """One edition of the working calendar: public holidays on weekdays, and weekend days worked in exchange (调休).

    A case carries the edition it counts by; a new one arrives as the signal `calendar_edition`.
    """

    edition: str = "plain"
    holidays: list[date] = []
    workdays: list[date] = []

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def after(self, start: datetime, span: Span) -> datetime:
        """The instant `span` after `start`; see the module for how each unit counts."""
        n = span.count
        match span.unit:
            case Unit.MINUTES:
                return start + timedelta(minutes=n)
            case Unit.HOURS:
                return start + timedelta(hours=n)
            case Unit.CALENDAR_DAYS:
                return start + timedelta(days=n)
            case Unit.CALENDAR_MONTHS:
                return _add_months(start, n)
            case Unit.WORKING_DAYS:
                return self._working_days_after(start, n)
            case Unit.MIDNIGHTS:
                midnight = datetime.combine(china(start).date() + timedelta(days=n), time(), CHINA)
                return max(midnight, start + LAST_HOURS)

    def _working_days_after(self, start: datetime, n: int) -> datetime:
        day = china(start).date()
        while n:
            day += timedelta(days=1)
            n -= self.is_working(day)
        return datetime.combine(day + timedelta(days=1), time(), CHINA)


def _add_months(start: datetime, n: int) -> datetime:
    """The same day `n` months on, or the last day of that month where it has none (31 January -> 28 February)."""
    local = china(start)
    years, month0 = divmod(local.month - 1 + n, 12)
    year, month = local.year + years, month0 + 1
    day = min(local.day, _months.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)
