"""督促台: the work that lies within somebody's sight and does not move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.core.context import Services
from api.tasks.presenters import task_item
from api.tasks.schemas import TaskItem
from domain.errors import NotEntitled
from domain.people.organisation import Actor
from domain.people.permissions import CASE_LOG_READERS, SEPARATE_ROLES
from domain.triage.places import Kind
from infra.database.engine import Session
from infra.read_model.workbench.waiting import WHATS, Asked, standing_of, waiting_in_sight

ANSWER_FOR = CASE_LOG_READERS - SEPARATE_ROLES
"""They answer for who is at work there, and so may see whose work lies idle. [DESIGN]"""
IDLE_DAYS = 3
"""Days without a step, from which on work lies idle. [DESIGN]"""
CALLED = {"overdue": "已超期", "soon": "一天内到期", "red": "红色", "unsigned": "无人签收",
          "idle": f"{IDLE_DAYS} 天没有动静"}  # fmt: skip
"""The kinds of trouble in words."""


@dataclass
class Desk:
    """What does not move: counted, also by town; who has it in hand, which is not counted; and a page of it."""

    what: str
    counts: dict[str, int]
    towns: list[tuple[str, str, int]]
    """code, name, how many"""
    people: list[tuple[str, str]]
    """who has any of it in hand: id and name"""
    items: list[TaskItem]
    next_cursor: str | None


async def desk(
    services: Services,
    session: Session,
    actor: Actor,
    what: str,
    *,
    town: str = "",
    person: str = "",
    limit: int,
    cursor: str | None = None,
) -> Desk:
    """What waits within the person's sight and is late, nearly late, red, taken by nobody, or idle; noted.

    Raises:
        NotEntitled: he does not answer for others' work.
    """
    if not actor.has_role(*ANSWER_FOR):
        raise NotEntitled
    now = datetime.now(UTC)
    directory = await services.directory.read(session)
    places = {listed.path: listed for listed in directory.of_kind(Kind.TOWN)}
    chosen = directory.get(town)
    what = what if what in WHATS else WHATS[0]
    asked = Asked(what, now, now - timedelta(days=IDLE_DAYS), chosen.path if chosen else "", person)
    standing = await standing_of(session, actor, asked, [*places])
    page = await waiting_in_sight(session, actor, asked, limit=limit, cursor=cursor)
    items = [task_item(row, actor, page.now) for row in page.rows]
    asked_for = {"what": what, "town": town, "person": person}
    services.access.note_shown(actor.person_id, "list:tasks", asked_for, [item.dispute_no for item in items])
    ranked = sorted(standing.towns.items(), key=lambda each: (-each[1], each[0]))
    named = [(places[path].code, places[path].name, count) for path, count in ranked]
    return Desk(what, standing.counts, named, standing.people, items, page.next_cursor)
