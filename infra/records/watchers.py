"""Watching a dispute: being told of it. It gives no right, so whoever loses sight of a dispute watches it no more."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from infra.database.tables.messages import WatcherRow
from infra.database.upsert import upsert


async def watch(session: AsyncSession, dispute_no: str, person_id: str) -> None:
    """Begins to watch; again changes nothing. The caller checks that the person may see the dispute."""
    row = {"dispute_no": dispute_no, "person_id": person_id, "at": datetime.now(UTC)}
    await upsert(session, WatcherRow, [row], keep=True)


async def unwatch(session: AsyncSession, dispute_no: str, person_id: str) -> None:
    """Watches no more."""
    of_person = col(WatcherRow.dispute_no) == dispute_no, col(WatcherRow.person_id) == person_id
    await session.execute(delete(WatcherRow).where(*of_person))


async def watches(session: AsyncSession, dispute_no: str, person_id: str) -> bool:
    """Whether somebody asked to be told of a dispute."""
    return await session.get(WatcherRow, (dispute_no, person_id)) is not None
