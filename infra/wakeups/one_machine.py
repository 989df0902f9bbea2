"""SQLite: hints go through sockets of one machine, generations are counted by triggers in the database itself.

The count is read with one short statement on the loop (4 µs, after somebody's commit 5 to 20; `bench.wakeups`). It is
part of the transaction that changes the topic, so it is right whoever writes, the sqlite3 shell included, and whoever
dies when.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import structlog

from infra.wakeups.sockets import Mailbox, Sender
from infra.wakeups.wakeups import Topic, Wakeups

PAUSE = 5.0
"""Seconds between two tries to make a socket, and between two looks whether somebody has taken it away."""
_COUNT = "SELECT number FROM generation WHERE topic = ?"
log = structlog.get_logger()


class OneMachine(Wakeups):
    """Signals of the processes that share an SQLite file and a folder of sockets."""

    def __init__(self, folder: Path, file: Path) -> None:
        super().__init__()
        self._folder, self._file = folder, file
        self._sender = Sender(folder)
        self._mailbox: Mailbox | None = None
        self._counts: sqlite3.Connection | None = None

    @property
    def listens(self) -> bool:
        return self._mailbox is not None

    def published(self, dispute_no: str, revision: int) -> None:
        super().published(dispute_no, revision)
        self._send(f"published {dispute_no} {revision}".encode())

    def job_waits(self) -> None:
        super().job_waits()
        self._send(b"job")

    def changed(self, topic: Topic) -> None:
        """Nothing to do: the database has counted it."""

    def generation(self, topic: Topic) -> int | None:
        try:
            if self._counts is None:
                # A reader waits for nobody: what can't be read at once is not known.
                self._counts = sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True, timeout=0)
            # All rows, so that the statement ends: one that is still open would hold the write-ahead log back.
            rows = self._counts.execute(_COUNT, (topic.value,)).fetchall()
        except sqlite3.Error:
            self.let_go()
            return None
        return int(rows[0][0]) if rows else None

    async def keep_listening(self) -> None:
        while True:
            try:
                mailbox = self._mailbox = Mailbox(self._folder, self._hear)
            except OSError as error:
                log.warning("wakeups_down", error=type(error).__name__)
                await asyncio.sleep(PAUSE)
                continue
            try:
                while mailbox.there():  # noqa: ASYNC110  nobody says when a file is taken away
                    await asyncio.sleep(PAUSE)
            finally:
                self._mailbox = None
                mailbox.close()

    async def close(self) -> None:
        self._sender.close()
        self.let_go()

    def _send(self, word: bytes) -> None:
        self._sender.send(word, but=self._mailbox.name if self._mailbox else None)

    def _hear(self, word: bytes) -> None:
        match word.split(b" "):
            case [b"published", number, revision] if revision.isdigit():
                super().published(number.decode("ascii", "replace"), int(revision))
            case [b"job"]:
                super().job_waits()

    def let_go(self) -> None:
        if self._counts is not None:
            with contextlib.suppress(sqlite3.Error):
                self._counts.close()
            self._counts = None
