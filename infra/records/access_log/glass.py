"""Who has broken the glass of a case, until when, and who is to hear of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.organisation import lineage
from infra.database.tables.audit import GlassRow
from infra.database.tables.people import PersonRow, PostRow
from infra.database.upsert import upsert

WATCH_OVER = ("auditor", "supervisor")
"""The roles whose nearest holders hear of every broken glass."""


async def broken(
    session: AsyncSession, dispute_no: str, person_id: str, at: datetime, until: datetime, said: dict[str, str]
) -> None:
    """Opens a case to a person until an instant; where it was open, it is for longer."""
    row = {"dispute_no": dispute_no, "person_id": person_id, "at": at, "until": until, "sealed": said}
    await upsert(session, GlassRow, [row])


async def who_watches_over(session: AsyncSession, paths: Collection[str], but: str) -> list[str]:
    """Of each of the roles that watch over it, the ids of the nearest active holders at or above organisations (paths);
    without the person who is watched.
    """
    above = {place: near for path in paths for near, place in enumerate(lineage(path))}
    query = (
        select(col(PostRow.role), col(PostRow.path), col(PostRow.person_id))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active), col(PostRow.role).in_(WATCH_OVER), col(PostRow.path).in_(above))
        .where(col(PostRow.person_id) != but)
        .order_by(col(PostRow.post_id))
    )
    held = (await session.execute(query)).all()
    found: dict[str, None] = {}
    for role in WATCH_OVER:
        places = [(above[path], person) for each, path, person in held if each == role]
        nearest = min((near for near, _ in places), default=0)
        found.update(dict.fromkeys(person for near, person in places if near == nearest))
    return list(found)
