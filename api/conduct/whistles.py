"""Whistles read: a list of those within somebody's sight, and one with the tasks that came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.core.context import Services
from api.disputes.access import visible_dispute
from api.tasks.presenters import task_item
from api.tasks.schemas import TaskItem
from domain.case.state import Task
from domain.errors import NotFound
from domain.image.shown_summons import ShownWhistle
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.visibility import OPEN
from infra.read_model.workbench.whistles import tasks_of_whistles, whistles_in_sight


@dataclass(frozen=True)
class Blown:
    """A whistle, the case in which it was blown, and the tasks that came of it: by id, as the person stands to them."""

    case: DisputeRow
    whistle: ShownWhistle
    tasks: Mapping[str, TaskItem]

    @property
    def left(self) -> list[TaskItem]:
        """What is left to do, what is due first in front."""
        waits = [task for task in self.tasks.values() if task.state in OPEN]
        return sorted(waits, key=lambda task: (task.due_at is None, task.due_at or task.opened_at))


@dataclass(frozen=True)
class Whistles:
    """A page of them."""

    items: list[Blown]
    next_cursor: str | None


async def listed_whistles(
    services: Services, session: Session, actor: Actor, *, running: bool, limit: int, cursor: str | None
) -> Whistles:
    """The whistles in the cases that a person may see, the newest first; `running`: those of which something is left to
    do. Noted.
    """
    page = await whistles_in_sight(session, actor, running=running, limit=limit, cursor=cursor)
    now = datetime.now(UTC)
    found = []
    for row in page.rows:
        number = Task.model_validate(row.calls[0].sealed).about["summons"]
        blown = _blown(row.dispute, number, row.tasks, actor, now)
        if blown and (blown.left or not running):
            found.append(blown)
    asked = {"whistles": "running" if running else "all"}
    services.access.note_shown(actor.person_id, "conduct", asked, [each.case.dispute_no for each in found])
    return Whistles(found, page.next_cursor)


async def one_whistle(services: Services, session: Session, actor: Actor, dispute_no: str, number: int) -> Blown:
    """A whistle of a case; the reading is noted.

    Raises:
        NotFound: there is no such case for this person, or nobody whistled in it so often.
        NeedToKnow: the case is kept from him.
    """
    case = await visible_dispute(services, session, actor, dispute_no)
    services.access.note(actor.person_id, dispute_no, "conduct")
    tasks = await tasks_of_whistles(session, dispute_no)
    blown = _blown(case, number, tasks, actor, datetime.now(UTC))
    if blown is None:
        raise NotFound("没有这次吹哨")
    return blown


def _blown(case: DisputeRow, number: int, rows: Sequence[TaskRow], actor: Actor, now: datetime) -> Blown | None:
    told = next((each for each in case.sealed.get("summons") or [] if each["number"] == number), None)
    if told is None:
        return None
    items = [task_item(row, actor, now) for row in rows]
    return Blown(case, ShownWhistle.model_validate(told),
                 {item.task_id: item for item in items if item.about.get("summons") == number})  # fmt: skip
