"""Drafts at rest: one for a person and a form, sealed, gone when the form is sent, discarded or old.

A form that was sent leaves its key behind, so that what a browser saves too late does not bring it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from infra.database.engine import Database, Session
from infra.database.tables.drafts import DraftRow

KEPT = timedelta(days=7)
"""[DESIGN] How long a draft waits for its writer."""
MOST = 50
"""[DESIGN] Drafts of one person; the oldest make room."""

Fields = Sequence[tuple[str, str]]


async def keep_draft(database: Database, person_id: str, name: str, key: str, fields: Fields, now: datetime) -> bool:
    """Keeps what stands in a form; false where the form was sent under this key.

    Raises:
        StoreUnavailable: it could not be kept.
    """
    async with database.write(f"drafts of {person_id}") as session:
        row = await session.get(DraftRow, (person_id, name))
        if row and row.sealed is None and row.key == key:
            return False
        if row is None:
            row = DraftRow(person_id=person_id, name=name, key=key, saved_at=now)
            older = select(col(DraftRow.name)).where(col(DraftRow.person_id) == person_id)
            stale = (await session.execute(older.order_by(col(DraftRow.saved_at).desc()).offset(MOST - 1))).scalars()
            mine = (col(DraftRow.person_id) == person_id, col(DraftRow.name).in_(list(stale)))
            await session.execute(delete(DraftRow).where(*mine))
        row.key, row.saved_at, row.sealed = key, now, [list(pair) for pair in fields]
        session.add(row)
    return True


async def draft_of(session: Session, person_id: str, name: str, now: datetime) -> DraftRow | None:
    """What somebody left in a form, where he left something."""
    row = await session.get(DraftRow, (person_id, name))
    return row if row and row.sealed and row.saved_at > now - KEPT else None


async def drafts_of(session: Session, person_id: str, beginning: str, now: datetime, limit: int) -> list[DraftRow]:
    """What somebody left in forms whose names begin so, the latest first."""
    query = (
        select(DraftRow)
        .where(col(DraftRow.person_id) == person_id, col(DraftRow.name).startswith(beginning, autoescape=True),
               col(DraftRow.saved_at) > now - KEPT)
        .order_by(col(DraftRow.saved_at).desc())
    )  # fmt: skip
    return [row for row in (await session.execute(query)).scalars() if row.sealed][:limit]


async def sent(database: Database, person_id: str, name: str, key: str, now: datetime) -> None:
    """The form was sent under its key: what was kept of it is gone."""
    async with database.write(f"drafts of {person_id}") as session:
        row = await session.get(DraftRow, (person_id, name))
        row = row or DraftRow(person_id=person_id, name=name, key=key, saved_at=now)
        row.key, row.saved_at, row.sealed = key, now, None
        session.add(row)


async def sent_under(session: Session, person_id: str, name: str) -> str:
    """The key under which somebody sent a form; empty where he did not, or wrote in it again."""
    row = await session.get(DraftRow, (person_id, name))
    return row.key if row and row.sealed is None else ""


async def discard(database: Database, person_id: str, name: str) -> None:
    """Throws a draft away."""
    async with database.write(f"drafts of {person_id}") as session:
        mine = (col(DraftRow.person_id) == person_id, col(DraftRow.name) == name)
        await session.execute(delete(DraftRow).where(*mine))


async def sweep_drafts(database: Database, now: datetime) -> int:
    """Throws the old ones away; answers how many."""
    async with database.write() as session:
        old = delete(DraftRow).where(col(DraftRow.saved_at) <= now - KEPT).returning(col(DraftRow.name))
        return len((await session.execute(old)).all())
