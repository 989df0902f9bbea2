"""What is recorded and not yet in the engine: when each report is tried again, and which have failed so often that
somebody must look at them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlmodel import col

from domain.base import Model
from infra.database.engine import Database
from infra.database.statements import Statement
from infra.database.tables.intake import IncidentRow
from infra.database.transactions import Work

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
"""Also of a dead letter: an alarm is never given up."""
DEAD_AFTER = 6
"""So many failed tries, some three minutes, make a dead letter."""
AT_ONCE = 100


class Undelivered(Model):
    """Reports that the engine has not got: how many, when the oldest was received, and how many are dead letters."""

    count: int
    since: datetime | None
    dead: int


class Letter(Model):
    """A report that waits, without its content: what can't be unsealed must not keep the others waiting."""

    incident_id: str
    dispute_no: str
    joined: bool
    received_at: datetime
    attempts: int
    next_try_at: datetime | None
    failure: str | None


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: twice as long each time, up to the longest."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


async def mark_delivered(database: Database, incident_id: str, dispute_no: str) -> None:
    """The engine has it in that dispute; of one that was taken out of it meanwhile that says nothing."""
    await database.transact(_delivered(incident_id, dispute_no))


def _delivered(incident_id: str, dispute_no: str) -> Work[None]:
    yield _DELIVERED, {"id": incident_id, "number": dispute_no}


async def mark_failed(database: Database, letter: Letter, failure: str) -> int:
    """The engine is there and could not take it, for a reason given as a code; answers how often that happened."""
    attempts = letter.attempts + 1
    later = datetime.now(UTC) + pause_after(attempts)
    await _change(database, [letter.incident_id], attempts=attempts, next_try_at=later, failure=failure)
    return attempts


async def undelivered(database: Database, before: datetime) -> list[Letter]:
    """Those received before an instant whose time for a try has come, oldest first."""
    due = or_(col(IncidentRow.next_try_at).is_(None), col(IncidentRow.next_try_at) <= datetime.now(UTC))
    return await _letters(database, due, col(IncidentRow.received_at) < before, limit=AT_ONCE)


async def dead_letters(database: Database) -> list[Letter]:
    """Those that somebody must look at, oldest first."""
    return await _letters(database, col(IncidentRow.attempts) >= DEAD_AFTER)


async def waiting_letters(database: Database) -> list[Letter]:
    """All that wait, oldest first."""
    return await _letters(database)


async def undelivered_summary(database: Database) -> Undelivered:
    """How much waits, for readiness and metrics.

    Raises:
        StoreUnavailable
    """
    [(count, since, dead)] = await database.ask(_SUMMARY, {})
    return Undelivered(count=count, since=since, dead=dead)


async def try_again(database: Database, incident_ids: Collection[str]) -> None:
    """Has them tried at the next sweep, as if for the first time."""
    await _change(database, incident_ids, attempts=0, next_try_at=None)


_DELIVERED = Statement.of(
    update(IncidentRow)
    .where(col(IncidentRow.incident_id) == bindparam("id"), col(IncidentRow.dispute_no) == bindparam("number"))
    .values(delivered=True, next_try_at=None, failure=None)
)
_WAITS = col(IncidentRow.delivered) == False  # noqa: E712
_SUMMARY = Statement.of(
    select(
        func.count(),
        func.min(col(IncidentRow.received_at)),
        func.count().filter(col(IncidentRow.attempts) >= DEAD_AFTER),
    )
    .select_from(IncidentRow)
    .where(_WAITS)
)


async def _letters(database: Database, *which: ColumnElement[bool], limit: int | None = None) -> list[Letter]:
    columns = [getattr(IncidentRow, name) for name in Letter.model_fields]
    query = select(*columns).where(_WAITS, *which).order_by(col(IncidentRow.received_at)).limit(limit)
    async with database.read() as session:
        return [Letter(**row) for row in (await session.execute(query)).mappings()]


async def _change(database: Database, incident_ids: Collection[str], **values: Any) -> None:
    async with database.write() as session:
        await session.execute(
            update(IncidentRow).where(col(IncidentRow.incident_id).in_(incident_ids)).values(**values)
        )
