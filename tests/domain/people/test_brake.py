"""The brake on guessing rises with what was tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.people.brake import OF_ACCOUNT, held_back

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)


def guessed(every: timedelta, hours: int) -> int:
    """How many guesses somebody gets who tries so often for so long."""
    tried: list[datetime] = []
    at = AT
    while at < AT + timedelta(hours=hours):
        if not held_back(tried, at, OF_ACCOUNT):
            tried.append(at)
        at += every
    return len(tried)


def test_ten_in_a_minute_thirty_in_an_hour_a_hundred_in_a_day() -> None:
    second = timedelta(seconds=1)
    assert guessed(second, 1) == 30
    assert guessed(10 * second, 24) == 100
    assert guessed(timedelta(minutes=15), 24) == 96, "whoever mistypes now and then does not notice it"


def test_after_a_minute_one_may_try_again() -> None:
    tried = [AT] * OF_ACCOUNT[0].most
    assert held_back(tried, AT + timedelta(seconds=59), OF_ACCOUNT)
    assert not held_back(tried, AT + timedelta(seconds=61), OF_ACCOUNT)
