"""Reading disputes and tasks for a person: lists by keyset, one case, the inbox. All within his jurisdiction."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.base import Model, china
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor, Post
from domain.storable_text import is_fit
from infra.database.columns import searchable
from infra.database.engine import Database
from infra.database.tables import (
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
from infra.read_model.list_strategy import among_disputes, row_of, shown
from infra.read_model.urgency_order import place_in_order, waiting_order
from infra.read_model.visibility import (
    OPEN,
    Part,
    addressed_to,
    asked_tasks,
    held_tasks,
    holders,
    left_to,
    may_see,
    part_of,
    seen_by,
    watched_tasks,
)
from infra.records.attachments import TAKEN

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
    """One page of rows and the cursor of the next; `now` is the instant that a list by urgency goes by."""

    rows: list[Any]
    next_cursor: str | None = None
    now: datetime | None = None


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
        if not all(is_fit(v) if isinstance(v, str) else abs(v) < 2**63 for v in values):  # as no table has any
            raise ValueError
    except (ValueError, RecursionError) as error:
        raise FieldsInvalid(errors=[{"field": "cursor", "message": "分页标记无效"}]) from error
    return values


async def list_disputes(
    session: AsyncSession, actor: Actor, f: DisputeFilter, *, limit: int, cursor: str | None
) -> Page:
    """The disputes a person sees, filtered, by keyset; as a list shows them: their documents are not read."""
    column, descending = SORTS.get(f.sort, SORTS["-opened_at"])
    number: Any = col(DisputeRow.dispute_no)
    keys = [number] if column is number else [column, number]
    query = select(number).where(*await among_disputes(session, _parts(actor, f)), *_filters(f))
    if cursor:
        value, last = read_cursor(cursor, str, str)
        there = [last] if column is number else [read_instant(value), last]
        ended = row_of(there, keys)
        query = query.where(tuple_(*keys) < ended if descending else tuple_(*keys) > ended)
    order = [key.desc() if descending else key for key in keys]
    rows = await shown(session, DisputeRow, number, query.order_by(*order).limit(limit + 1), order, DisputeRow.sealed)
    more = rows[limit - 1] if len(rows) > limit else None
    key = cursor_of(getattr(more, column.key), more.dispute_no) if more else None
    return Page(rows=rows[:limit], next_cursor=key)


def _parts(actor: Actor, f: DisputeFilter) -> list[list[Part]]:
    """Whose disputes are listed: those of the person's parts, and where asked those of an organisation's."""
    return [seen_by(actor), *([[part_of(f.organisation)]] if f.organisation else [])]


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
    equal["holder"] = f.holder or None
    clauses = [col(getattr(DisputeRow, name)) == value for name, value in equal.items() if value is not None]
    if f.q and (words := searchable(f.q.strip())):
        clauses.append(_in_words(col(DisputeRow.search).contains, words))
    if f.opened_from:
        clauses.append(col(DisputeRow.opened_at) >= f.opened_from)
    if f.opened_to:
        clauses.append(col(DisputeRow.opened_at) < f.opened_to)
    return clauses


def _in_words(contains: Callable[..., ColumnElement[bool]], words: str) -> ColumnElement[bool]:
    """A search; nothing holds a NUL, and PostgreSQL would not even be asked for one."""
    return false() if "\x00" in words else contains(words, autoescape=True)


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
    """The organisations that have, or had, a part in a dispute, as `actions.involved` told the read model."""
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
    seen = may_see(actor, col(TaskRow.dispute_no))
    asked = or_(seen, addressed_to(actor, watches=False), addressed_to(actor, watches=True), left_to(actor))
    query = select(TaskRow).where(col(TaskRow.task_id) == task_id, asked)
    return (await session.execute(query)).scalar_one_or_none()


async def task_exists(session: AsyncSession, task_id: str) -> bool:
    """Whether there is such a task, whoever asks."""
    return await session.get(TaskRow, task_id) is not None


def _box(actor: Actor, box: str) -> list[ColumnElement[bool]]:
    match box:
        case "mine":
            return [col(TaskRow.state) == "claimed", _among([q for c in actor.capacities for q in held_tasks(c)])]
        case "claimable":
            return [col(TaskRow.state).in_(OPEN), _among([q for c in actor.capacities for q in asked_tasks(c)])]
        case "done":
            by_or_for = or_(col(TaskRow.decided_by) == actor.person_id, col(TaskRow.decided_for) == actor.person_id)
            return [col(TaskRow.state) == "done", by_or_for]
        case "watched":
            return [col(TaskRow.state).in_(OPEN), _among(watched_tasks(actor))]
        case _:
            raise FieldsInvalid(errors=[{"field": "box", "message": "只能是mine、claimable、done、watched之一"}])


def _among(tasks: Sequence[Select[str]]) -> ColumnElement[bool]:
    return col(TaskRow.task_id).in_(union(*tasks)) if tasks else false()


class InboxFilter(Model):
    """The filters of the inbox."""

    kind: str | None = None
    colour: str | None = None
    due_before: datetime | None = None
    q: str | None = None


async def inbox(
    session: AsyncSession, actor: Actor, box: str, f: InboxFilter, *, limit: int, cursor: str | None, now: datetime
) -> Page:
    """A box of a person's tasks, the most urgent first (`domain.image.urgency`); of equal urgency the longest waiting.

    The pages after the first go by the first one's `now`, so that none is missed or shown twice.
    """
    task_id: Any = col(TaskRow.task_id)
    query: Select[Any] = select(task_id).where(*_box(actor, box))
    if f.kind:
        query = query.where(col(TaskRow.kind) == f.kind)
    if f.colour:
        query = query.where(col(TaskRow.colour) == f.colour)
    if f.due_before:
        query = query.where(col(TaskRow.due_at) < f.due_before)
    if f.q:
        query = query.where(or_(*(_in_words(c.icontains, f.q) for c in (col(TaskRow.title), col(TaskRow.dispute_no)))))
    waits = box != "done"
    if cursor:
        began, *ended = read_cursor(cursor, str, *((int, int, int) if waits else ()), str)
        now = read_instant(began)
    order = waiting_order(now) if waits else [task_id]
    if cursor:
        query = query.where(tuple_(*order) > row_of(ended, order))
    rows = await shown(session, TaskRow, task_id, query.order_by(*order).limit(limit + 1), order)
    end = rows[limit - 1] if len(rows) > limit else None
    stood = () if end is None else place_in_order(end, now) if waits else (end.task_id,)
    return Page(rows=rows[:limit], next_cursor=cursor_of(now, *stood) if stood else None, now=now)


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


async def attachments_of(session: AsyncSession, dispute_no: str, person_id: str) -> list[AttachmentRow]:
    """A dispute's files as a person sees them, oldest first: those that answers took, and his own others."""
    theirs = or_(col(AttachmentRow.state) == TAKEN, col(AttachmentRow.person_id) == person_id)
    query = select(AttachmentRow).where(col(AttachmentRow.dispute_no) == dispute_no, theirs)
    return list((await session.execute(query.order_by(col(AttachmentRow.attachment_id)))).scalars())


async def comments_of(session: AsyncSession, dispute_no: str) -> list[CommentRow]:
    """A dispute's comments, oldest first."""
    return list(
        (
            await session.execute(
                select(CommentRow).where(col(CommentRow.dispute_no) == dispute_no).order_by(col(CommentRow.comment_id))
            )
        ).scalars()
    )
