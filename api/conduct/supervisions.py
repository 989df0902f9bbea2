"""Supervisions that nobody wrote: the process called them down, by a clock above all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from api.core.context import Services
from api.tasks.presenters import task_item
from api.tasks.schemas import TaskItem
from api.web.formatting import due, present, stamp
from api.web.organisation_labels import Offices
from api.web.rendering import View
from domain.people.organisation import Actor
from domain.policy.catalogue import title_of
from infra.database.engine import Session
from infra.read_model.workbench.supervisions import Standing, supervisions_in_sight

STATES = {"open": "待办理", "done": "已办理", "void": "已失效"}
MAY_ANSWER = ("free", "mine", "delegate", "offered")


@dataclass(frozen=True)
class Supervision:
    """One, as the person stands to it, and the case that it is about."""

    task: TaskItem
    title: str


async def listed_supervisions(
    services: Services, session: Session, actor: Actor, standing: Standing | None, limit: int, cursor: str | None
) -> tuple[list[Supervision], str | None]:
    """A page of those in the cases that a person may see, the newest first, and where the next begins. Noted."""
    page = await supervisions_in_sight(session, actor, standing, limit=limit, cursor=cursor)
    numbers = [called.dispute.dispute_no for called in page.rows]
    services.access.note_shown(actor.person_id, "conduct", {"supervisions": standing or "all"}, numbers)
    now = datetime.now(UTC)
    return [Supervision(task_item(task, actor, now), case.title) for task, case in page.rows], page.next_cursor


def supervision_view(found: Supervision, offices: Offices) -> View:
    """A supervision in the list: what called it, who is asked, and what was done about it."""
    task, now = found.task, present(found.task.ahead)
    answer, ended = task.decision, task.state in ("done", "void")
    said = (answer.fields.get("message") or answer.fields.get("reason") or "") if answer else ""
    return {
        "href": f"/tasks/{task.task_id}" if task.standing in MAY_ANSWER else f"/disputes/{task.dispute_no}",
        "what": str(task.about.get("title") or task.kind_name),
        "code": task.state,
        "state": STATES["open" if not ended else task.state],
        "who": offices.posts(task.posts),
        "due": None if ended else due(task.due_at, task.overdue, now, suspended=task.suspended),
        "late": task.overdue,
        "answer": title_of(task.kind, answer.name) if answer else "",
        "said": str(said),
        "by": " · ".join(filter(None, (answer.actor_name, stamp(task.ended_at, now)))) if answer else "",
        "void": task.void_reason or "",
        "opened": stamp(task.opened_at, now),
        "no": task.dispute_no,
        "title": found.title,
    }
