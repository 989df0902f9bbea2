"""Tasks that wait within somebody's sight: late, taken by nobody, idle; by town and by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, false, func, select, text, true, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.people.organisation import Actor, within
from infra.database.engine import Session
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import AFTER_SLASH, below
from infra.database.tables.people import PersonRow
from infra.database.tables.read_model import DECIDED, InvolvementRow, TaskRow, TimelineRow
from infra.read_model.list_strategy import page_of, row_of
from infra.read_model.urgency_order import place_in_order, waiting_order
from infra.read_model.visibility import KNOWN, Whose, may_see, whose

WHATS = ("overdue", "soon", "red", "unsigned", "idle")
SOON = timedelta(hours=24)
MOST_PEOPLE = 200
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
        .where(col(TimelineRow.dispute_no) == col(TaskRow.dispute_no), DECIDED)
        .order_by(col(TimelineRow.seq).desc())
        .limit(1)
        .correlate(TaskRow)
        .scalar_subquery()
    )
    return func.coalesce(step, col(TaskRow.opened_at))


def _in_sight(actor: Actor) -> list[Any]:
    return [_WAITS, _seen(whose(actor))]


@lru_cache(KNOWN)
def _seen(whose: Whose) -> ColumnElement[bool]:
    """To make it takes longer than to ask it of a thousand tasks."""
    return may_see(whose.actor, col(TaskRow.dispute_no), each=True)


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


@dataclass(frozen=True)
class Standing:
    """What does not move, counted: of each kind of trouble; and of what is asked, by the path of the town in which the
    dispute lies. `people` have any of it in hand, person id and name, by name: their work can be looked through and
    handed on. How much each has is not said: there is no figure on persons (docs/triage.md). [DESIGN]
    """

    counts: dict[str, int]
    towns: dict[str, int]
    people: list[tuple[str, str]]


async def standing_of(session: Session, actor: Actor, asked: Asked, towns: Sequence[str]) -> Standing:
    """All of it in one look over what waits within somebody's sight."""
    sums = [func.count(case((_is(what, asked), 1))) for what in WHATS]
    # As a column it would lead SQLite into the index of whose a task is: all of the county's years.
    hand = func.coalesce(col(TaskRow.assignee), "")
    query = (
        select(hand.label("hand"), case((_is(asked.what, asked), _place_in(towns))).label("place"), *sums)
        .where(*_in_sight(actor))
        .group_by("hand", "place")
    )
    counts, by_town, hands = Counter[str](), Counter[str](), set[str]()
    for assignee, place, *found in (await session.execute(query)).all():
        counts.update(dict(zip(WHATS, map(int, found), strict=True)))
        if not (of_it := int(found[WHATS.index(asked.what)])):
            continue
        if town := next((path for path in towns if place and within(place, path)), None):
            by_town[town] += of_it
        if assignee:
            hands.add(assignee)
    names = (
        select(col(PersonRow.person_id), col(PersonRow.name))
        .where(col(PersonRow.person_id).in_(sorted(hands)))
        .order_by(col(PersonRow.name), col(PersonRow.person_id))
    )
    people = [(row.person_id, row.name) for row in await session.execute(names.limit(MOST_PEOPLE))]
    return Standing({what: counts[what] for what in WHATS}, dict(by_town), people)


def _place_in(towns: Sequence[str]) -> Any:
    """A place of the task's dispute that lies in a town, whichever: it is looked up with each task, and not joined."""
    home = aliased(InvolvementRow)  # what is in sight asks the table itself
    bounds = (col(home.path) >= min(towns), col(home.path) < max(towns) + AFTER_SLASH) if towns else (false(),)
    query = select(func.max(col(home.path))).where(
        col(home.dispute_no) == col(TaskRow.dispute_no), col(home.role) == "", *bounds
    )
    return query.correlate(TaskRow).scalar_subquery()


async def waiting_in_sight(session: Session, actor: Actor, asked: Asked, *, limit: int, cursor: str | None) -> Page:
    """The tasks themselves, the most urgent first; pages after the first go by the first one's `now`."""
    now, more = asked.now, list[Any]()
    order = waiting_order(bindparam("now", type_=BigInteger()))
    if cursor:
        began, *ended = read_cursor(cursor, str, int, int, int, str)
        now = read_instant(began)
        more.append(tuple_(*order) > row_of(ended, order))
    wanted = select(col(TaskRow.task_id)).where(*_in_sight(actor), *_narrowed(asked), *more)
    page = page_of(TaskRow, col(TaskRow.task_id), wanted.order_by(*order).limit(limit + 1), order)
    rows = list((await session.execute(page, {"now": int(now.timestamp())})).scalars())
    end = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(now, *place_in_order(end, now)) if end else None, now=now)
