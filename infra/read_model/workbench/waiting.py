"""Tasks that wait within somebody's sight: late, taken by nobody, idle; by town and by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlmodel import col

from domain.people.organisation import Actor, within
from infra.database.columns import Instant
from infra.database.engine import Session
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import AFTER_SLASH, below
from infra.database.tables.people import PersonRow
from infra.database.tables.read_model import InvolvementRow, TaskRow
from infra.read_model.list_strategy import page_of, row_of
from infra.read_model.urgency_order import CURSOR, read_stood, stood, waiting_order
from infra.read_model.visibility import KNOWN, Whose, may_see, whose

WHATS = ("overdue", "soon", "red", "unsigned", "idle")
SOON = timedelta(hours=24)
MOST_PEOPLE = 200
_WAITS = text("task.state IN ('open', 'claimed')")
_SOON, _IDLE = bindparam("soon", type_=Instant()), bindparam("idle", type_=Instant())
_KINDS, _HANDS, _PLACES = range(3)
"""What a row of a standing says."""


@dataclass(frozen=True)
class Asked:
    """What is looked at: late, nearly late, red, taken by nobody, idle since an instant; in a town, with a person."""

    what: str
    now: datetime
    idle_since: datetime
    town: str = ""
    """path"""
    person: str = ""

    @property
    def instants(self) -> dict[str, datetime]:
        """What the queries, which are remembered, are given each time."""
        return {"soon": self.now + SOON, "idle": self.idle_since}


def _is(what: str) -> ColumnElement[bool]:
    task = TaskRow
    match what:
        case "overdue":
            return col(task.overdue) == true()
        case "soon":
            return and_(col(task.overdue) == false(), col(task.suspended) == false(), col(task.due_at) < _SOON)
        case "red":
            return col(task.colour) == "red"
        case "unsigned":
            # Of what waits; PostgreSQL would count twice how rare it is, and gather where it is to walk.
            return col(task.state) != "claimed"
        case _:
            return col(task.moved_at) < _IDLE


def _in_sight(actor: Actor) -> list[Any]:
    return [_WAITS, _seen(whose(actor))]


@lru_cache(KNOWN)
def _seen(whose: Whose) -> ColumnElement[bool]:
    """To make it takes longer than to ask it of a thousand tasks."""
    return may_see(whose.actor, col(TaskRow.dispute_no), each=True)


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    clauses = [_is(asked.what)]
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
    counts, by_town, hands = Counter[str](), Counter[str](), set[str]()
    query = _standing(whose(actor), asked.what, tuple(towns))
    for part, kinds, found, many in (await session.execute(query, asked.instants)).all():
        if part == _KINDS:
            counts.update({what: many for n, what in enumerate(WHATS) if kinds & 1 << n})
        elif part == _HANDS:
            hands.add(found)
        elif town := next((path for path in towns if found and within(found, path)), None):
            by_town[town] += many
    names = (
        select(col(PersonRow.person_id), col(PersonRow.name))
        .where(col(PersonRow.person_id).in_(sorted(hands)))
        .order_by(col(PersonRow.name), col(PersonRow.person_id))
    )
    people = [(row.person_id, row.name) for row in await session.execute(names.limit(MOST_PEOPLE))]
    return Standing({what: counts[what] for what in WHATS}, dict(by_town), people)


@lru_cache(KNOWN)
def _standing(whose: Whose, what: str, towns: tuple[str, ...]) -> Any:
    """Rows of what they say, kinds of trouble as a sum of two's powers, a person or a place, and how many."""
    # Whether a task is in sight is what takes time: it is asked once, and all its kinds of trouble told with it.
    kinds = sum((case((_is(each), 1 << n), else_=0) for n, each in enumerate(WHATS)), literal(0, Integer()))
    seen = (
        select(col(TaskRow.dispute_no), col(TaskRow.assignee).label("hand"), kinds.label("kinds"))
        .where(*_in_sight(whose.actor))
        .cte("seen")
        .prefix_with("MATERIALIZED")
    )
    asked = seen.c.kinds.bitwise_and(1 << WHATS.index(what)) != 0
    none, nobody = literal(0, Integer()), literal("")
    parts = [
        select(literal(_KINDS), seen.c.kinds, nobody, func.count()).group_by(seen.c.kinds),
        select(literal(_HANDS), none, seen.c.hand, none).where(asked, seen.c.hand.is_not(None)).distinct(),
    ]
    if towns:
        there = select(_place_in(towns, seen.c.dispute_no).label("place")).where(asked).subquery()
        parts.append(select(literal(_PLACES), none, there.c.place, func.count()).group_by(there.c.place))
    return union_all(*parts)


def _place_in(towns: Sequence[str], dispute_no: ColumnElement[str]) -> Any:
    """A place of a dispute that lies in a town, whichever: it is looked up with each task, and not joined."""
    home = InvolvementRow
    query = select(func.max(col(home.path))).where(
        col(home.dispute_no) == dispute_no, col(home.role) == "", col(home.path) >= min(towns),
        col(home.path) < max(towns) + AFTER_SLASH,
    )  # fmt: skip
    return query.scalar_subquery()


async def waiting_in_sight(session: Session, actor: Actor, asked: Asked, *, limit: int, cursor: str | None) -> Page:
    """The tasks themselves, the most urgent first; pages after the first are told as of the first one's `now`."""
    now, order, more = asked.now, waiting_order(), list[Any]()
    if cursor:
        began, *ended = read_cursor(cursor, str, *CURSOR)
        now = read_instant(began)
        more.append(tuple_(*order) > row_of(read_stood(ended), order))
    whole = not (asked.town or asked.person or more)
    page = _first_page(whose(actor), asked.what) if whole else _page(actor, [*_narrowed(asked), *more])
    rows = list((await session.execute(page, {**asked.instants, "limit": limit + 1})).scalars())
    end = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(now, *stood(end)) if end else None, now=now)


@lru_cache(KNOWN)
def _first_page(whose: Whose, what: str) -> Select[Any]:
    """The page that everybody asks for."""
    return _page(whose.actor, [_is(what)])


def _page(actor: Actor, wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """So many tasks as `limit` says: the index is walked in their order until they are found."""
    order = waiting_order()
    found = select(col(TaskRow.task_id)).where(*_in_sight(actor), *wanted).order_by(*order)
    return page_of(TaskRow, col(TaskRow.task_id), found.limit(bindparam("limit", type_=Integer())), order)
