"""The events of a published change: which of a case's tasks are new, fell due or are no longer asked.

Derived from the image that is about to be published and the states that were published before; codes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from domain.base import Model
from domain.case.state import Entry, Task
from domain.image.projection import Image
from domain.people.organisation import Post
from domain.transitions.timekeeping import gives_due_date

OPEN = ("open", "claimed")
RUNGS = ("reminder", "due", "overdue", "promotion")
"""Kinds of timeline entries by which a deadline calls."""
HANDED = ("delegated", "transfer_offered", "named")
"""Kinds of timeline entries by which a task is new to one person."""


class ChangeEventKind(StrEnum):
    """The kinds of `GET /v1/events`."""

    TASK_OPENED = "task_opened"
    """a question stands open, or is new to others: reassigned, delegated, offered"""
    TASK_DUE = "task_due"
    """a deadline called: a reminder, due, overdue, promoted"""
    TASK_RINGING = "task_ringing"
    """it rings at their desks: the first time, or at a level above (摇铃)"""
    TASK_VOID = "task_void"
    """nobody needs it answered any more"""
    DISPUTE_CHANGED = "dispute_changed"
    """the case is at a new revision"""


class ChangeEvent(Model):
    """One event and whom it concerns. Of a task: its addressees, its watchers and the persons who hold it.

    Of a dispute: addressees and holders of its open tasks, and of those that were open until this very change.
    """

    kind: ChangeEventKind
    task_id: str | None = None
    posts: list[tuple[str, str]]
    """(role, organisation path)"""
    persons: list[str] = []
    """person ids: who claimed it, prepares it as a delegate, or is offered it"""


def change_events(image: Image, *, stored: int, before: Mapping[str, str]) -> list[ChangeEvent]:
    """The events of an image after the revision `stored`; `before` holds the states its tasks had then, by task id."""
    tasks = [shown.task for shown in image.tasks]
    entries = [entry for entry in image.timeline if entry.revision > stored]
    handed = {(e.detail.get("task_id"), str(e.detail.get("person"))) for e in entries if e.kind in HANDED}
    reassigned = {entry.detail.get("task_id") for entry in entries if entry.kind == "reassigned"}
    events = []
    for task in tasks:
        was_open = before.get(task.task_id) in OPEN
        if task.pending and (not was_open or task.task_id in reassigned):
            events.append(_of_task(ChangeEventKind.TASK_OPENED, task))
        elif new := [person for person in _hands(task) if (task.task_id, person) in handed]:
            events.append(ChangeEvent(kind=ChangeEventKind.TASK_OPENED, task_id=task.task_id, posts=[], persons=new))
        if task.pending and _called(task, entries):
            events.append(_of_task(ChangeEventKind.TASK_DUE, task))
        events += _rings(task, entries)
        if was_open and task.state == "void":
            events.append(_of_task(ChangeEventKind.TASK_VOID, task))
    current = [task for task in tasks if task.pending or before.get(task.task_id) in OPEN]
    asked = [post for task in current for post in task.addressees]
    asked += [post for task in tasks if task.task_id in reassigned for post in task.former]
    persons = sorted({person for task in current for person in _hands(task)})
    return [*events, ChangeEvent(kind=ChangeEventKind.DISPUTE_CHANGED, posts=_codes(asked), persons=persons)]


def _rings(task: Task, entries: Iterable[Entry]) -> list[ChangeEvent]:
    """Bells that have begun to ring, and nobody has acknowledged yet."""
    if not (task.pending and task.delivery):
        return []
    levels = {e.detail["level"] for e in entries if e.kind == "rung" and e.detail.get("task_id") == task.task_id}
    bells = [bell for n, bell in enumerate(task.delivery.bells) if n in levels and not bell.acknowledged_at]
    return [
        ChangeEvent(kind=ChangeEventKind.TASK_RINGING, task_id=task.task_id, posts=_codes(bell.to)) for bell in bells
    ]


def _called(task: Task, entries: Iterable[Entry]) -> bool:
    called = (e.detail for e in entries if e.kind in RUNGS)
    return any(gives_due_date(str(rung.get("clock", "")), rung.get("task_id"), task) for rung in called)


def _of_task(kind: ChangeEventKind, task: Task) -> ChangeEvent:
    posts = _codes((*task.addressees, *task.watchers))
    return ChangeEvent(kind=kind, task_id=task.task_id, posts=posts, persons=_hands(task))


def _hands(task: Task) -> list[str]:
    return [person for person in (task.assignee, task.delegate, task.offered_to) if person]


def _codes(posts: Iterable[Post]) -> list[tuple[str, str]]:
    return sorted({(post.role, post.path) for post in posts})
