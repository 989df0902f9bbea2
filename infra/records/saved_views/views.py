"""Saved views of the list of disputes: one's own, and those shared with one's units."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlmodel import col

from infra.database.engine import Session
from infra.database.tables.saved_views import SavedViewRow

_VIEW = SavedViewRow


async def columns_of(session: Session, person_id: str) -> list[str] | None:
    """The columns that somebody chose; none where he never did."""
    row = await session.get(_VIEW, person_id)
    return list(row.sealed["columns"]) if row else None


async def keep_columns(session: Session, person_id: str, columns: list[str]) -> None:
    """Keeps the columns that somebody chose."""
    await keep(session, person_id, person_id, "", {"columns": columns})


async def views_of(session: Session, person_id: str, paths: Collection[str]) -> list[SavedViewRow]:
    """One's own views and those shared with one's organisations, by age."""
    shared = and_(col(_VIEW.shared_with) != "", col(_VIEW.shared_with).in_(paths))
    own = and_(col(_VIEW.person_id) == person_id, col(_VIEW.view_id) != person_id)
    query = select(_VIEW).where(or_(own, shared)).order_by(col(_VIEW.at), col(_VIEW.view_id))
    return list((await session.execute(query)).scalars())


async def how_many(session: Session, person_id: str) -> int:
    """How many views somebody keeps."""
    query = select(func.count()).where(col(_VIEW.person_id) == person_id, col(_VIEW.view_id) != person_id)
    return (await session.execute(query)).scalar_one()


async def keep(session: Session, view_id: str, person_id: str, shared_with: str, content: dict[str, Any]) -> bool:
    """Keeps a view, or how it is now; false where another's is kept under this id."""
    row = await session.get(_VIEW, view_id)
    if row is None:
        row = _VIEW(view_id=view_id, person_id=person_id, at=datetime.now(UTC), sealed={})
    elif row.person_id != person_id:
        return False
    row.shared_with, row.sealed = shared_with, content
    session.add(row)
    return True


async def own_view(session: Session, view_id: str, person_id: str) -> SavedViewRow | None:
    """A view, if the person keeps it."""
    row = await session.get(_VIEW, view_id)
    return row if row and row.person_id == person_id and view_id != person_id else None


async def drop(session: Session, view_id: str, person_id: str) -> None:
    """Lets go of a view of one's own."""
    await session.execute(
        delete(_VIEW).where(
            col(_VIEW.view_id) == view_id, col(_VIEW.person_id) == person_id, col(_VIEW.view_id) != person_id
        )
    )
