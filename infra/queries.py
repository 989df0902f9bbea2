"""Reading disputes and tasks for a person: lists by keyset, one case, the inbox. All within his jurisdiction."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.base import Model, china
from domain.errors import FieldsInvalid
from domain.organisation import Actor, Post
from infra.database import Database
from infra.tables import (
    AddresseeRow,
    AttachmentRow,
    BarredRow,
    CommentRow,
    DisputeRow,
    InvolvementRow,
    PersonRow,
    PostRow,
    TaskRow,
    TimelineRow,
)
from infra.viewing import addressed_to, below, holders, left_to, may_see, not_barred, of_watched

OPEN = ("open", "claimed")
_REVISIONS = select(col(DisputeRow.dispute_no), col(DisputeRow.revision)).where(
    col(DisputeRow.dispute_no).in_(bindparam("numbers", expanding=True))
)


class DisputeFilter(Model):
    """The filters of the dispute list; `q` looks in number, title and category."""

    colour: str | None = None
    stage: str | None = None
    category: str | None = None
    organisation: str | None = None
    """organisation path"""
    holder: str | None = None
    overdue: bool | None = None
    source: str | None = None
    q: str | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    sort: str = "-opened_at"


class Page(Model):
    """One page of rows and the cursor of the next."""

    rows: list[Any]
    next_cursor: str | None = None


SORTS: dict[str, tuple[Any, bool]] = {
    "-opened_at": (col(DisputeRow.opened_at), True),
    "opened_at": (col(DisputeRow.opened_at), False),
    "dispute_no": (col(DisputeRow.dispute_no), False),
    "-dispute_no": (col(DisputeRow.dispute_no), True),
}


def cursor_of(*parts: Any) -> str:
    """An opaque cursor: where the last row stood."""
    text = json.dumps([p.isoformat() if isinstance(p, datetime) else p for p in parts])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *parts: type) -> list[Any]:
    """What `cursor_of` made, of parts of these types.

    Raises:
        FieldsInvalid: it is none of ours.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or [type(value) for value in values] != list(parts):
            raise ValueError
    except (ValueError, UnicodeDecodeError) as error:
        raise FieldsInvalid(errors=[{"field": "cursor", "message": "分页标记无效"}]) from error
    return values


async def list_disputes(
    session: AsyncSession, actor: Actor, f: DisputeFilter, *, limit: int, cursor: str | None
) -> Page:
    """The disputes a person sees, filtered, by keyset."""
    column, descending = SORTS.get(f.sort, SORTS["-opened_at"])
    query = select(DisputeRow).where(may_see(actor), *_filters(f))
    if cursor:
        value, number = read_cursor(cursor, str, str)
        value = read_instant(value) if column is col(DisputeRow.opened_at) else value
        after = column < value if descending else column > value
        beyond = col(DisputeRow.dispute_no) < number if descending else col(DisputeRow.dispute_no) > number
        query = query.where(or_(after, and_(column == value, beyond)))
    number_order: Any = col(DisputeRow.dispute_no)
    order = (column.desc(), number_order.desc()) if descending else (column, number_order)
    rows = list((await session.execute(query.order_by(*order).limit(limit + 1))).scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    key = cursor_of(getattr(more, column.key), more.dispute_no) if more else None
    return Page(rows=rows[:limit], next_cursor=key)


def read_instant(value: str) -> datetime:
    """An instant out of a cursor.

    Raises:
        FieldsInvalid: it is none of ours.
    """
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError
        return china(at)
    except (ValueError, OverflowError) as error:
        raise FieldsInvalid(errors=[{"field": "cursor", "message": "分页标记无效"}]) from error


def _filters(f: DisputeFilter) -> list[ColumnElement[bool]]:
    equal = {"colour": f.colour, "stage": f.stage, "category": f.category, "overdue": f.overdue, "source": f.source}
    clauses = [col(getattr(DisputeRow, name)) == value for name, value in equal.items() if value is not None]
    if f.holder:
        clauses.append(col(DisputeRow.holder) == f.holder)
    if f.organisation:
        path: Any = col(InvolvementRow.path)
        clauses.append(
            col(DisputeRow.dispute_no).in_(select(col(InvolvementRow.dispute_no)).where(below(path, f.organisation)))
        )
    if f.q:
        text = f.q.strip()
        clauses.append(
            or_(
                *(
                    c.contains(text, autoescape=True)
                    for c in (col(DisputeRow.title), col(DisputeRow.dispute_no), col(DisputeRow.category_name))
                )
            )
        )
    if f.opened_from:
        clauses.append(col(DisputeRow.opened_at) >= f.opened_from)
    if f.opened_to:
        clauses.append(col(DisputeRow.opened_at) < f.opened_to)
    return clauses


async def find_dispute(session: AsyncSession, actor: Actor, dispute_no: str) -> DisputeRow | None:
    """One dispute, if the person may see it."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no) == dispute_no, may_see(actor))
    return (await session.execute(query)).scalar_one_or_none()


async def visible(session: AsyncSession, actor: Actor, dispute_nos: Collection[str]) -> set[str]:
    """Of these disputes, those that the person may see."""
    if not dispute_nos:
        return set()
    query = select(col(DisputeRow.dispute_no)).where(col(DisputeRow.dispute_no).in_(dispute_nos), may_see(actor))
    return set((await session.execute(query)).scalars())


async def dispute_row(session: AsyncSession, dispute_no: str) -> DisputeRow:
    """One dispute that is known to be there, whoever asks: for answers to somebody who has just acted on it."""
    return (await session.execute(select(DisputeRow).where(col(DisputeRow.dispute_no) == dispute_no))).scalar_one()


async def revision_of(session: AsyncSession, dispute_no: str) -> int:
    """The revision at which the read model has a dispute; 0 if it has not."""
    query = select(col(DisputeRow.revision)).where(col(DisputeRow.dispute_no) == dispute_no)
    return (await session.execute(query)).scalar_one_or_none() or 0


async def revisions_of(database: Database, dispute_nos: Sequence[str]) -> dict[str, int]:
    """The revisions at which the read model has disputes; those it has not are absent."""
    async with database.read() as session:
        return dict((await session.execute(_REVISIONS, {"numbers": dispute_nos})).tuples().all())


def _order_opened(row: TaskRow) -> int:
    """Tasks opened in one go stand in the order they were asked in, the lead before those who cooperate."""
    return int(row.sealed["opened_revision"])


async def paths_of(session: AsyncSession, dispute_no: str) -> set[str]:
    """The organisations that have, or had, a part in a dispute, as `domain.actions.involved` told the read model."""
    query = select(col(InvolvementRow.path)).where(col(InvolvementRow.dispute_no) == dispute_no)
    return set((await session.execute(query)).scalars())


async def tasks_of(session: AsyncSession, dispute_no: str) -> list[TaskRow]:
    """A dispute's tasks, oldest first."""
    query = select(TaskRow).where(col(TaskRow.dispute_no) == dispute_no)
    rows = list((await session.execute(query)).scalars())
    return sorted(rows, key=_order_opened)


async def open_tasks_of(session: AsyncSession, dispute_no: str, task_id: str) -> list[TaskRow]:
    """A dispute's open tasks and the one of that id, oldest first."""
    wanted = or_(col(TaskRow.state).in_(OPEN), col(TaskRow.task_id) == task_id)
    rows = list((await session.execute(select(TaskRow).where(col(TaskRow.dispute_no) == dispute_no, wanted))).scalars())
    return sorted(rows, key=_order_opened)


async def dispute_line(session: AsyncSession, dispute_no: str) -> DisputeRow:
    """One dispute as a list shows it: its document is neither read nor opened."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no) == dispute_no)
    return (await session.execute(query.options(defer(DisputeRow.sealed, raiseload=True)))).scalar_one()


async def timeline_of(session: AsyncSession, dispute_no: str, *, after: int = 0, limit: int = 10_000) -> list[Any]:
    """A dispute's timeline entries after a sequence number."""
    query = (
        select(col(TimelineRow.sealed))
        .where(col(TimelineRow.dispute_no) == dispute_no, col(TimelineRow.seq) > after)
        .order_by(col(TimelineRow.seq))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def find_task(session: AsyncSession, actor: Actor, task_id: str) -> TaskRow | None:
    """One task, if the person may see its dispute, is asked himself, helps with it or is offered it."""
    row = await session.get(TaskRow, task_id)
    if row is None:
        return None
    if {row.delegate, row.offered_to} & set(holders(actor)):
        return row
    mine = {(post.role, post.path) for post in actor.reach}
    if any((post["role"], post["path"]) in mine for post in (*row.sealed["addressees"], *row.sealed["watchers"])):
        return row  # the usual case, told without the long query below
    seen = col(TaskRow.dispute_no).in_(select(col(DisputeRow.dispute_no)).where(may_see(actor)))
    asked = or_(seen, addressed_to(actor, watches=False), addressed_to(actor, watches=True), left_to(actor))
    query = select(TaskRow).where(col(TaskRow.task_id) == task_id, asked)
    return (await session.execute(query)).scalar_one_or_none()


async def task_exists(session: AsyncSession, task_id: str) -> bool:
    """Whether there is such a task, whoever asks."""
    return await session.get(TaskRow, task_id) is not None


def _box(actor: Actor, box: str) -> list[ColumnElement[bool]]:
    match box:
        case "mine":
            return [col(TaskRow.state) == "claimed", or_(*map(_in_hand, actor.capacities))]
        case "claimable":
            return [col(TaskRow.state).in_(OPEN), or_(*map(_to_be_claimed, actor.capacities))]
        case "done":
            by_or_for = or_(col(TaskRow.decided_by) == actor.person_id, col(TaskRow.decided_for) == actor.person_id)
            return [col(TaskRow.state) == "done", by_or_for]
        case "watched":
            return [col(TaskRow.state).in_(OPEN), or_(addressed_to(actor, watches=True), of_watched(actor))]
        case _:
            raise FieldsInvalid(errors=[{"field": "box", "message": "只能是mine、claimable、done、watched之一"}])


def _in_hand(capacity: Actor) -> ColumnElement[bool]:
    """What somebody holds or prepares; of another's, what the deputy may answer."""
    held = or_(col(TaskRow.assignee) == capacity.holder, col(TaskRow.delegate) == capacity.holder)
    return and_(held, not_barred(capacity)) if capacity.on_behalf_of else held


def _to_be_claimed(capacity: Actor) -> ColumnElement[bool]:
    """What nobody holds and somebody may take, and what is offered to him."""
    asked = or_(addressed_to(capacity, watches=False), left_to(capacity))
    free = and_(col(TaskRow.state) == "open", asked)
    return and_(or_(free, col(TaskRow.offered_to) == capacity.holder), not_barred(capacity))


class InboxFilter(Model):
    """The filters of the inbox."""

    kind: str | None = None
    colour: str | None = None
    due_before: datetime | None = None
    q: str | None = None


async def inbox(
    session: AsyncSession, actor: Actor, box: str, f: InboxFilter, *, limit: int, cursor: str | None
) -> Page:
    """A box of a person's tasks, the most urgent first; of equal urgency the longest waiting."""
    query: Select[Any] = select(TaskRow).where(*_box(actor, box))
    if f.kind:
        query = query.where(col(TaskRow.kind) == f.kind)
    if f.colour:
        query = query.where(col(TaskRow.colour) == f.colour)
    if f.due_before:
        query = query.where(col(TaskRow.due_at) < f.due_before)
    if f.q:
        query = query.where(
            or_(
                col(TaskRow.title).contains(f.q, autoescape=True),
                col(TaskRow.dispute_no).contains(f.q, autoescape=True),
            )
        )
    if cursor:
        urgency, task_id = read_cursor(cursor, int, str)
        query = query.where(
            or_(col(TaskRow.urgency) < urgency, and_(col(TaskRow.urgency) == urgency, col(TaskRow.task_id) > task_id))
        )
    # A UUIDv7 sorts by its time, so the task id is the waiting order.
    rows = list(
        (
            await session.execute(query.order_by(col(TaskRow.urgency).desc(), col(TaskRow.task_id)).limit(limit + 1))
        ).scalars()
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(last.urgency, last.task_id) if last else None)


async def count_box(session: AsyncSession, actor: Actor, box: str) -> int:
    """How many tasks a box holds."""
    query = select(func.count()).select_from(TaskRow).where(*_box(actor, box))
    return int((await session.execute(query)).scalar_one())


async def candidates(session: AsyncSession, task: TaskRow) -> list[dict[str, Any]]:
    """Who may answer a task now: the holders of its posts who are not barred, else those one level up and so on."""
    barred_query = select(col(BarredRow.person_id)).where(col(BarredRow.task_id) == task.task_id)
    barred = set((await session.execute(barred_query)).scalars())
    asked = select(col(AddresseeRow.role), col(AddresseeRow.path)).where(
        col(AddresseeRow.task_id) == task.task_id,
        col(AddresseeRow.watches) == False,  # noqa: E712
    )
    wanted = [Post(role=role, path=path) for role, path in (await session.execute(asked)).all()]
    order = [Post(**post) for post in task.sealed["addressees"]]
    wanted.sort(key=lambda post: order.index(post) if post in order else len(order))
    while wanted:
        found = [c for c in await _holders(session, wanted) if c["person_id"] not in barred]
        if found:
            return found
        wanted = [
            Post(role=post.role, path=up) for post in wanted if (up := post.path.rpartition("/")[0]) and up != post.path
        ]
    return []


async def _holders(session: AsyncSession, posts: list[Post]) -> list[dict[str, Any]]:
    query = (
        select(PostRow, PersonRow)
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(
            col(PersonRow.active), or_(*(and_(col(PostRow.role) == x.role, col(PostRow.path) == x.path) for x in posts))
        )
        .order_by(col(PostRow.post_id))
    )
    rows = (await session.execute(query)).all()
    place = {(x.role, x.path): n for n, x in reversed(list(enumerate(posts)))}
    rows = sorted(rows, key=lambda row: place[(row[0].role, row[0].path)])
    seen: dict[str, dict[str, Any]] = {}
    for post, person in rows:
        who = {"person_id": person.person_id, "username": person.username, "name": person.name}
        seen.setdefault(person.person_id, {**who, "post": {"role": post.role, "organisation": post.organisation_code}})
    return list(seen.values())


async def attachments_of(session: AsyncSession, dispute_no: str) -> list[AttachmentRow]:
    """A dispute's files, oldest first."""
    return list(
        (
            await session.execute(
                select(AttachmentRow)
                .where(col(AttachmentRow.dispute_no) == dispute_no)
                .order_by(col(AttachmentRow.attachment_id))
            )
        ).scalars()
    )


async def comments_of(session: AsyncSession, dispute_no: str) -> list[CommentRow]:
    """A dispute's comments, oldest first."""
    return list(
        (
            await session.execute(
                select(CommentRow).where(col(CommentRow.dispute_no) == dispute_no).order_by(col(CommentRow.comment_id))
            )
        ).scalars()
    )
