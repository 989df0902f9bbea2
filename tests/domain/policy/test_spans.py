"""Typed lengths of time, and Chinese working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.base import CHINA
from domain.policy.spans import Calendar, Span, Unit
from tests.domain.support import shipped_calendar

PLAIN = Calendar()
instants = st.integers(0, 15 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=CHINA) + timedelta(minutes=n))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize("given", [{}, {"hours": 1, "calendar_days": 1}, {"hours": 0}, {"days": 1}, {"hours": -3}])
def test_a_length_names_exactly_one_unit_and_is_positive(given: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Span.model_validate(given)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_length_is_written_as_it_was_read(unit: Unit) -> None:
    span = Span.model_validate({unit.value: 3})
    assert (span.unit, span.count) == (unit, 3)
    assert span.model_dump(mode="json") == {unit.value: 3}
    assert Span.model_validate_json(span.model_dump_json()) == span
    assert str(span).startswith("3")


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-02T09:30", Span(minutes=90), "2026-03-02T11:00"),
        ("2026-03-02T23:00", Span(hours=24), "2026-03-03T23:00"),
        ("2026-03-02T09:30", Span(calendar_days=7), "2026-03-09T09:30"),
        ("2026-02-27T09:30", Span(calendar_days=2), "2026-03-01T09:30"),
        ("2026-01-31T09:30", Span(calendar_months=1), "2026-02-28T09:30"),
        ("2028-01-31T09:30", Span(calendar_months=1), "2028-02-29T09:30"),
        ("2026-11-15T09:30", Span(calendar_months=3), "2027-02-15T09:30"),
    ],
)
def test_hours_days_and_months_run_to_the_same_time_of_day(start: str, span: Span, end: str) -> None:
    assert PLAIN.after(at(start), span) == at(end)


def test_a_month_is_not_thirty_days() -> None:
    start = at("2026-03-02T09:00")
    assert PLAIN.after(start, Span(calendar_months=1)) != PLAIN.after(start, Span(calendar_days=30))


def test_a_month_is_counted_on_the_calendar_of_china_wherever_the_instant_was_written() -> None:
    late = datetime(2026, 1, 30, 17, tzinfo=UTC)  # already the 31st in China
    assert PLAIN.after(late, Span(calendar_months=1)) == at("2026-02-28T01:00")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02T09:00", 1, "2026-03-04T00:00"),  # Monday: the whole of Tuesday
        ("2026-03-06T16:00", 1, "2026-03-10T00:00"),  # Friday: Monday
        ("2026-03-07T10:00", 1, "2026-03-10T00:00"),  # Saturday: Monday
        ("2026-03-02T09:00", 5, "2026-03-10T00:00"),
    ],
)
def test_working_days_end_at_midnight_of_the_last_one(start: str, days: int, end: str) -> None:
    assert PLAIN.after(at(start), Span(working_days=days)) == at(end)


def test_holidays_do_not_count_and_make_up_weekend_days_do() -> None:
    calendar = shipped_calendar()
    # National Day 2026: 1 to 7 October off, Saturday the 10th worked in exchange.
    assert calendar.after(at("2026-09-30T15:00"), Span(working_days=3)) == at("2026-10-11T00:00")
    assert calendar.is_working(date(2026, 10, 10))
    assert not calendar.is_working(date(2026, 10, 1))
    assert not calendar.is_working(date(2026, 10, 11))


def test_the_calendar_names_its_edition_and_another_edition_counts_otherwise() -> None:
    closed = Calendar(edition="flood", holidays=[date(2026, 3, 3)])
    assert shipped_calendar().edition != closed.edition
    start, span = at("2026-03-02T09:00"), Span(working_days=1)
    assert closed.after(start, span) == PLAIN.after(start, span) + timedelta(days=1)


def test_the_shipped_calendar_holds_weekdays_off_and_weekend_days_on() -> None:
    calendar = shipped_calendar()
    assert all(day.weekday() < 5 for day in calendar.holidays)
    assert all(day.weekday() >= 5 for day in calendar.workdays)


@given(instants, st.integers(1, 30))
def test_working_days_contain_just_as_many_of_them(start: datetime, days: int) -> None:
    calendar = shipped_calendar()
    end = calendar.after(start, Span(working_days=days))
    assert end.time() == time(0)
    passed = [start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days)]
    assert sum(map(calendar.is_working, passed)) == days
    assert calendar.is_working(passed[-1])


@given(instants, st.sampled_from(list(Unit)), st.integers(1, 24))
def test_longer_never_ends_earlier(start: datetime, unit: Unit, count: int) -> None:
    calendar = shipped_calendar()
    shorter, longer = (Span.model_validate({unit.value: n}) for n in (count, count + 1))
    assert start < calendar.after(start, shorter) < calendar.after(start, longer)


@given(instants, st.integers(1, 36))
def test_months_never_spill_into_the_month_after(start: datetime, months: int) -> None:
    end = PLAIN.after(start, Span(calendar_months=months))
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day <= start.day
    assert end.time() == start.time()
