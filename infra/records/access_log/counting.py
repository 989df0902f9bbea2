"""How many cases each person read beside his own work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from infra.database.engine import Session
from infra.database.tables.audit import AccessRow
from infra.database.tables.people import PersonRow, PostRow
from infra.records.access_log.log import OK
from infra.records.access_log.reading import first_id

READING = (
    "read", "timeline", "earlier", "handling", "outlook", "attachment", "history", "history:words", "history:decoded",
    "state", "unmask",
)  # fmt: skip
"""Codes by which somebody read a case."""
WORK = ("task:", "decide:", "claim:", "delegate:", "transfer:", "acknowledge:", "act:")
"""Beginnings of codes of what shows that a case is somebody's work. [DESIGN]"""


async def cases_read(session: Session, since: datetime) -> dict[str, int]:
    """By person, how many different cases he read since an instant in which he did nothing in that time."""
    person, number, what = col(AccessRow.person_id), col(AccessRow.dispute_no), col(AccessRow.what)
    pairs: Any = select(person.label("person_id"), number.label("dispute_no")).where(
        col(AccessRow.access_id) >= first_id(since), col(AccessRow.outcome) == OK, person.is_not(None),
        number.is_not(None),
    )  # fmt: skip
    work = pairs.where(or_(*(what.startswith(code, autoescape=True) for code in WORK)))
    beside = pairs.where(what.in_(READING)).except_(work).subquery()
    counted = select(beside.c.person_id, func.count()).group_by(beside.c.person_id)
    return {person_id: int(n) for person_id, n in (await session.execute(counted)).all()}


async def people_with_roles(session: Session, ids: Collection[str]) -> dict[str, tuple[str, str, list[str]]]:
    """Username, name and roles held now, by the ids of these people."""
    query = (
        select(col(PersonRow.person_id), col(PersonRow.username), col(PersonRow.name), col(PostRow.role))
        .outerjoin(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(col(PersonRow.person_id).in_(ids))
    )
    found: dict[str, tuple[str, str, list[str]]] = {}
    for person_id, username, name, role in (await session.execute(query)).all():
        roles = found.setdefault(person_id, (username, name, []))[2]
        if role and role not in roles:
            roles.append(role)
    return found
