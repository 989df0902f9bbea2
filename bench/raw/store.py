"""The bare engine's read model: one table, the activity that writes it, the reader that waits for it."""

import asyncio
import json
import sqlite3
from pathlib import Path

import aiosqlite
from pydantic import BaseModel
from temporalio import activity

POLL_EVERY = 0.002
"""Seconds between two looks at the file: well below the few milliseconds that the write itself takes."""

TABLE = (
    "CREATE TABLE IF NOT EXISTS raw_case (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, outcome TEXT NOT NULL)"
)
# Activities run at least once and may overtake each other: an older image never replaces a newer one.
UPSERT = """
    INSERT INTO raw_case (case_id, revision, outcome) VALUES (?, ?, ?)
    ON CONFLICT (case_id) DO UPDATE SET revision = excluded.revision, outcome = excluded.outcome
    WHERE revision < excluded.revision
"""


class Opened(BaseModel):
    """The input of one case: it ends after so many decisions."""

    case_id: str
    decisions: int


class Decision(BaseModel):
    """What a person decides, on the revision that the person saw."""

    seen: int
    outcome: str


class Image(BaseModel):
    """The whole row of a case, as of a revision."""

    case_id: str
    revision: int
    outcome: str


class Store:
    """The writing side, owned by the worker: one connection, so that writes queue in order instead of meeting locks."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, database: Path) -> "Store":
        """Create the file and the table if need be. The caller closes."""
        connection = await aiosqlite.connect(database, isolation_level=None)  # every statement is its own transaction
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = NORMAL")
        await connection.execute(TABLE)
        return cls(connection)

    async def close(self) -> None:
        """Let go of the file."""
        await self._connection.close()

    @activity.defn
    async def publish(self, image: Image) -> None:
        """The one normal activity of the bench: one statement, one commit."""
        await self._connection.execute(UPSERT, (image.case_id, image.revision, image.outcome))


class Reader:
    """The reading side, in the client's process: lets many callers wait for their row at one price.

    One look every `POLL_EVERY` for everybody who waits. Fifty callers that poll for themselves wake the event loop
    25,000 times a second, and the bench would measure its own client.
    """

    def __init__(self, database: Path) -> None:
        self._connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._waiting: dict[str, tuple[int, asyncio.Future[None]]] = {}
        self._somebody = asyncio.Event()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    async def shows(self, case_id: str, revision: int) -> None:
        """Return when the row of a case is at a revision or beyond. One caller a case at a time."""
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[case_id] = (revision, reached)
        self._somebody.set()
        try:
            await reached
        finally:
            self._waiting.pop(case_id, None)

    async def watch(self) -> None:
        """Look while somebody waits. A task of the caller's group: if it fails, nobody waits for ever."""
        while True:
            await self._somebody.wait()
            self._look()
            if self._waiting:
                await asyncio.sleep(POLL_EVERY)
            else:
                self._somebody.clear()

    def _look(self) -> None:
        rows = self._connection.execute(
            "SELECT case_id, revision FROM raw_case WHERE case_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(self._waiting)),),
        )
        for case_id, revision in rows.fetchall():
            wanted, reached = self._waiting[case_id]
            if revision >= wanted:
                del self._waiting[case_id]
                if not reached.done():  # its caller may just have been cancelled
                    reached.set_result(None)
