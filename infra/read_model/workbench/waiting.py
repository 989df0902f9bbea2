"""Tasks that wait within somebody's sight: late, taken by nobody, idle; by town and by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, false, func, or_, select, text, true, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import below
from infra.database.tables.people import PersonRow
from infra.database.tables.read_model import InvolvementRow, TaskRow, TimelineRow
from infra.read_model.list_strategy import row_of
from infra.read_model.urgency_order import place_in_order, waiting_order
from infra.read_model.visibility import may_see

WHATS = ("overdue", "soon", "red", "unsigned", "idle")
SOON = timedelta(hours=24)
MOST_PEOPLE = 50
_WAITS = text("task.state IN ('open', 'claimed')")


@dataclass(frozen=True)
class Asked:
    """What is looked at: late, nearly late, red, taken by nobody, idle since an instant; in a town, with a person."""

    what: str
    now: datetime
    idle_since: datetime
    town: str = ""
    """path"""
    person: str = ""


def _is(what: str, asked: Asked) -> ColumnElement[bool]:
    task = TaskRow
    match what:
        case "overdue":
            return col(task.overdue) == true()
        case "soon":
            return and_(col(task.overdue) == false(), col(task.suspended) == false(),
                        col(task.due_at) < asked.now + SOON)  # fmt: skip
        case "red":
            return col(task.colour) == "red"
        case "unsigned":
            return col(task.state) == "open"
        case _:
            return and_(col(task.opened_at) < asked.idle_since, _last_step() < asked.idle_since)


def _last_step() -> Any:
    """When somebody last decided anything in the task's dispute; when the task was opened, where nobody has."""
    step = (
        select(col(TimelineRow.at))
        .where(col(TimelineRow.dispute_no) == col(TaskRow.dispute_no), col(TimelineRow.kind) == "decision")
        .order_by(col(TimelineRow.seq).desc())
        .limit(1)
        .correlate(TaskRow)
        .scalar_subquery()
    )
    return func.coalesce(step, col(TaskRow.opened_at))


def _in_sight(actor: Actor) -> list[Any]:
    return [_WAITS, may_see(actor, col(TaskRow.dispute_no))]


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    clauses = [_is(asked.what, asked)]
    if asked.town:
        there = select(col(InvolvementRow.dispute_no)).where(
            below(col(InvolvementRow.path), asked.town), col(InvolvementRow.role) == ""
        )
        clauses.append(col(TaskRow.dispute_no).in_(there))
    if asked.person:
        clauses.append(col(TaskRow.assignee) == asked.person)
    return clauses


async def counts_of(session: Session, actor: Actor, asked: Asked) -> dict[str, int]:
    """How many tasks there are of each kind of trouble."""
    sums = [func.count(case((_is(what, asked), 1))) for what in WHATS]
    row = (await session.execute(select(*sums).select_from(TaskRow).where(*_in_sight(actor)))).one()
    return dict(zip(WHATS, map(int, row), strict=True))


async def by_town(session: Session, actor: Actor, asked: Asked, towns: Sequence[str]) -> dict[str, int]:
    """The same of what is asked, by the path of the town in which the dispute lies."""
    if not towns:
        return {}
    home = aliased(InvolvementRow)  # what is in sight asks the table itself
    town = case(*((below(col(home.path), path), path) for path in towns)).label("town")
    query = (
        select(town, func.count(func.distinct(col(TaskRow.task_id))))
        .select_from(TaskRow)
        .join(home, and_(col(home.dispute_no) == col(TaskRow.dispute_no), col(home.role) == ""))
        .where(*_in_sight(actor), _is(asked.what, asked), or_(*(below(col(home.path), path) for path in towns)))
        .group_by("town")
    )
    return {path: int(count) for path, count in (await session.execute(query)).all()}


async def by_person(session: Session, actor: Actor, asked: Asked) -> list[tuple[str, str, int]]:
    """The same by whoever has it in hand: person id, name, how many; who has most first."""
    query = (
        select(col(PersonRow.person_id), col(PersonRow.name), func.count())
        .select_from(TaskRow)
        .join(PersonRow, col(PersonRow.person_id) == col(TaskRow.assignee))
        .where(*_in_sight(actor), _is(asked.what, asked))
        .group_by(col(PersonRow.person_id), col(PersonRow.name))
        .order_by(func.count().desc(), col(PersonRow.person_id))
        .limit(MOST_PEOPLE)
    )
    return [(person_id, name, int(count)) for person_id, name, count in (await session.execute(query)).all()]


async def waiting_in_sight(session: Session, actor: Actor, asked: Asked, *, limit: int, cursor: str | None) -> Page:
    """The tasks themselves, the most urgent first; pages after the first go by the first one's `now`."""
    now, more = asked.now, list[Any]()
    order = waiting_order(bindparam("now", type_=BigInteger()))
    if cursor:
        began, *ended = read_cursor(cursor, str, int, int, int, str)
        now = read_instant(began)
        more.append(tuple_(*order) > row_of(ended, order))
    query = select(TaskRow).where(*_in_sight(actor), *_narrowed(asked), *more).order_by(*order).limit(limit + 1)
    rows = list((await session.execute(query, {"now": int(now.timestamp())})).scalars())
    end = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(now, *place_in_order(end, now)) if end else None, now=now)
