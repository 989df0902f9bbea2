"""Requests and answers of the audit: histories, replays as jobs, the access log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from api.audit.checking import Finding
from api.calendar.schemas import ToldDispute
from api.core.schemas import JsonObject, Shape
from api.disputes.schemas import Case, EntryItem
from api.incident_import.schemas import RowWrong
from domain.base import CHINA, Strict

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
"""Between these days a period may lie."""


class ReplayIn(Strict):
    """One dispute, or all that were begun in a period (dates in China, both inclusive)."""

    dispute_no: str | None = Field(default=None, min_length=1, max_length=40)
    since: date | None = Field(default=None, alias="from", ge=FIRST, le=LAST)
    to: date | None = Field(default=None, ge=FIRST, le=LAST)

    @model_validator(mode="after")
    def _one_or_period(self) -> Self:
        if (self.dispute_no is None) == (self.since is None or self.to is None):
            raise ValueError("请给出纠纷编号，或起止日期")
        if self.since and self.to and self.since > self.to:
            raise ValueError("起始日期不能晚于截止日期")
        return self

    def request(self) -> JsonObject:
        """What the job is asked: a dispute, or instants between which runs began."""
        if self.dispute_no:
            return {"dispute_no": self.dispute_no}
        assert self.since
        assert self.to
        until = self.to + timedelta(days=1)
        return {"since": _midnight(self.since).isoformat(), "until": _midnight(until).isoformat()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


class History(Shape):
    """The engine's own events, as `WorkflowHistory.from_json` reads them."""

    events: list[JsonObject]


class EventTold(Shape):
    """An event of the engine, in words."""

    event_id: int
    type: str
    title: str
    at: datetime


class EntryTold(Shape):
    """A line of the timeline at a moment."""

    seq: int
    kind: str
    title: str
    actor: str | None
    at: datetime | None = None
    about: JsonObject = {}


class Moment(Shape):
    """What woke the case, and what it did thereupon; `event_id` is the last event of it."""

    event_id: int
    at: datetime
    entries: list[EntryTold]
    events: list[EventTold]


class HistoryInWords(Shape):
    """A run's history for people; `after` holds the events behind the last moment."""

    dispute_no: str
    run: str
    events: int
    error: str | None
    items: list[Moment]
    after: list[EventTold]


class CaseAtEvent(Case):
    """The case as it stood after an event; what is not process is left out."""

    event: int
    events: int
    run: str
    timeline: list[EntryItem]


class JobAsked(Shape):
    """A job in the queue."""

    job_id: str


class JobItem(JobAsked):
    """A job as a list shows it."""

    kind: str
    state: Literal["queued", "running", "done", "failed"]
    done: int
    total: int | None
    asked_at: datetime
    finished_at: datetime | None
    request: JsonObject
    error: str | None


class Job(JobItem):
    """A job as it stands, with what came of it."""

    results: list[Finding]
    untold: list[ToldDispute] = []
    """of an edition of the calendar: the disputes that could not be told"""
    created: int = 0
    """of a spreadsheet of incidents: rows that began a dispute, or would"""
    joined: int = 0
    """rows that were added to one, or would be"""
    known: int = 0
    """rows that were registered before, or stand twice in the file"""
    failed: int = 0
    errors: list[RowWrong] = []
    """the first things that are wrong with its rows"""
