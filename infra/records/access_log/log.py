"""The access log: who did or read what, from where, in whose name, and who was refused.

What is read is far more frequent than what is written, and SQLite has one writer: entries are gathered and written once
a moment. What a request changes is written with the change, in its transaction (`gathered`, `entries_written`), or
before its answer (`written`).
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from pydantic_core import to_json
from sqlalchemy import select
from sqlmodel import col

from domain.errors import StoreUnavailable
from domain.people.organisation import Actor
from infra.database.connecting import PATIENCE
from infra.database.engine import Database, Session
from infra.database.ids import new_id
from infra.database.statements import upserting
from infra.database.tables.audit import AccessRow
from infra.database.transactions import Work, within
from infra.records.access_log.asking import SHORT, Asking, asking, capacity_of

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
FULL = 15_000
"""So many wait, and requests wait for room: the rest is for those that are being answered."""
SHOWN = 200
"""Cases that an entry names at most of those a list showed."""
NUMBER = 40
"""Characters of a dispute's number; of what is no number, no more is noted."""
OK = "ok"
"""The outcome of what was not refused."""
log = structlog.get_logger()


_GATHERED: ContextVar[list[AccessRow] | None] = ContextVar("gathered", default=None)
_KEEP = upserting(AccessRow, keep=True)
"""An entry that was written although nobody heard so is not written again."""


@contextmanager
def gathered() -> Iterator[list[AccessRow]]:
    """What is noted in the block is the caller's to write, with what it tells of."""
    rows: list[AccessRow] = []
    before = _GATHERED.set(rows)
    try:
        yield rows
    finally:
        _GATHERED.reset(before)


def entries_written(rows: Sequence[AccessRow]) -> Work[None]:
    """Writes entries in the transaction of what they tell."""
    if rows:
        yield _KEEP, [row.model_dump() for row in rows]


class AccessLog:
    """Gathers entries and writes them in the background."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[AccessRow] = deque()
        self._looked: set[str] = set()
        """the ids of those that wait and are looks"""
        self._writing = asyncio.Lock()
        self._looks: dict[tuple[str | None, str | None, str], float] = {}

    def note_look(self, person_id: str, dispute_no: str) -> None:
        """Notes a look at a case, once while it lasts: a gallery asks for each of its small pictures by itself, and of
        several processes each may get some.

        Raises:
            StoreUnavailable: as `note`.
        """
        if self._first(person_id, dispute_no, "read"):
            self._looked.add(self.note(person_id, dispute_no, "read"))

    def note_shown(self, person_id: str, what: str, asked_for: dict[str, Any], numbers: Sequence[str]) -> None:
        """Notes a list: what was asked for, how much was shown, and of which cases; the same again within the time of a
        look is the same look.

        Raises:
            StoreUnavailable: as `note`.
        """
        self.note_once(person_id, None, what, {"asked": asked_for, "count": len(numbers), "shown": [*numbers[:SHOWN]]})

    def note_once(
        self,
        person_id: str | None,
        dispute_no: str | None,
        what: str,
        about: dict[str, Any],
        outcome: str = OK,
        *,
        concerns: str | None = None,
    ) -> None:
        """Notes what is the same however often it is asked within the time of a look.

        Raises:
            StoreUnavailable: as `note`.
        """
        same = hashlib.sha256(to_json([what, outcome, concerns, about])).hexdigest()
        if self._first(person_id, dispute_no, same):
            self.note(person_id, dispute_no, what, outcome, concerns=concerns, about=about)
        elif request := asking():
            request.told(ok=outcome == OK)

    def note(
        self,
        person_id: str | None,
        dispute_no: str | None,
        what: str,
        outcome: str = OK,
        *,
        by: Actor | None = None,
        concerns: str | None = None,
        about: dict[str, Any] | None = None,
    ) -> str:
        """Notes what somebody did or read (`outcome` ok) or was refused (the code of the refusal); answers the entry's
        id.

        `by` is the capacity in which he did it, where it is not the one known of the request; `concerns` the person
        whose account, post or name it is about; `about` what else is to be known of it, sealed.

        Raises:
            StoreUnavailable: so many entries wait that this one can't be kept: what it is about is not to be shown.
        """
        rows = _GATHERED.get()
        if rows is None and len(self._waiting) >= MOST:
            raise StoreUnavailable("查阅记录暂时无法保存，请稍后重试")
        if person_id and dispute_no and outcome == OK:
            self._looks[person_id, dispute_no, "read"] = time.monotonic()
        request, capacity = asking(), by or capacity_of(person_id, dispute_no)
        row = AccessRow(
            access_id=new_id(),
            at=datetime.now(UTC),
            person_id=person_id,
            on_behalf_of=capacity.on_behalf_of if capacity else None,
            concerns=concerns,
            posts=" ".join(f"{post.role}@{post.path}" for post in capacity.posts) if capacity else "",
            session_id=request.session_id[:SHORT] if request else "",
            dispute_no=_number(dispute_no),
            what=what,
            outcome=outcome,
            sealed={"address": request.address if request else "", **_by_program(request), **(about or {})},
        )
        if request:
            request.told(ok=outcome == OK)
        if rows is None:
            self.queue([row])
        else:
            rows.append(row)
        return row.access_id

    def queue(self, rows: Sequence[AccessRow]) -> None:
        """Has entries written that were gathered, and that nothing else will write."""
        if rows and (request := asking()):
            request.waiting = True
        self._waiting.extend(rows)

    @asynccontextmanager
    async def within(self, session: Session) -> AsyncIterator[None]:
        """What is noted in the block is written in this transaction, and undone with it; a refusal is kept anyhow."""
        with gathered() as rows:
            try:
                yield
            except BaseException:
                self.queue([row for row in rows if row.outcome != OK])
                raise
        await within(session, entries_written(rows))

    def _first(self, person_id: str | None, dispute_no: str | None, same: str) -> bool:
        """Whether it was not noted within the time of a look; from now on it is."""
        now = time.monotonic()
        if len(self._looks) > LOOKS:
            self._looks = {look: at for look, at in self._looks.items() if now - at < LOOK}
        look = (person_id, dispute_no, same)
        first = now - self._looks.get(look, -LOOK) >= LOOK
        if first:
            self._looks[look] = now
        return first

    async def room(self) -> None:
        """Waits until there is room for more.

        Raises:
            StoreUnavailable: there is none for longer than anybody waits: nothing is to be shown.
        """
        if len(self._waiting) < FULL:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self._waiting) >= FULL:
                    await self.write()
                    await asyncio.sleep(EVERY / 10)
        except TimeoutError as error:
            raise StoreUnavailable("查阅记录暂时无法保存，请稍后重试") from error

    async def written(self) -> None:
        """Waits until all that was noted so far is written.

        Raises:
            StoreUnavailable: it is not; it waits.
        """
        await self.write()
        if self._waiting:
            raise StoreUnavailable("查阅记录暂时无法保存，请稍后重试")

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
                await within(session, entries_written([row for row in rows if row.access_id not in before]))
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


def _by_program(request: Asking | None) -> dict[str, str]:
    """What an entry says of a program that asked in its person's place."""
    return {"program": request.program} if request and request.program else {}
