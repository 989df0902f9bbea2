"""Periods of whole days by the clock in China, and which earlier ones they are compared with (同比, 环比).

A period closes at 24:00 of its last day (requirements F.1); both of its dates belong to it.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta

from domain.base import CHINA, Model


def midnight_after(day: date) -> datetime:
    """24:00 of a day."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


class Period(Model):
    """From the first to the last day, both inclusive."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """0:00 of the first day."""
        return datetime.combine(self.first, time(), CHINA)

    @property
    def ends(self) -> datetime:
        """24:00 of the last day: the first instant that is no longer in it."""
        return midnight_after(self.last)

    @property
    def before(self) -> Period:
        """环比: as many months before where it begins with a month, to the same day; else as many days before.

        A period that ends with its month is compared with one that ends with its month too.
        """
        if self.first.day != 1:
            length = self.last - self.first + timedelta(days=1)
            return Period(first=self.first - length, last=self.last - length)
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return Period(first=_shift(self.first, -months), last=_shift(self.last, -months, to_end=_ends_month(self.last)))

    @property
    def year_before(self) -> Period:
        """同比: the same dates a year before; the leap day has no counterpart and is left out."""
        return Period(first=_shift(self.first, -12), last=_shift(self.last, -12))


def months_back(day: date, count: int) -> list[str]:
    """So many months up to that of a day, the earliest first: `2026-11`."""
    last = day.year * 12 + day.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(last - count + 1, last + 1)]


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).month != day.month


def _shift(day: date, months: int, *, to_end: bool = False) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, length if to_end else min(day.day, length))
