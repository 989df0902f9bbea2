"""The editions, none ever deleted; the one that serves, as a process remembers it; and who switched them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.triage.learning.applying import Serving
from domain.triage.learning.edition import Edition
from domain.triage.learning.training import Comparison
from infra.database.columns import ring
from infra.database.engine import Database
from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.tables.operations import LearnedEditionRow

REMEMBERED = 5.0
"""Seconds for which a process goes by the edition that it read last."""
LOCK = "learned_edition"
JOB = "learning"
"""The kind of the job that makes one (`infra.records.jobs`)."""


def secret() -> bytes:
    """The county's, under which pieces of texts are digested."""
    return ring().lasting("learning")


class LearnedEditions:
    """The edition that serves, or none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Serving | None = None
        self._read_at: float | None = None

    async def serving(self) -> Serving | None:
        """What corrects the cues now.

        Raises:
            StoreUnavailable
        """
        if self._read_at is None or time.monotonic() - self._read_at > REMEMBERED:
            async with self._database.read() as session:
                number = await serving_number(session)
                if number is None:
                    self._known = None
                elif self._known is None or self._known.number != number:
                    row = await find(session, number)
                    self._known = serving_of(row) if row else None
            self._read_at = time.monotonic()
        return self._known

    def forget(self) -> None:
        """Reads it anew the next time."""
        self._read_at = None


def serving_of(row: LearnedEditionRow) -> Serving:
    """An edition ready to speak."""
    return Serving(row.number, Edition.model_validate(row.sealed), secret())


async def serving_number(session: AsyncSession) -> int | None:
    """The number of the edition that serves."""
    query = select(col(LearnedEditionRow.number)).where(col(LearnedEditionRow.serves))
    return (await session.execute(query)).scalar_one_or_none()


async def find(session: AsyncSession, number: int) -> LearnedEditionRow | None:
    """An edition."""
    return await session.get(LearnedEditionRow, number)


async def latest(session: AsyncSession) -> LearnedEditionRow | None:
    """The edition made last, whether it served or not."""
    query = select(LearnedEditionRow).order_by(col(LearnedEditionRow.number).desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def editions(session: AsyncSession, limit: int, cursor: str | None) -> Page:
    """The editions, the latest first."""
    number = col(LearnedEditionRow.number)
    query = select(LearnedEditionRow).order_by(number.desc()).limit(limit + 1)
    if cursor:
        query = query.where(number < read_cursor(cursor, int)[0])
    rows = list((await session.execute(query)).scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.number) if more else None)


async def keep(
    database: Database, *, until: datetime, cases: int, comparison: Comparison, edition: Edition | None
) -> LearnedEditionRow:
    """Keeps what was made of some cases. What can serve serves from now on, unless learning is switched off."""
    async with database.write(LOCK) as session:
        before = await latest(session)
        off = before is not None and before.switched_off
        row = LearnedEditionRow(
            number=before.number + 1 if before else 1, at=datetime.now(UTC), until=until, cases=cases,
            verdict=comparison.verdict, serves=edition is not None and not off, switched_off=off,
            told={"comparison": comparison.model_dump(mode="json"), "switched": []},
            sealed=edition.model_dump(mode="json") if edition else None,
        )  # fmt: skip
        if row.serves:
            await _serves_no_more(session)
        session.add(row)
    return row


async def switch(session: AsyncSession, number: int | None, said: dict[str, Any]) -> None:
    """Lets one edition serve, or none: with learning switched off none does, whatever is made. `said` is who did it,
    when and why. The caller holds `LOCK`, and knows that the edition can serve."""
    await _serves_no_more(session)
    last = await latest(session) or _nothing_yet()
    last.switched_off = number is None
    row = await find(session, number) if number is not None else last
    if row is not None:
        row.serves = number is not None
        row.told = {**row.told, "switched": [*row.told["switched"], said]}
        session.add(row)
    session.add(last)


def _nothing_yet() -> LearnedEditionRow:
    """Number 0, kept where learning is switched off before anything was learned."""
    return LearnedEditionRow(
        number=0, at=datetime.now(UTC), until=datetime(1970, 1, 1, tzinfo=UTC), cases=0, verdict="", serves=False,
        told={"comparison": None, "switched": []},
    )  # fmt: skip


async def _serves_no_more(session: AsyncSession) -> None:
    await session.execute(update(LearnedEditionRow).where(col(LearnedEditionRow.serves)).values(serves=False))
