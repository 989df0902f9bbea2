"""Every SQL statement of a process, a line each, for those who count what a decision costs. Off by default.

The text alone, never its values: they are bound parameters, in our queries always. What opens and ends a transaction is
left out, and rows that go to the database in one call are one statement.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


class StatementLog:
    """A file of one process, written without a buffer: who counts its lines sees every statement sent by then."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, statement: str) -> None:
        """One statement. Who goes past SQLAlchemy to the driver calls this himself."""
        if not statement.startswith(_TRANSACTION):
            with contextlib.suppress(OSError):  # a full disk loses a line here, and no statement
                os.write(self._file, (" ".join(statement.split()) + "\n").encode())

    def listen(self, engine: AsyncEngine) -> None:
        """Notes what goes through an engine."""

        def sent(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self.note(statement)

        event.listen(engine.sync_engine, "before_cursor_execute", sent)

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._file)


def log_of(folder: Path, pid: int) -> Path:
    """Where a process writes its statements, by its id."""
    return folder / f"sql-{pid}.log"
