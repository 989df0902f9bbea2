"""The calendar in effect, its editions, and what came of telling one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from api.core.schemas import Shape
from domain.base import Model


class Telling(Shape):
    """How far the job is that tells an edition to the open disputes."""

    job_id: str
    state: Literal["queued", "running", "done", "failed"]
    done: int
    total: int | None


class Edition(Shape):
    """An edition as it was published; `published_at` is none of the one that ships."""

    edition: str
    holidays: list[date]
    workdays: list[date]
    published_at: datetime | None
    published_by: str | None
    reason: str | None
    telling: Telling | None


class Published(Shape):
    """An edition that is in effect now, and the job that tells it."""

    edition: str
    job_id: str


class Tried(Model):
    """What an edition would change: days that are worked no more, days that are worked then, and how many open disputes
    would be told.
    """

    off: list[date]
    on: list[date]
    told: int


class ToldDispute(Model):
    """Whether an open dispute counts by the edition now; `error` says by a code why not."""

    dispute_no: str
    told: bool
    error: str | None = None
