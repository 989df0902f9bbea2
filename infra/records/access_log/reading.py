"""The access log read: by who it was, which case, which day; within what a reader answers for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, TextClause, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from infra.database.engine import Session
from infra.database.tables.audit import TAKEN_OUT, AccessRow
from infra.database.tables.people import PersonRow
from infra.records.access_log.log import OK


@dataclass(frozen=True)
class Wanted:
    """Which entries: all that meet every condition given."""

    person_id: str | None = None
    dispute_no: str | None = None
    own: str | None = None
    """person id: what was done in his name or about his account, and of what he did himself `own_codes`"""
    own_codes: Collection[str] = ()
    below: Collection[str] | None = None
    """paths: entries of who acted by a post at or below one of them"""
    between: tuple[datetime, datetime] | None = None
    """from the first instant on, and before the second"""
    refused: bool = False
    taken_out: bool = False
    """only what left the system as a file"""


@dataclass(frozen=True)
class Found:
    """An entry, with who it was and in whose name, as they are called now."""

    row: AccessRow
    name: str | None
    username: str | None
    on_behalf_name: str | None


async def accesses(session: Session, wanted: Wanted, *, limit: int, before: str | None = None) -> list[Found]:
    """The newest entries first; `before` is the id of the last one seen."""
    represented = aliased(PersonRow)
    query = (
        select(AccessRow, col(PersonRow.name), col(PersonRow.username), col(represented.name))
        .outerjoin(PersonRow, col(PersonRow.person_id) == col(AccessRow.person_id))
        .outerjoin(represented, col(represented.person_id) == col(AccessRow.on_behalf_of))
        .where(*_conditions(wanted))
        .order_by(col(AccessRow.access_id).desc())  # a UUIDv7 sorts by its time
        .limit(limit)
    )
    if before:
        query = query.where(col(AccessRow.access_id) < before)
    return [Found(*found) for found in (await session.execute(query)).all()]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool] | TextClause]:
    conditions: list[ColumnElement[bool] | TextClause] = []
    if wanted.person_id:
        conditions.append(col(AccessRow.person_id) == wanted.person_id)
    if wanted.dispute_no:
        conditions.append(col(AccessRow.dispute_no) == wanted.dispute_no)
    if wanted.own:
        himself = and_(col(AccessRow.person_id) == wanted.own, col(AccessRow.what).in_(wanted.own_codes))
        conditions.append(
            or_(himself, col(AccessRow.on_behalf_of) == wanted.own, col(AccessRow.concerns) == wanted.own)
        )
    if wanted.below is not None:
        conditions.append(or_(*(_by_post_below(path) for path in wanted.below)))
    if wanted.between:
        since, until = map(first_id, wanted.between)
        conditions.append(and_(col(AccessRow.access_id) >= since, col(AccessRow.access_id) < until))
    if wanted.refused:
        conditions.append(col(AccessRow.outcome) != OK)
    if wanted.taken_out:
        conditions.append(TAKEN_OUT)
    return conditions


def first_id(at: datetime) -> str:
    """An id before those of all entries made from an instant on, and after those made before."""
    digits = f"{int(at.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def _by_post_below(path: str) -> ColumnElement[bool]:
    """Whether one of an entry's posts is at a place or below it; no index knows, so ask for a person too."""
    posts = col(AccessRow.posts)
    at = f"@{path}"
    return or_(
        posts.endswith(at, autoescape=True), posts.contains(f"{at} ", autoescape=True),
        posts.contains(f"{at}/", autoescape=True),
    )  # fmt: skip
