"""Reading tasks for a person: the inbox, one task, who may answer it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.errors import FieldsInvalid
from domain.people import entitlement
from domain.people.entitlement import Holder
from domain.people.organisation import Actor, Post, lineage
from domain.policy.stages import Stage
from domain.transitions.message import Seen
from infra.database.engine import Database
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.statements import Statement
from infra.database.tables.people import PersonRow, PostRow
from infra.database.tables.read_model import AddresseeRow, BarredRow, DisputeRow, TaskRow
from infra.read_model.disputes import _in_words
from infra.read_model.list_strategy import page_of, row_of
from infra.read_model.stored_state import StoredState, as_found, found_beside
from infra.read_model.urgency_order import CURSOR, read_stood, stood, waiting_order
from infra.read_model.visibility import (
    KNOWN,
    OPEN,
    Whose,
    addressed_to,
    asked_tasks,
    held_tasks,
    holders,
    in_sight,
    left_to,
    may_open,
    watched_tasks,
    whose,
)
from infra.records.people import PersonAtPost, at_post

MOST_RINGS = 20
"""Rings that a desk is told of at once."""
_LIMIT = bindparam("limit", type_=Integer())
_WITH_DISPUTE = Statement(
    lambda dialect: (
        select(
            *(getattr(TaskRow, name) for name in TaskRow.model_fields),
            col(DisputeRow.stage),
            col(DisputeRow.round),
            *found_beside(dialect),
        )
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(TaskRow.dispute_no))
        .where(col(TaskRow.task_id) == bindparam("task_id"))
    )
)


class FoundTask(NamedTuple):
    """A task that somebody acts on, and how the read model has its dispute: for the message, and for its answer."""

    row: TaskRow
    seen: Seen
    stored: StoredState


def order_opened(row: TaskRow) -> int:
    """Tasks opened in one go stand in the order they were asked in, the lead before those who cooperate."""
    return int(row.sealed["opened_revision"])


async def tasks_of(session: AsyncSession, dispute_no: str) -> list[TaskRow]:
    """A dispute's tasks, oldest first."""
    query = select(TaskRow).where(col(TaskRow.dispute_no) == dispute_no)
    rows = list((await session.execute(query)).scalars())
    return sorted(rows, key=order_opened)


async def tasks_answered(session: AsyncSession, dispute_no: str) -> list[TaskRow]:
    """A dispute's answered tasks, in the order in which they were asked."""
    query = select(TaskRow).where(col(TaskRow.dispute_no) == dispute_no, col(TaskRow.state) == "done")
    return list((await session.execute(query.order_by(col(TaskRow.task_id)))).scalars())


async def signed_within(session: AsyncSession, person_id: str, begins: datetime, ends: datetime) -> list[str]:
    """The ids of the assignments that a person has accepted from one instant until before another."""
    query = select(col(TaskRow.task_id)).where(
        col(TaskRow.decided_by) == person_id,
        col(TaskRow.state) == "done",
        col(TaskRow.kind) == "accept_assignment",
        col(TaskRow.ended_at) >= begins,
        col(TaskRow.ended_at) < ends,
    )
    return list((await session.execute(query.order_by(col(TaskRow.task_id)))).scalars())


async def open_tasks_of(session: AsyncSession, dispute_no: str, task_id: str) -> list[TaskRow]:
    """A dispute's open tasks and the one of that id, oldest first."""
    wanted = or_(col(TaskRow.state).in_(OPEN), col(TaskRow.task_id) == task_id)
    rows = list((await session.execute(select(TaskRow).where(col(TaskRow.dispute_no) == dispute_no, wanted))).scalars())
    return sorted(rows, key=order_opened)


async def find_task(session: AsyncSession, actor: Actor, task_id: str) -> TaskRow | None:
    """One task, if its dispute is within the person's sight, he is asked himself, helps with it or is offered it."""
    row = await session.get(TaskRow, task_id)
    return row if row and await _concerns(session, actor, row) else None


async def works_on(session: AsyncSession, actor: Actor, dispute_no: str) -> bool:
    """Whether an open task of a dispute is the person's, or of somebody's he deputises for: to take, to answer, or to
    prepare.
    """
    mine = [query for capacity in actor.capacities for query in (*asked_tasks(capacity), *held_tasks(capacity))]
    found = select(col(TaskRow.task_id)).where(
        col(TaskRow.dispute_no) == dispute_no, col(TaskRow.state).in_(OPEN), _among(mine)
    )
    return (await session.execute(found.limit(1))).first() is not None


async def find_task_at(database: Database, session: AsyncSession, actor: Actor, task_id: str) -> FoundTask | None:
    """The same, with how the read model has the task's dispute; the session is seldom needed."""
    found = await database.ask(_WITH_DISPUTE, {"task_id": task_id})
    if not found:
        return None
    row = TaskRow(**dict(zip(TaskRow.model_fields, found[0], strict=False)))
    stage, number, *beside = found[0][len(TaskRow.model_fields) :]
    stored = as_found(beside)
    seen = Seen(revision=stored.revision, stage=Stage(stage), round=number)
    return FoundTask(row, seen, stored) if await _concerns(session, actor, row) else None


async def _concerns(session: AsyncSession, actor: Actor, row: TaskRow) -> bool:
    if {row.delegate, row.offered_to} & set(holders(actor)):
        return True
    if any(Post(**post) in actor.reach for post in (*row.sealed["addressees"], *row.sealed["watchers"])):
        return True  # the usual case, without the long query below
    seen = in_sight(actor, col(TaskRow.dispute_no))
    asked = or_(seen, addressed_to(actor, watches=False), addressed_to(actor, watches=True), left_to(actor))
    query = select(col(TaskRow.task_id)).where(col(TaskRow.task_id) == row.task_id, asked)
    return (await session.execute(query)).scalar_one_or_none() is not None


async def task_exists(session: AsyncSession, task_id: str) -> bool:
    """Whether there is such a task, without a check of who asks."""
    return await session.get(TaskRow, task_id) is not None


def _box(actor: Actor, box: str) -> list[ColumnElement[bool]]:
    match box:
        case "todo":
            mine = [q for c in actor.capacities for q in (*held_tasks(c), *asked_tasks(c))]
            return [col(TaskRow.state).in_(OPEN), _among(mine)]
        case "mine":
            return [col(TaskRow.state) == "claimed", _among([q for c in actor.capacities for q in held_tasks(c)])]
        case "claimable":
            return [col(TaskRow.state).in_(OPEN), _among([q for c in actor.capacities for q in asked_tasks(c)])]
        case "done":
            by_or_for = or_(col(TaskRow.decided_by) == actor.person_id, col(TaskRow.decided_for) == actor.person_id)
            return [col(TaskRow.state) == "done", by_or_for]
        case "watched":
            opened = may_open(actor, col(TaskRow.dispute_no))  # of others he is told by the list of disputes
            return [col(TaskRow.state).in_(OPEN), _among(watched_tasks(actor)), opened]
        case _:
            raise FieldsInvalid(errors=[{"field": "box", "message": "只能是todo、mine、claimable、done、watched之一"}])


def _among(tasks: Sequence[Select[str]]) -> ColumnElement[bool]:
    return col(TaskRow.task_id).in_(union(*tasks)) if tasks else false()


class InboxFilter(Model):
    """The filters of the inbox."""

    kind: str | None = None
    colour: str | None = None
    due_before: datetime | None = None
    q: str | None = None


def _filters(f: InboxFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if f.kind:
        clauses.append(col(TaskRow.kind) == f.kind)
    if f.colour:
        clauses.append(col(TaskRow.colour) == f.colour)
    if f.due_before:
        clauses.append(col(TaskRow.due_at) < f.due_before)
    if f.q:
        clauses.append(or_(*(_in_words(c.icontains, f.q) for c in (col(TaskRow.title), col(TaskRow.dispute_no)))))
    return clauses


def _order(box: str) -> list[Any]:
    return waiting_order() if box != "done" else [col(TaskRow.task_id)]


def _page(actor: Actor, box: str, more: Sequence[ColumnElement[bool]] = ()) -> Select[Any]:
    """A page of a box, of so many rows as `limit` says."""
    task_id: Any = col(TaskRow.task_id)
    order = _order(box)
    there = [_among(_first_done(actor, more))] if box == "done" else [*_box(actor, box), *more]
    wanted = select(task_id).where(*there).order_by(*order).limit(_LIMIT)
    return page_of(TaskRow, task_id, wanted, order)


def _first_done(actor: Actor, more: Sequence[ColumnElement[bool]]) -> list[Select[str]]:
    """As much as a page of what somebody decided himself, and of what was decided for him: each walked along an index
    of its own. Of both at once PostgreSQL at times reads the tasks of the whole county, in the hope of a full page.
    """
    task_id: Any = col(TaskRow.task_id)
    done = select(task_id).where(col(TaskRow.state) == "done", *more).order_by(task_id).limit(_LIMIT)
    decided = col(TaskRow.decided_by), col(TaskRow.decided_for)
    return [select(done.where(column == actor.person_id).subquery()) for column in decided]


@lru_cache(maxsize=KNOWN)
def _first_page(whose: Whose, box: str, *, of_kind: bool) -> Select[Any]:
    """The page that everybody asks for: of all that is in the box, or, as the board does, of the `kind` given."""
    return _page(whose.actor, box, [col(TaskRow.kind) == bindparam("kind")] if of_kind else [])


async def inbox(
    session: AsyncSession, actor: Actor, box: str, f: InboxFilter, *, limit: int, cursor: str | None, now: datetime
) -> Page:
    """A box of a person's tasks, the most urgent first (`domain.image.urgency`); of equal urgency the longest waiting.

    The pages after the first are told as of the first one's `now`; the order is the same at any instant.
    """
    waits, usual, more = box != "done", f == InboxFilter(kind=f.kind) and not cursor, _filters(f)
    if cursor:
        began, *ended = read_cursor(cursor, str, *(CURSOR if waits else (str,)))
        now, order = read_instant(began), _order(box)
        more.append(tuple_(*order) > row_of(read_stood(ended) if waits else ended, order))
    page = _first_page(whose(actor), box, of_kind=bool(f.kind)) if usual else _page(actor, box, more)
    given = {"kind": f.kind} if usual and f.kind else {}
    rows = list((await session.execute(page, {"limit": limit + 1, **given})).scalars())
    end = rows[limit - 1] if len(rows) > limit else None
    at = () if end is None else stood(end) if waits else (end.task_id,)
    return Page(rows=rows[:limit], next_cursor=cursor_of(now, *at) if at else None, now=now)


async def ringing_tasks(session: AsyncSession, actor: Actor) -> list[TaskRow]:
    """The tasks that ring at a desk, among those the person is asked, holds or watches; at whose is sealed in them."""
    asked = [q for c in actor.capacities for q in (*asked_tasks(c), *held_tasks(c))]
    among = _among([*asked, *watched_tasks(actor)])
    query = (
        select(TaskRow).where(col(TaskRow.ringing) == true(), among).order_by(col(TaskRow.task_id)).limit(MOST_RINGS)
    )
    return list((await session.execute(query)).scalars())


async def count_boxes(session: AsyncSession, actor: Actor, boxes: Sequence[str]) -> dict[str, int]:
    """How many tasks each of these boxes holds."""
    counts = [select(func.count()).select_from(TaskRow).where(*_box(actor, box)).scalar_subquery() for box in boxes]
    return dict(zip(boxes, map(int, (await session.execute(select(*counts))).one()), strict=True))


async def candidates(session: AsyncSession, task: TaskRow) -> list[PersonAtPost]:
    """Who may be expected to answer a task now (`domain.people.entitlement.candidates`); active people only."""
    excluded = select(col(BarredRow.person_id)).where(col(BarredRow.task_id) == task.task_id)
    barred = set((await session.execute(excluded)).scalars())
    asked = select(col(AddresseeRow.role), col(AddresseeRow.path)).where(
        col(AddresseeRow.task_id) == task.task_id, col(AddresseeRow.watches) == false()
    )
    addressees = [Post(role=role, path=path) for role, path in (await session.execute(asked)).all()]
    order = [Post(**post) for post in task.sealed["addressees"]]
    addressees.sort(key=lambda post: order.index(post) if post in order else len(order))
    held = (
        select(PostRow, PersonRow)
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(
            col(PersonRow.active),
            col(PostRow.role).in_({post.role for post in addressees}),
            col(PostRow.path).in_({path for post in addressees for path in lineage(post.path)}),
        )
        .order_by(col(PostRow.post_id))
    )
    rows = (await session.execute(held)).all()
    holders = [Holder(person_id=row.person_id, post=Post(role=row.role, path=row.path)) for row, _ in rows]
    people = {(row.person_id, row.role, row.path): at_post(person, row) for row, person in rows}
    found = entitlement.candidates(addressees, barred, holders)
    return [people[holder.person_id, holder.post.role, holder.post.path] for holder in found]
