"""What lies ahead: the entries that a dispute's timeline will get by itself."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import Shape


class Ahead(Shape):
    """Something that will happen if nobody acts: a `kind` of the timeline (reminder, due, overdue, expired …)."""

    at: datetime
    kind: str
    title: str


class Outlook(Shape):
    """What is to come in order, from now on `until`, which is the dispute's own time; none of a closed one."""

    dispute_no: str
    until: datetime | None
    items: list[Ahead]
