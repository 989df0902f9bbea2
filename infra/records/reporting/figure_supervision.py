"""Supervision called down by figures (督导): raised once an organisation and month, answered, ruled upon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from infra.database.tables.people import PersonRow, PostRow
from infra.database.tables.reporting import FigureSupervisionRow
from infra.database.upsert import upsert
from infra.records.messages import NewMessage, add_messages, message_id_of

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
KIND = "figure_supervision"
"""The kind of message that tells of it."""
LEADERS = ("department_leader", "township_leader", "station_chief")
"""Who answers for an organisation's figures, and is told of them."""


async def raise_once(session: AsyncSession, row: FigureSupervisionRow, said: str) -> bool:
    """Raises a supervision and tells the organisation's leaders, in one transaction; false where it was raised."""
    if await session.get(FigureSupervisionRow, row.supervision_id):
        return False
    await upsert(session, FigureSupervisionRow, [row.model_dump()], keep=True)
    await tell_leaders(session, row, said, row.opened_at, "raised")
    return True


async def tell_leaders(session: AsyncSession, row: FigureSupervisionRow, said: str, at: datetime, what: str) -> None:
    """A message to the organisation's leaders; told again it leaves no second one."""
    leaders = (
        select(col(PostRow.person_id))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active), col(PostRow.path) == row.path, col(PostRow.role).in_(LEADERS))
    )
    people = sorted(set((await session.execute(leaders)).scalars()))
    content = {"supervision_id": row.supervision_id, "month": row.month, "said": said}
    messages = [
        NewMessage(message_id=message_id_of(KIND, row.supervision_id, what, person), person_id=person, kind=KIND,
                   content=content)
        for person in people
    ]  # fmt: skip
    await add_messages(session, messages, at)


async def find_supervision(session: AsyncSession, supervision_id: str) -> FigureSupervisionRow | None:
    """One of them."""
    return await session.get(FigureSupervisionRow, supervision_id)


async def step(session: AsyncSession, row: FigureSupervisionRow, states: tuple[str, ...], **values: Any) -> bool:
    """Takes it from one of these states to another; false where somebody was first."""
    there = col(FigureSupervisionRow.supervision_id) == row.supervision_id, col(FigureSupervisionRow.state).in_(states)
    taken = update(FigureSupervisionRow).where(*there).values(**values)
    found = await session.execute(taken.returning(col(FigureSupervisionRow.supervision_id)))
    return found.first() is not None
