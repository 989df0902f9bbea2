"""Deadlines: a budget, a ledger of suspensions, rungs that fire once and in order."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.case.clocks import Clock, start_clock
from domain.policy.rungs import Rungs
from domain.policy.spans import Calendar, Span
from tests.domain.support import MONDAY

CALENDAR = Calendar()
ALL = Rungs(remind_at=[0.5, 0.9], supervise_after=Span(hours=1), promote_after=Span(calendar_days=1))
DAY = timedelta(days=1)


def clock(days: int = 10, **more: object) -> Clock:
    return start_clock(
        "colour", "处置时限", now=MONDAY, limit=Span(calendar_days=days), calendar=CALENDAR, rungs=ALL,
        suspendable=True, extendable=True,
    ).model_copy(update=more)  # fmt: skip


def fire_all(running: Clock, now: datetime) -> list[str]:
    fired = []
    while (rung := running.next_rung(CALENDAR)) and rung[0] <= now:
        running.fired.append(rung[1])
        fired.append(rung[1])
    return fired


def test_rungs_stand_in_order_reminders_due_overdue_supervision_promotion() -> None:
    names = [name for _, name in clock().ladder(CALENDAR)]
    assert names == ["reminder_1", "reminder_2", "due", "overdue", "supervision", "promotion"]
    instants = [at for at, _ in clock().ladder(CALENDAR)]
    assert instants == sorted(instants)
    assert instants[0] == MONDAY + 5 * DAY
    assert instants[4] == MONDAY + 10 * DAY + timedelta(hours=1)
    assert instants[5] == instants[4] + DAY


def test_each_rung_fires_once_and_in_order_over_a_gap() -> None:
    running = clock()
    assert fire_all(running, MONDAY + 6 * DAY) == ["reminder_1"]
    assert fire_all(running, MONDAY + 6 * DAY) == []
    assert fire_all(running, MONDAY + 60 * DAY) == ["reminder_2", "due", "overdue", "supervision", "promotion"]
    assert running.next_rung(CALENDAR) is None


def test_a_clock_without_supervision_ends_at_overdue() -> None:
    names = [name for _, name in clock(rungs=Rungs()).ladder(CALENDAR)]
    assert names == ["due", "overdue"]


def test_a_clock_whose_silence_is_an_answer_decides_and_is_never_overdue() -> None:
    assert [name for _, name in clock(decides="accept").ladder(CALENDAR)] == ["reminder_1", "reminder_2", "decides"]


def test_a_suspension_moves_the_deadline_by_as_long_as_it_lasted() -> None:
    running = clock()
    running.suspend(MONDAY + 2 * DAY, "等待鉴定")
    assert running.state == "suspended"
    running.resume(MONDAY + 5 * DAY)
    assert running.due_at == MONDAY + 13 * DAY
    assert running.state == "running"
    (moved,) = running.moved
    assert (moved.was, moved.now, moved.reason) == (MONDAY + 10 * DAY, MONDAY + 13 * DAY, "等待鉴定")
    (ledger,) = running.suspensions
    assert (ledger.since, ledger.ended_at) == (MONDAY + 2 * DAY, MONDAY + 5 * DAY)


def test_a_suspended_clock_fires_nothing_and_keeps_what_was_left() -> None:
    running = clock()
    running.suspend(MONDAY + 9 * DAY, "等待鉴定")
    assert running.next_rung(CALENDAR) is None
    assert running.remaining(MONDAY + 400 * DAY) == DAY
    assert not running.overdue


def test_an_extension_keeps_the_old_deadline_on_record_and_lifts_overdue() -> None:
    running = clock()
    fire_all(running, MONDAY + 11 * DAY)
    running.overdue = True
    running.extend(MONDAY + 11 * DAY, MONDAY + 20 * DAY, "案情复杂")
    assert (running.moved[-1].was, running.moved[-1].now) == (MONDAY + 10 * DAY, MONDAY + 20 * DAY)
    assert not running.overdue
    assert running.next_rung(CALENDAR) == (MONDAY + 20 * DAY, "due")  # reminders already given are not given again


def test_shortening_never_lengthens() -> None:
    running = clock()
    running.shorten(MONDAY + DAY, MONDAY + 30 * DAY, "升级")
    assert running.due_at == MONDAY + 10 * DAY
    assert not running.moved
    running.shorten(MONDAY + DAY, MONDAY + 2 * DAY, "升级")
    assert running.due_at == MONDAY + 2 * DAY


def test_shortening_what_stands_still_leaves_the_new_limit_and_no_more() -> None:
    running = clock(30)
    running.suspend(MONDAY + DAY, "等待鉴定")
    now = MONDAY + 10 * DAY
    running.shorten(now, now + 7 * DAY, "升级")
    assert running.remaining(now) == 7 * DAY
    running.resume(now)
    assert running.due_at == now + 7 * DAY


def test_a_stopped_clock_is_met_or_missed_for_good() -> None:
    met, missed = clock(), clock(overdue=True)
    for each in (met, missed):
        each.stop(MONDAY + DAY)
        each.stop(MONDAY + 2 * DAY)
        assert each.stopped_at == MONDAY + DAY
        assert each.next_rung(CALENDAR) is None
    assert (met.state, missed.state) == ("met", "missed")


def test_stopping_a_suspended_clock_closes_its_ledger() -> None:
    running = clock()
    running.suspend(MONDAY, "等待鉴定")
    running.stop(MONDAY + DAY)
    assert running.suspensions[-1].ended_at == MONDAY + DAY
    assert not running.suspended
    assert running.state == "met"


stretches = st.lists(st.tuples(st.integers(0, 72), st.integers(0, 72)), max_size=6)


@given(stretches)
def test_suspensions_never_eat_of_the_budget(stretches: list[tuple[int, int]]) -> None:
    running, now, worked = clock(60), MONDAY, timedelta()
    for runs, stands in stretches:
        now += timedelta(hours=runs)
        worked += timedelta(hours=runs)
        running.suspend(now, "等待鉴定")
        now += timedelta(hours=stands)
        assert running.remaining(now) == 60 * DAY - worked
        running.resume(now)
    assert running.due_at - now == 60 * DAY - worked
    assert [m.was for m in running.moved][1:] == [m.now for m in running.moved][:-1]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_however_often_it_is_looked_at_the_same_rungs_fire_in_the_same_order(steps: list[int]) -> None:
    running, now, fired = clock(), MONDAY, []
    for hours in steps:
        now += timedelta(hours=hours)
        fired += fire_all(running, now)
    at_once = clock()
    assert fired == fire_all(at_once, now)
    assert len(set(fired)) == len(fired)
