"""Items of batches of hazards, read: lists of them, and how many stand how (动态清零, R-064)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, distinct, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
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
    sent: int
    open: int
    rectified: int
    cancelled: int
    overdue: int


async def hazard_items(session: AsyncSession, actor: Actor, f: ItemFilter, *, limit: int, cursor: str | None) -> Page:
    """The items a person sees, batch by batch with the newest first, in the order of their numbers."""
    number, no = col(HazardItemRow.dispute_no), col(HazardItemRow.no)
    query = select(HazardItemRow).where(*_within(actor, f))
    if cursor:
        last, last_no = read_cursor(cursor, str, int)
        query = query.where(or_(number < last, and_(number == last, no > last_no)))
    rows = list((await session.execute(query.order_by(number.desc(), no).limit(limit + 1))).scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.dispute_no, more.no) if more else None)


async def find_item(session: AsyncSession, dispute_no: str, no: int) -> HazardItemRow | None:
    """One item, without a check of who asks."""
    return await session.get(HazardItemRow, (dispute_no, no))


async def standing(session: AsyncSession, actor: Actor, f: ItemFilter, by: By | None) -> list[Group]:
    """How the items that a person sees stand, by key; in all where it is none."""
    key, state = _KEYS[by] if by else literal(""), col(HazardItemRow.state)
    name = func.max(col(HazardItemRow.aspect_name)) if by == "aspect" else literal("")

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, literal(1)), else_=literal(0))), 0)

    query = select(
        key, name, func.count(distinct(col(HazardItemRow.dispute_no))), func.count(), number(state == "open"),
        number(state == "rectified"), number(state == "cancelled"), number(_late()),
    ).where(*_within(actor, f))  # fmt: skip
    if by:
        query = query.group_by(key).order_by(key)
    rows = (await session.execute(query)).all()
    return [Group(**dict(zip(Group.model_fields, row, strict=True))) for row in rows]


def _within(actor: Actor, f: ItemFilter) -> list[ColumnElement[bool]]:
    clauses = [may_see(actor, col(HazardItemRow.dispute_no))]
    equal = {"dispute_no": f.batch, "aspect": f.aspect, "state": f.state}
    clauses += [col(getattr(HazardItemRow, name)) == value for name, value in equal.items() if value is not None]
    if f.path is not None:
        clauses.append(below(col(HazardItemRow.path), f.path))
    if f.outstanding is not None:
        clauses.append((col(HazardItemRow.state) != "cancelled") == f.outstanding)
    if f.overdue is not None:
        clauses.append(_late() if f.overdue else ~_late())
    return clauses


def _late() -> ColumnElement[bool]:
    """Not rectified, and past its day; what was answered too late and is verified is late no more."""
    return and_(col(HazardItemRow.state) == "open", col(HazardItemRow.due_at) < datetime.now(UTC))


async def batch_line(session: AsyncSession, actor: Actor, dispute_no: str) -> DisputeRow | None:
    """A batch's case, if the person may see it."""
    query = select(DisputeRow).where(
        col(DisputeRow.dispute_no) == dispute_no, col(DisputeRow.matter) == "hazard", may_see(actor)
    )
    return (await session.execute(query)).scalar_one_or_none()
