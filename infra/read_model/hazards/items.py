"""Items of batches of hazards, read: lists of them, and how many stand how (动态清零, R-064)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, distinct, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model, china
from domain.people.organisation import Actor
from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.paths import below
from infra.database.tables.read_model import DisputeRow, HazardItemRow
from infra.read_model.visibility import may_see

By = Literal["aspect", "organisation", "batch"]
_KEYS: dict[By, Any] = {
    "aspect": col(HazardItemRow.aspect),
    "organisation": col(HazardItemRow.path),
    "batch": col(HazardItemRow.dispute_no),
}


class ItemFilter(Model):
    """Which items: of a batch, of an organisation and what lies below it, of an aspect, in a state, late."""

    batch: str | None = None
    path: str | None = None
    aspect: str | None = None
    state: str | None = None
    outstanding: bool | None = None
    overdue: bool | None = None


class Group(Model):
    """How many items of one key stand how."""

    key: str
    name: str
    batches: int
    aspects: int
    sent: int
    open: int
    disowned: int
    rectified: int
    cancelled: int
    in_time: int
    """of the cancelled: rectified by their day"""
    overdue: int


class DayOfItems(Model):
    """How many items were sent and cancelled off on a day, and how many were outstanding at its end."""

    day: date
    sent: int
    cancelled: int
    outstanding: int


Ahead = Mapping[str, int]
"""By how many seconds a drill has moved the clock of a batch's case; those it has not are not in it."""


async def moved_ahead(session: AsyncSession) -> Ahead:
    """The batches that a drill has moved."""
    query = select(col(DisputeRow.dispute_no), col(DisputeRow.ahead)).where(
        col(DisputeRow.matter) == "hazard", col(DisputeRow.ahead) > 0
    )
    return dict((await session.execute(query)).all())


async def hazard_items(
    session: AsyncSession, actor: Actor, f: ItemFilter, *, limit: int, cursor: str | None, ahead: Ahead
) -> Page:
    """The items a person sees, batch by batch with the newest first, in the order of their numbers."""
    number, no = col(HazardItemRow.dispute_no), col(HazardItemRow.no)
    query = select(HazardItemRow).where(*_within(actor, f, ahead))
    if cursor:
        last, last_no = read_cursor(cursor, str, int)
        query = query.where(or_(number < last, and_(number == last, no > last_no)))
    rows = list((await session.execute(query.order_by(number.desc(), no).limit(limit + 1))).scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.dispute_no, more.no) if more else None)


async def find_item(session: AsyncSession, dispute_no: str, no: int) -> HazardItemRow | None:
    """One item, without a check of who asks."""
    return await session.get(HazardItemRow, (dispute_no, no))


async def items_of(session: AsyncSession, dispute_no: str, numbers: Sequence[int]) -> list[HazardItemRow]:
    """These items of a batch in the order of their numbers, without a check of who asks."""
    query = select(HazardItemRow).where(col(HazardItemRow.dispute_no) == dispute_no, col(HazardItemRow.no).in_(numbers))
    return list((await session.execute(query.order_by(col(HazardItemRow.no)))).scalars())


async def standing(session: AsyncSession, actor: Actor, f: ItemFilter, by: By | None, ahead: Ahead) -> list[Group]:
    """How the items that a person sees stand, by key; in all where it is none."""
    key, state = _KEYS[by] if by else literal(""), col(HazardItemRow.state)
    name = func.max(col(HazardItemRow.aspect_name)) if by == "aspect" else literal("")

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, literal(1)), else_=literal(0))), 0)

    done = state == "cancelled"
    query = select(
        key, name, func.count(distinct(col(HazardItemRow.dispute_no))), func.count(distinct(col(HazardItemRow.aspect))),
        func.count(), number(state == "open"), number(state == "disowned"), number(state == "rectified"), number(done),
        number(and_(done, col(HazardItemRow.rectified_at) <= col(HazardItemRow.due_at))), number(_late(ahead)),
    ).where(*_within(actor, f, ahead))  # fmt: skip
    if by:
        query = query.group_by(key).order_by(key)
    rows = (await session.execute(query)).all()
    return [Group(**dict(zip(Group.model_fields, row, strict=True))) for row in rows]


async def by_day(session: AsyncSession, actor: Actor, f: ItemFilter, days: int) -> list[DayOfItems]:
    """The last days of the items a person sees, in whatever state they are now; the latest day is last."""
    whole = f.model_copy(update={"state": None, "outstanding": None, "overdue": None})
    counted: list[Counter[date]] = []
    for at in (col(HazardItemRow.sent_at), col(HazardItemRow.cancelled_at)):
        query = select(at, func.count()).where(*_within(actor, whole, {}), at.is_not(None)).group_by(at)
        counted.append(Counter())
        for instant, count in (await session.execute(query)).all():
            assert instant, "asked for above"
            counted[-1][china(instant).date()] += count
    sent, cancelled = counted
    last = max([china(datetime.now(UTC)).date(), *sent, *cancelled])  # a drill is ahead of the wall
    shown = [last - timedelta(days=n) for n in reversed(range(days))]
    return [
        DayOfItems(
            day=day, sent=sent[day], cancelled=cancelled[day], outstanding=_until(sent, day) - _until(cancelled, day)
        )
        for day in shown
    ]


def _until(counted: Counter[date], day: date) -> int:
    return sum(count for at, count in counted.items() if at <= day)


def _within(actor: Actor, f: ItemFilter, ahead: Ahead) -> list[ColumnElement[bool]]:
    # Asked once for each batch, and not for each of its items: a county has thousands.
    seen = select(col(DisputeRow.dispute_no)).where(col(DisputeRow.matter) == "hazard", may_see(actor))
    clauses: list[ColumnElement[bool]] = [col(HazardItemRow.dispute_no).in_(seen)]
    equal = {"dispute_no": f.batch, "aspect": f.aspect, "state": f.state}
    clauses += [col(getattr(HazardItemRow, name)) == value for name, value in equal.items() if value is not None]
    if f.path is not None:
        clauses.append(below(col(HazardItemRow.path), f.path))
    if f.outstanding is not None:
        clauses.append((col(HazardItemRow.state) != "cancelled") == f.outstanding)
    if f.overdue is not None:
        clauses.append(_late(ahead) if f.overdue else ~_late(ahead))
    return clauses


def _late(ahead: Ahead) -> ColumnElement[bool]:
    """Not rectified, and past its day by its case's clock; what was answered too late and is verified is late no
    more.
    """
    now, due = datetime.now(UTC), col(HazardItemRow.due_at)
    moved = [
        and_(col(HazardItemRow.dispute_no) == number, due < now + timedelta(seconds=by)) for number, by in ahead.items()
    ]
    return and_(col(HazardItemRow.state) == "open", or_(due < now, *moved))


async def batch_line(session: AsyncSession, actor: Actor, dispute_no: str) -> DisputeRow | None:
    """A batch's case, if the person may see it."""
    query = select(DisputeRow).where(
        col(DisputeRow.dispute_no) == dispute_no, col(DisputeRow.matter) == "hazard", may_see(actor)
    )
    return (await session.execute(query)).scalar_one_or_none()
