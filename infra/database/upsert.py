"""Insert-or-overwrite and insert-or-keep, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Executable, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel


async def upsert(
    session: AsyncSession, table: type[SQLModel], rows: list[dict[str, Any]], *, keep: bool = False
) -> None:
    """Inserts rows; those whose primary key is there already are overwritten, or kept as they are."""
    if rows:
        await session.execute(_statement(table, session.get_bind().dialect.name, keep), rows)


def _insert(target: Any, dialect: str) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(target) if dialect == "sqlite" else postgresql.insert(target)


@cache
def _statement(table: type[SQLModel], dialect: str, keep: bool) -> Executable:
    """Built once: building it costs more than running it."""
    target = inspect(table).local_table
    statement = _insert(target, dialect)
    keys = [column.name for column in target.primary_key]
    others = {c.name: statement.excluded[c.name] for c in target.columns if c.name not in keys}
    if keep or not others:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=others)
