"""Answers of the audit: histories, jobs, the access log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from api.audit.checking import Finding
from api.core.schemas import Shape
from api.disputes.schemas import Case, EntryItem


class History(Shape):
    """The engine's own events, as `WorkflowHistory.from_json` reads them."""

    events: list[dict[str, Any]]


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
    about: dict[str, Any] = {}


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
    request: dict[str, Any]
    error: str | None


class Job(JobItem):
    """A job as it stands, with what came of it."""

    results: list[Finding]


class AccessItem(Shape):
    """Who read or tried what; `outcome` is `ok` or the code of the refusal."""

    access_id: str
    at: datetime
    person_id: str | None
    name: str | None
    username: str | None
    dispute_no: str | None
    what: str
    outcome: str
