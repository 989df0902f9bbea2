"""Alembic's entry: online migrations with the async driver of the settings."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from infra import tables  # noqa: F401  the tables register themselves
from infra.columns import Instant, Sealed

URL: str = context.config.attributes["url"]


def _plain_type(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Migrations name the database's own types: ours may change behind them."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True,
                      render_item=_plain_type)  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


async def _online() -> None:
    engine = create_async_engine(URL, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_online())
