"""A new edition of the working calendar is checked before anybody counts by it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.policy.calendars.editions import NewEdition, YearAhead, edition_errors, year_ahead
from domain.policy.spans import Calendar
from tests.domain.support import shipped_calendar

TODAY = date(2026, 11, 26)


def edition(**more: object) -> NewEdition:
    """The one that ships, and the exchanges of 2027 that were announced in November."""
    shipped = shipped_calendar()
    said = {"edition": "2027-01", "holidays": shipped.holidays, "workdays": shipped.workdays, "reason": "国办发明电"}
    return NewEdition.model_validate({**said, **more})


def wrong(new: NewEdition) -> list[tuple[str, str]]:
    return [(e["field"], e["message"]) for e in edition_errors(new, shipped_calendar(), TODAY)]


def test_what_is_announced_for_the_coming_year_is_taken() -> None:
    shipped = shipped_calendar()
    new = edition(workdays=[*shipped.workdays, date(2027, 2, 20)], holidays=[*shipped.holidays, date(2027, 2, 11)])
    assert wrong(new) == []
    calendar = new.calendar()
    assert calendar.is_working(date(2027, 2, 20))
    assert not calendar.is_working(date(2027, 2, 11))


def test_what_has_passed_stays_as_it_was() -> None:
    shipped = shipped_calendar()
    new = edition(holidays=[day for day in shipped.holidays if day != date(2026, 10, 1)])
    assert ("holidays", "已过去的日子不能改动：2026-10-01") in wrong(new)


def test_slips_are_told_apart() -> None:
    shipped = shipped_calendar()
    assert wrong(edition(edition=shipped.edition)) == [("edition", "“2026-11”是现行版本的编号，请另取")]
    assert wrong(edition(holidays=[*shipped.holidays, date(2027, 2, 6)])) == [
        ("holidays", "2027-02-06是周末，本来休息，不必列出")]  # fmt: skip
    assert wrong(edition(workdays=[*shipped.workdays, date(2027, 2, 12)])) == [
        ("workdays", "2027-02-12是工作日，本来上班，不必列为调休")]  # fmt: skip
    assert wrong(edition(holidays=[*shipped.holidays, date(2027, 10, 1)])) == [("holidays", "2027-10-01重复")]
    assert wrong(edition(holidays=[*shipped.holidays, date(2031, 1, 1)]))[0] == (
        "holidays", "2031-01-01不在2025年至2028年之间")  # fmt: skip


def test_a_year_is_not_forgotten() -> None:
    shipped = shipped_calendar()
    this_year = [day for day in shipped.holidays if day.year == 2026]
    assert wrong(edition(holidays=this_year)) == [("holidays", "2027年只有0个放假日，是否漏列")]


def test_the_form_wants_a_name_days_and_the_notice_it_follows() -> None:
    for name, value in (("edition", "a b"), ("holidays", []), ("reason", " "), ("holidays", ["二月八日"])):
        with pytest.raises(ValidationError):
            edition(**{name: value})
    many = [date(2027, 1, 1) + timedelta(days=n) for n in range(201)]
    with pytest.raises(ValidationError):
        edition(holidays=many)


@pytest.mark.parametrize(("today", "longest", "wrong_from", "pressing"), [
    (date(2026, 10, 31), 5, date(2026, 12, 25), False),
    (date(2026, 11, 1), 0, date(2027, 1, 1), True),
    (date(2026, 12, 31), 1, date(2026, 12, 31), True),
])  # fmt: skip
def test_what_lacks_of_the_coming_year_is_told_before_it_is_needed(
    today: date, longest: int, wrong_from: date, pressing: bool
) -> None:
    shipped = shipped_calendar()  # with the festivals of 2027, without its exchanges
    lacks = year_ahead(shipped, today, longest)
    assert lacks == YearAhead(year=2027, holidays=False, wrong_from=wrong_from, pressing=pressing)
    this_year = Calendar(holidays=[day for day in shipped.holidays if day.year == 2026], workdays=shipped.workdays)
    lacks = year_ahead(this_year, today, longest)
    assert lacks
    assert lacks.holidays
    whole = Calendar(holidays=shipped.holidays, workdays=[*shipped.workdays, date(2027, 2, 20)])
    assert year_ahead(whole, today, longest) is None
