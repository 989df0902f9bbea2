"""Insert-or-overwrite and insert-or-keep in a session, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from infra.database.statements import upserting


async def upsert(
    session: AsyncSession, table: type[SQLModel], rows: list[dict[str, Any]], *, keep: bool = False
) -> None:
    """Inserts rows; those whose primary key is there already are overwritten, or kept as they are."""
    if rows:
        await session.execute(upserting(table, keep=keep).built(session.get_bind().dialect), rows)
