"""Alembic's entry: online migrations with the async driver of the settings."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, event, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import infra.database.tables  # noqa: F401  the tables register themselves
from infra.database.columns import Instant, Sealed

URL: str = context.config.attributes["url"]
ASKED: dict[str, Any] = context.config.attributes["asked"]


def _plain_type(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Migrations name the database's own types: ours may change behind them."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True,
                      render_item=_plain_type, transactional_ddl=True)  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


def _by_us(connection: Any, _: Any) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _online() -> None:
    engine = create_async_engine(URL, poolclass=pool.NullPool, connect_args=ASKED)
    if engine.dialect.name == "sqlite":
        # The driver would commit before each change of the schema, and a failure would leave half of a migration.
        event.listen(engine.sync_engine, "connect", _by_us)
        event.listen(engine.sync_engine, "begin", _begin)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_online())
