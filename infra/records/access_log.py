"""The access log: who read a case, who was refused what. Codes only.

Reading is far more frequent than writing, and SQLite has one writer: entries are gathered and written once a moment.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

import structlog
from sqlalchemy import insert, select
from sqlmodel import col

from domain.errors import StoreUnavailable
from infra.database.engine import Database, Session
from infra.database.ids import new_id
from infra.database.tables.audit import AccessRow
from infra.database.tables.people import PersonRow

EVERY = 0.5
"""Seconds between two writings: what a killed process may lose."""
LOOK = 600.0
"""Seconds for which a look at a case lasts."""
LOOKS = 10_000
"""Of so many the ones that are over are forgotten."""
AT_ONCE = 500
"""Entries written in one transaction."""
MOST = 20_000
"""Entries that wait at most; then nothing is shown that could not be noted."""
NUMBER = 40
"""Characters of a dispute's number; of what is no number, no more is noted."""
OK = "ok"
"""The outcome of what was not refused."""
log = structlog.get_logger()


class AccessLog:
    """Gathers entries and writes them in the background."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[AccessRow] = deque()
        self._looked: set[str] = set()
        """the ids of those that wait and are looks"""
        self._writing = asyncio.Lock()
        self._looks: dict[tuple[str, str], float] = {}

    def note_look(self, person_id: str, dispute_no: str) -> None:
        """Notes a look at a case, once while it lasts: a gallery asks for each of its small pictures by itself, and of
        several processes each may get some.

        Raises:
            StoreUnavailable: as `note`.
        """
        now = time.monotonic()
        if len(self._looks) > LOOKS:
            self._looks = {look: at for look, at in self._looks.items() if now - at < LOOK}
        if now - self._looks.get((person_id, dispute_no), -LOOK) >= LOOK:
            self._looked.add(self.note(person_id, dispute_no, "read"))

    def note(self, person_id: str | None, dispute_no: str | None, what: str, outcome: str = OK) -> str:
        """Notes an access (`outcome` ok) or a refused attempt (the code of the refusal); answers the entry's id.

        Raises:
            StoreUnavailable: so many entries wait that this one can't be kept: what it is about is not to be shown.
        """
        if len(self._waiting) >= MOST:
            raise StoreUnavailable("查阅记录暂时无法保存，请稍后重试")
        if person_id and dispute_no and outcome == OK:
            self._looks[person_id, dispute_no] = time.monotonic()
        access_id = new_id()
        self._waiting.append(
            AccessRow(
                access_id=access_id,
                at=datetime.now(UTC),
                person_id=person_id,
                dispute_no=_number(dispute_no),
                what=what,
                outcome=outcome,
            )
        )
        return access_id

    async def keep_writing(self) -> None:
        """Writes what was gathered, for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            await self.write()

    @property
    def backlog(self) -> int:
        """How many entries wait."""
        return len(self._waiting)

    @property
    def waits_since(self) -> datetime | None:
        """When the oldest entry that waits was made."""
        return self._waiting[0].at if self._waiting else None

    async def write(self) -> None:
        """Writes what was gathered so far; what can't be written waits."""
        async with self._writing:
            try:
                while rows := list(islice(self._waiting, AT_ONCE)):
                    await self._put(rows)
                    for _ in rows:
                        self._looked.discard(self._waiting.popleft().access_id)
            except StoreUnavailable as error:
                log.warning("access_log_waits", error=error.code, entries=len(self._waiting))

    async def _put(self, rows: list[AccessRow]) -> None:
        """Writes entries; one that the database can't hold is said and left out, so that it does not hold the others.

        Raises:
            StoreUnavailable
        """
        looks = [row for row in rows if row.access_id in self._looked]
        try:
            async with self._database.write("looks" if looks else None) as session:
                before = await _noted(session, looks) if looks else set[str]()
                if new := [row.model_dump() for row in rows if row.access_id not in before]:
                    await session.execute(insert(AccessRow), new)
        except StoreUnavailable:
            raise
        except Exception as error:
            if len(rows) == 1:
                log.error("access_entry_lost", access_id=rows[0].access_id, exc_info=error)
                return
            for row in rows:
                await self._put([row])


async def _noted(session: Session, looks: Sequence[AccessRow]) -> set[str]:
    """The ids of those looks whose person another process has seen at the case already, while this look lasts."""
    noted = select(col(AccessRow.person_id), col(AccessRow.dispute_no)).where(
        col(AccessRow.dispute_no).in_({row.dispute_no for row in looks}),
        col(AccessRow.person_id).in_({row.person_id for row in looks}),
        col(AccessRow.what) == "read",
        col(AccessRow.outcome) == OK,
        col(AccessRow.at) > min(row.at for row in looks) - timedelta(seconds=LOOK),
    )
    found = {(person, number) for person, number in (await session.execute(noted)).all()}
    return {row.access_id for row in looks if (row.person_id, row.dispute_no) in found}


def _number(dispute_no: str | None) -> str | None:
    """A number as somebody tried it, of what a column can hold."""
    if dispute_no is None:
        return None
    return "".join(c for c in dispute_no[:NUMBER] if c.isprintable())


async def accesses(
    session: Session, *, person_id: str | None, dispute_no: str | None, refused: bool, limit: int, before: str | None
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
    return [(row, name, username) for row, name, username in (await session.execute(query)).all()]
