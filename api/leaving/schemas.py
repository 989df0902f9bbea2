"""Leaving: what a person leaves behind, and that he has left."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import Shape
from api.people.schemas import FormerPost, PostHeld, Who
from domain.transitions.leaving.handing_on import How, What


class PostLeft(PostHeld):
    """A post of the person; `leaves`: whether it is one of those asked about."""

    leaves: bool


class WorkLeft(Shape):
    """A piece of work; with `ways` something has to be said of it before he leaves, without it follows by itself."""

    item: str
    what: What
    what_name: str
    title: str
    dispute_no: str | None
    task_id: str | None
    kind: str | None
    colour: str | None
    due_at: datetime | None
    ways: list[How]
    candidates: list[Who]


class LeavingPreview(Shape):
    """What a person would leave behind, a page of it; `must` counts the pieces of which something has to be said, and
    `nobody` those of them that nobody else could answer, so that they would go one level up.
    """

    person: Who
    posts: list[PostLeft]
    former: list[FormerPost]
    """posts held before, the latest first"""
    must: int
    nobody: int
    counts: dict[What, int]
    items: list[WorkLeft]
    next_cursor: str | None


class Left(Shape):
    """A leaving on record: which posts ended, and how many pieces of work went where."""

    leaving_id: str
    person: Who
    at: datetime
    posts: list[PostHeld]
    to_people: int
    to_colleagues: int
    up: int
    cases: int
    """disputes that are told of it"""
    account_closed: bool
    """he holds no post any more, and signs in no more"""
