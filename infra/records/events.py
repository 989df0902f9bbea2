"""Events (动态): what changed in an image, written in its transaction, read in order by event streams. Whom one
concerns: `infra.read_model.audience`.

Ownership: the table `event` is a tail of two days beside the read model, not part of it; rebuilding neither makes nor
needs it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.image.change_events import ChangeEventKind, change_events
from domain.image.projection import Image
from infra.database.engine import Database
from infra.database.statements import Statement
from infra.database.tables.messages import EventRow
from infra.database.transactions import Work, each

KEPT = timedelta(days=2)
"""For how long one can resume; who was away longer reads the inbox again."""
_INSERT = Statement.of(
    insert(EventRow).inline(), ("at", "kind", "dispute_no", "revision", "task_id", "posts", "persons")
)


def note_events(image: Image, *, stored: int, before: dict[str, str]) -> Work[None]:
    """Writes what an image tells beyond the stored revision; last in its transaction, so that numbers given to rows
    are seen soon after.
    """
    now = datetime.now(UTC)
    rows = [
        {"at": now, "kind": str(news.kind), "dispute_no": image.dispute_no, "revision": image.revision,
         "task_id": news.task_id, "posts": news.posts, "persons": news.persons}
        for news in change_events(image, stored=stored, before=before)
    ]  # fmt: skip
    yield from each(_INSERT, rows)


async def last_event(session: AsyncSession) -> int:
    """The number of the newest event; 0 where there has been none."""
    return (await session.execute(select(func.max(col(EventRow.seq))))).scalar_one_or_none() or 0


async def seqs_after(session: AsyncSession, seq: int) -> set[int]:
    """The numbers of the events after one."""
    found = (await session.execute(select(col(EventRow.seq)).where(col(EventRow.seq) > seq))).scalars()
    return {number for number in found if number is not None}


async def events_after(
    session: AsyncSession, seq: int, *, missed: Collection[int] = (), until: int | None = None, limit: int = 500
) -> list[EventRow]:
    """The events after a number, up to another one, in order; and those of the numbers that were missed before."""
    query = select(EventRow).where(or_(col(EventRow.seq) > seq, col(EventRow.seq).in_(missed)))
    if until is not None:
        query = query.where(col(EventRow.seq) <= until)
    return list((await session.execute(query.order_by(col(EventRow.seq)).limit(limit))).scalars())


def reminded_since(since: datetime) -> Select[str | None]:
    """The tasks for which a deadline called since then."""
    return select(col(EventRow.task_id)).where(col(EventRow.at) > since, col(EventRow.kind) == ChangeEventKind.TASK_DUE)


async def trim_events(database: Database, now: datetime) -> None:
    """Lets go of events older than they are kept."""
    async with database.write() as session:
        await session.execute(delete(EventRow).where(col(EventRow.at) < now - KEPT))
