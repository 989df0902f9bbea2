"""The access log: who read a case, who was refused what. Codes only.

Reading is far more frequent than writing, and SQLite has one writer: entries are gathered and written once a moment.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import structlog
from sqlalchemy import select
from sqlmodel import col

from domain.errors import StoreUnavailable
from infra.database import Database
from infra.ids import new_id
from infra.tables import AccessRow, PersonRow

EVERY = 0.5
"""Seconds between two writings: what a killed process may lose."""
LOOK = 600.0
"""Seconds for which a look at a case lasts."""
LOOKS = 10_000
"""Of so many the ones that are over are forgotten."""
OK = "ok"
"""The outcome of what was not refused."""
log = structlog.get_logger()


class AccessLog:
    """Gathers entries and writes them in the background."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[AccessRow] = []
        self._looks: dict[tuple[str, str], float] = {}

    def note_look(self, person_id: str, dispute_no: str) -> None:
        """Notes a look at a case, once while it lasts: a gallery asks for each of its small pictures by itself."""
        now = time.monotonic()
        if len(self._looks) > LOOKS:
            self._looks = {look: at for look, at in self._looks.items() if now - at < LOOK}
        if now - self._looks.get((person_id, dispute_no), -LOOK) >= LOOK:
            self.note(person_id, dispute_no, "read")

    def note(self, person_id: str | None, dispute_no: str | None, what: str, outcome: str = OK) -> None:
        """Notes an access (`outcome` ok) or a refused attempt (the code of the refusal)."""
        if person_id and dispute_no and outcome == OK:
            self._looks[person_id, dispute_no] = time.monotonic()
        self._waiting.append(
            AccessRow(
                access_id=new_id(),
                at=datetime.now(UTC),
                person_id=person_id,
                dispute_no=dispute_no,
                what=what,
                outcome=outcome,
            )
        )

    async def keep_writing(self) -> None:
        """Writes what was gathered, for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            await self.write()

    async def write(self) -> None:
        """Writes what was gathered so far."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        try:
            async with self._database.write() as session:
                session.add_all(rows)
        except StoreUnavailable as error:
            self._waiting = [*rows, *self._waiting]
            log.warning("access_log_waits", error=error.code, entries=len(rows))


async def accesses(
    database: Database, *, person_id: str | None, dispute_no: str | None, refused: bool, limit: int, before: str | None
) -> list[tuple[AccessRow, str | None, str | None]]:
    """The newest entries first, each with the name and username of its person; `before` is the id of the last one seen.

    With `refused` only the attempts that were refused.
    """
    query = (
        select(AccessRow, col(PersonRow.name), col(PersonRow.username))
        .outerjoin(PersonRow, col(PersonRow.person_id) == col(AccessRow.person_id))
        .order_by(col(AccessRow.access_id).desc())  # a UUIDv7 sorts by its time
        .limit(limit)
    )
    if person_id:
        query = query.where(col(AccessRow.person_id) == person_id)
    if dispute_no:
        query = query.where(col(AccessRow.dispute_no) == dispute_no)
    if refused:
        query = query.where(col(AccessRow.outcome) != OK)
    if before:
        query = query.where(col(AccessRow.access_id) < before)
    async with database.read() as session:
        return [(row, name, username) for row, name, username in (await session.execute(query)).all()]
