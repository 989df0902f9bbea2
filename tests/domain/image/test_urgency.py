"""The order of an inbox: what is late, then what is due within hours, a day, a week, later; in each by due time."""

from __future__ import annotations

from datetime import timedelta

from domain.image.urgency import left, order, urgency, weight
from tests.domain.support import MONDAY


def place(
    *, hours: float | None = None, rank: int = 1, urgent: bool = False, overdue: bool = False, suspended: bool = False
) -> tuple[int, int, int]:
    """Where a task stands that has so many hours left, at its own clock's now."""
    due_at = MONDAY + timedelta(hours=hours) if hours is not None else None
    seconds = left(due_at, MONDAY, suspended=suspended)
    return order(weight(overdue=overdue, rank=rank, urgent=urgent), seconds)


def test_an_inbox_goes_by_real_due_time_within_classes_of_urgency() -> None:
    wanted = [
        place(hours=-1, rank=3, overdue=True),  # late: the graver first, for its time has run out like the others'
        place(hours=-90, rank=1, overdue=True, urgent=True),
        place(hours=-90, rank=1, overdue=True),
        place(hours=-80, rank=1, overdue=True),
        place(hours=-0.1, rank=1),  # not said to be late yet
        place(hours=1, rank=1),
        place(hours=3, rank=3),
        place(hours=3, rank=1, urgent=True),
        place(hours=3, rank=1),
        place(hours=20, rank=2),
        place(hours=25, rank=3),
        place(hours=29 * 24, rank=3),
        place(rank=2),  # no deadline
        place(hours=1, rank=1, suspended=True),  # one that stands still
    ]
    assert wanted == sorted(wanted)
    assert len(set(wanted)) == len(wanted)


def test_the_class_of_urgency_changes_with_the_hours_left() -> None:
    blue = weight(overdue=False, rank=1, urgent=False)
    hours = [4, 5, 24, 25, 7 * 24, 7 * 24 + 1]
    assert [urgency(blue, hour * 3600) for hour in hours] == [400, 300, 300, 200, 200, 100]
    late = weight(overdue=True, rank=1, urgent=False)
    assert urgency(late, 10**9) == late > 400


def test_in_a_drill_time_left_is_reckoned_by_the_cases_own_clock() -> None:
    due_at = MONDAY + timedelta(days=10)
    assert left(due_at, MONDAY, ahead=7 * 86_400) == 3 * 86_400
    assert left(due_at, MONDAY) == 10 * 86_400
