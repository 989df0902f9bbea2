"""How pressing a waiting task is: the classes of urgency an inbox is ordered by.

What a dispatcher asks first is what is late already, then how long is left: hours, a day, a week, more. Within a class
the real due time decides. A colour is in its deadlines already (a red has a day, a blue a month) and is not counted
twice; where the time has run out it alone still tells tasks apart, so what is overdue is classed by it.

The workflow publishes the facts: due date, `overdue`, whether the clock stands still, the task's weight. Only how much
time is left changes from minute to minute, and is reckoned when somebody looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

OVERDUE = 1000
"""From here on: overdue, the graver the higher (see `weight`)."""
SOON = ((timedelta(hours=4), 400), (timedelta(hours=24), 300), (timedelta(days=7), 200))
"""Less time than this is left: the class. The first that holds."""
LATER = 100
"""More time than that, no deadline at all, or one that stands still."""
ENDED = 0
NEVER = 2**40
"""Seconds left of what has no deadline, or one that stands still: more than anything that has."""


def weight(*, overdue: bool, rank: int, urgent: bool) -> int:
    """What a task weighs whatever the time: overdue, then the colour's rank, then 加急. Published with the task."""
    return OVERDUE * overdue + 100 * rank + 50 * urgent


def left(due_at: datetime | None, now: datetime, *, ahead: int = 0, suspended: bool = False) -> int:
    """Whole seconds left until a deadline, negative once it has passed; `ahead` is how many seconds a drill has moved
    the case's clock ahead of the wall's.
    """
    if due_at is None or suspended:
        return NEVER
    return int(due_at.timestamp()) - int(now.timestamp()) - ahead


def urgency(weighed: int, seconds: int) -> int:
    """The class of a waiting task of that weight with so many seconds left."""
    if weighed >= OVERDUE:
        return weighed
    return next((code for within, code in SOON if seconds <= within.total_seconds()), LATER)


def order(weighed: int, seconds: int) -> tuple[int, int, int]:
    """What waiting tasks are sorted by, the most pressing least: class, real due time, then weight."""
    return -urgency(weighed, seconds), seconds, -weighed
