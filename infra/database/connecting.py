"""Connections to SQLite and to PostgreSQL: how they are made, and how long a statement of theirs may take."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Any

from asyncpg import PostgresError
from pydantic_core import to_json
from sqlalchemy import Connection, Dialect, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from infra.database import inline
from infra.database.deadline import STEPS, Deadline
from infra.database.tls import asked_of, unreachable
from infra.database.transactions import stale
from infra.runtime.settings import Settings
from infra.runtime.tls.link import Link

WRITES = "santui_writes"
DEADLINE = "santui_deadline"
PATIENCE = 5.0
"""Seconds a writer waits for its turn, SQLite for another process's writer, and anybody for a connection."""
POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 10, "pool_timeout": PATIENCE}
"""At most 20 connections a process: api, worker and a job beside them stay far below the 100 that PostgreSQL allows."""
POSTGRESQL: dict[str, Any] = {
    "timeout": PATIENCE,
    # Beyond what a statement may take.
    "command_timeout": 2.0,
    "server_settings": {
        "application_name": "santui",
        "lock_timeout": f"{PATIENCE * 1000:.0f}",
        # Lists take milliseconds; compiling their plans takes a hundred.
        "jit": "off",
        # A plan for nobody in particular suits neither the county nor a grid.
        "plan_cache_mode": "force_custom_plan",
        "max_parallel_workers_per_gather": "0",
    },
}
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16384")
"""Said to every connection of SQLite. Of its pages it keeps up to 16 MB: the indexes of a county's years that a list
walks, which do not fit into the 2 MB that are usual.
"""


def on_sqlite(settings: Settings, seconds: float) -> tuple[AsyncEngine, AsyncEngine]:
    """Writers have a thread each, for SQLite makes them wait; readers it lets go on, so they work on the loop."""
    engine = create_async_engine(settings.database_url, json_serializer=_json, **POOL)
    readers = create_async_engine(
        make_url(settings.database_url).set(drivername=inline.DRIVER), connect_args={"seconds": seconds}, **POOL
    )
    event.listen(engine.sync_engine, "connect", lambda connection, record: _sqlite_writes(connection, record, seconds))
    event.listen(engine.sync_engine, "before_cursor_execute", _sqlite_begun)
    event.listen(engine.sync_engine, "begin", _sqlite_begin)
    event.listen(readers.sync_engine, "connect", _sqlite_only_reads)
    for each in (engine, readers):
        event.listen(each.sync_engine, "handle_error", _sqlite_stale)
    return engine, readers


def on_postgresql(settings: Settings, seconds: float) -> tuple[AsyncEngine, AsyncEngine]:
    """One engine; its readers have no transactions."""
    link = settings.database_link
    said = {**POSTGRESQL["server_settings"], "statement_timeout": f"{seconds * 1000:.0f}"}
    # Asked on this side too: a server that hangs does not keep its own time.
    limits = {"server_settings": said, "command_timeout": seconds + POSTGRESQL["command_timeout"]}
    asked = POSTGRESQL | limits | asked_of(link)
    told = {"json_serializer": _json, "pool_pre_ping": True, "connect_args": asked, **POOL}
    engine = create_async_engine(settings.database_url, **told)
    event.listen(engine.sync_engine, "do_connect", partial(connected, link))
    # Each query sees what is committed by then, which needs no transaction and no words about one.
    return engine, engine.execution_options(isolation_level="AUTOCOMMIT")


def connected(link: Link, dialect: Dialect, _: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Connects; nobody listening, or not yet, comes as the driver's or the system's own exception."""
    try:
        return dialect.connect(*args, **options)
    except (OSError, PostgresError, dialect.loaded_dbapi.Error) as error:
        if isinstance(error, sqlite3.Error):
            raise
        raise unreachable(link, error) from error


def _json(value: Any) -> str:
    return to_json(value).decode()


def _sqlite_begin(connection: Connection) -> None:
    # SQLite has one writer: taking its lock at once avoids the deadlock of two readers that both want to write.
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_stale(context: ExceptionContext) -> None:
    # As after a server's restart: this connection and all that were opened before it are opened anew.
    if stale(context.original_exception):
        context.is_disconnect = True


def say_pragmas(connection: Any) -> None:
    """Makes a connection of SQLite one of ours."""
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    cursor = connection.cursor()
    for pragma in (*PRAGMAS, f"busy_timeout={PATIENCE * 1000:.0f}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_writes(connection: Any, record: Any, seconds: float) -> None:
    say_pragmas(connection)
    deadline = record.info[DEADLINE] = Deadline(seconds)
    connection.run_async(lambda driver: driver.set_progress_handler(deadline.passed, STEPS))


def _sqlite_begun(connection: Connection, *_: Any) -> None:
    connection.info[DEADLINE].begin()


def _sqlite_only_reads(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # each query sees what is committed by then, as with READ COMMITTED
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()
