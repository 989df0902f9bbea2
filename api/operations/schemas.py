"""Answers of operations: health, readiness, drill."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from api.core.schemas import Shape
from api.disputes.schemas import DisputeItem


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Stuck(Shape):
    """Something that waits longer than what passes by itself; `message` says it in words."""

    what: str
    count: int
    since: datetime | None
    message: str


class Ready(Shape):
    """Whether everything needed is there, and what is stuck."""

    status: Literal["ready", "stuck", "not_ready"]
    checks: dict[str, bool]
    stuck: list[Stuck]


class Advanced(Shape):
    """A dispute whose clock was moved forward."""

    dispute: DisputeItem
    advanced_by: str
    published: bool
    opened_at: datetime


class Digested(Shape):
    """How many people got a digest."""

    people: int
