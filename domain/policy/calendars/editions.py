"""A new edition of the working calendar (放假与调休安排) and what keeps it from being used.

[DESIGN] What has passed stays as it was: whoever counts again later must come to the same day. Weekends are not listed
as holidays nor working days as exchanges, for either is a slip; a year with hardly a holiday was forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.base import Model
from domain.policy.fields import Day, Reasoned
from domain.policy.spans import Calendar

EDITION = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,19}$"
FEWEST = 5
"""Holidays on weekdays of a year: fewer were forgotten, 2026 has nineteen."""
MOST = 200
AHEAD = 2
"""Years after this one that an edition may speak of."""


class NewEdition(Reasoned):
    """An edition as an administrator publishes it; `reason` names the notice that it follows."""

    edition: Annotated[str, StringConstraints(pattern=EDITION, max_length=20)] = Field(title="版本号（如 2027-01）")
    holidays: list[Day] = Field(title="工作日中的放假日", min_length=1, max_length=MOST)
    workdays: list[Day] = Field([], title="周末中的调休上班日", max_length=MOST)

    def calendar(self) -> Calendar:
        """As cases carry it."""
        return Calendar(edition=self.edition, holidays=sorted(self.holidays), workdays=sorted(self.workdays))


class YearAhead(Model):
    """What a calendar lacks of the coming year, and the first working day on which something set by it may be due
    wrong.
    """

    year: int
    holidays: bool
    """no holidays of it are there: forgotten, or not announced yet"""
    wrong_from: date
    pressing: bool
    """it is late enough in the year that they are announced, and somebody has to enter them"""


ANNOUNCED = 11
"""The month in which the coming year's holidays have been announced since 2013. [DESIGN]"""


def year_ahead(calendar: Calendar, today: date, longest: int) -> YearAhead | None:
    """What lacks of the coming year, `longest` the most working days that a deadline counts; none where holidays and
    exchanges are there. A year without a single exchange was entered before the arrangements were announced.
    """
    year = today.year + 1
    holidays = sum(day.year == year for day in calendar.holidays) >= FEWEST
    if holidays and any(day.year == year for day in calendar.workdays):
        return None
    day = date(year, 1, 1)
    for _ in range(longest):
        day -= timedelta(days=1)
        while not calendar.is_working(day):
            day -= timedelta(days=1)
    return YearAhead(year=year, holidays=not holidays, wrong_from=day, pressing=today.month >= ANNOUNCED)


def edition_errors(new: NewEdition, current: Calendar, today: date) -> list[dict[str, str]]:
    """What is wrong with a new edition after the one in effect, `today` in China, as field errors."""
    if new.edition == current.edition:
        return [_error("edition", f"“{new.edition}”是现行版本的编号，请另取")]
    return [
        *_days("holidays", new.holidays, today, weekend=False),
        *_days("workdays", new.workdays, today, weekend=True),
        *_past("holidays", new.holidays, current.holidays, today),
        *_past("workdays", new.workdays, current.workdays, today),
        *_whole(new, current, today),
    ]


def _days(field: str, days: list[date], today: date, *, weekend: bool) -> Iterator[dict[str, str]]:
    last = today.year + AHEAD
    for day, times in Counter(days).items():
        if times > 1:
            yield _error(field, f"{day}重复")
        if not today.year - 1 <= day.year <= last:
            yield _error(field, f"{day}不在{today.year - 1}年至{last}年之间")
        elif (day.weekday() >= 5) != weekend:
            what = "是工作日，本来上班，不必列为调休" if weekend else "是周末，本来休息，不必列出"
            yield _error(field, f"{day}{what}")


def _past(field: str, new: list[date], current: list[date], today: date) -> Iterator[dict[str, str]]:
    since = date(today.year - 1, 1, 1)
    changed = {d for d in {*new} ^ {*current} if since <= d < today}
    if changed:
        shown = "、".join(str(day) for day in sorted(changed)[:5])
        yield _error(field, f"已过去的日子不能改动：{shown}")


def _whole(new: NewEdition, current: Calendar, today: date) -> Iterator[dict[str, str]]:
    """Each year it speaks of, this one, and those that the edition in effect has: none is forgotten."""
    counted = Counter(day.year for day in new.holidays)
    years = {today.year, *(d.year for d in (*new.workdays, *current.holidays) if d.year >= today.year), *counted}
    for year in sorted(year for year in years if year >= today.year):
        if counted[year] < FEWEST:
            yield _error("holidays", f"{year}年只有{counted[year]}个放假日，是否漏列")


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
