"""What people are told when a case has moved on: which of its tasks are new, fell due or are no longer asked.

Told apart from the image that is about to be published and from what was published before; codes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from domain.base import Model
from domain.case.state import Entry, Task
from domain.image.projection import Image
from domain.people.organisation import Post
from domain.transitions.timekeeping import judges

OPEN = ("open", "claimed")
RUNGS = ("reminder", "due", "overdue", "promotion")
"""Kinds of timeline entries by which a deadline calls."""
HANDED = ("delegated", "transfer_offered")
"""Kinds of timeline entries by which a task is new to one person."""


class NewsKind(StrEnum):
    """The kinds of `GET /v1/events`."""

    TASK_OPENED = "task_opened"
    """a question stands open, or is new to others: reassigned, delegated, offered"""
    TASK_DUE = "task_due"
    """a deadline called: a reminder, due, overdue, promoted"""
    TASK_VOID = "task_void"
    """nobody needs it answered any more"""
    DISPUTE_CHANGED = "dispute_changed"
    """the case is at a new revision"""


class News(Model):
    """One piece of news: of a task for its posts (those asked and those that watch) and in whose hands it is; of a
    dispute for the same of its open tasks, and of those that were open until this very change, without who watches.
    """

    kind: NewsKind
    task_id: str | None = None
    posts: list[tuple[str, str]]
    """(role, organisation path)"""
    persons: list[str] = []
    """person ids: who claimed it, prepares it as a delegate, or is offered it"""


def news_of(image: Image, *, stored: int, before: Mapping[str, str]) -> list[News]:
    """What an image tells beyond the revision `stored`; `before` holds the states its tasks had then, by task id."""
    tasks = [shown.task for shown in image.tasks]
    entries = [entry for entry in image.timeline if entry.revision > stored]
    handed = {(e.detail.get("task_id"), str(e.detail.get("person"))) for e in entries if e.kind in HANDED}
    reassigned = {entry.detail.get("task_id") for entry in entries if entry.kind == "reassigned"}
    told = []
    for task in tasks:
        was_open = before.get(task.task_id) in OPEN
        if task.pending and (not was_open or task.task_id in reassigned):
            told.append(_of_task(NewsKind.TASK_OPENED, task))
        elif new := [person for person in _hands(task) if (task.task_id, person) in handed]:
            told.append(News(kind=NewsKind.TASK_OPENED, task_id=task.task_id, posts=[], persons=new))
        if task.pending and _called(task, entries):
            told.append(_of_task(NewsKind.TASK_DUE, task))
        if was_open and task.state == "void":
            told.append(_of_task(NewsKind.TASK_VOID, task))
    current = [task for task in tasks if task.pending or before.get(task.task_id) in OPEN]
    asked = [post for task in current for post in task.addressees]
    asked += [post for task in tasks if task.task_id in reassigned for post in task.former]
    persons = sorted({person for task in current for person in _hands(task)})
    return [*told, News(kind=NewsKind.DISPUTE_CHANGED, posts=_codes(asked), persons=persons)]


def _called(task: Task, entries: Iterable[Entry]) -> bool:
    called = (e.detail for e in entries if e.kind in RUNGS)
    return any(judges(str(rung.get("clock", "")), rung.get("task_id"), task) for rung in called)


def _of_task(kind: NewsKind, task: Task) -> News:
    posts = _codes((*task.addressees, *task.watchers))
    return News(kind=kind, task_id=task.task_id, posts=posts, persons=_hands(task))


def _hands(task: Task) -> list[str]:
    return [person for person in (task.assignee, task.delegate, task.offered_to) if person]


def _codes(posts: Iterable[Post]) -> list[tuple[str, str]]:
    return sorted({(post.role, post.path) for post in posts})
