"""The answers once given to writes: a repeat of the same key gets the stored one, a refusal included (law 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.errors import KeyReused, StoreUnavailable
from infra.database.engine import Database
from infra.database.tables.operations import AnswerRow
from infra.database.upsert import dialect_insert

log = structlog.get_logger()

KEPT = timedelta(days=30)
"""How long a key's answer is kept: far beyond any client that repeats, and no second archive of what was decided."""
AT_ONCE = 500
"""Answers let go of in one transaction: SQLite's other writers get their turn between."""


LEFT = 202
"""The status of what the engine was left with: its answer gives way to that of the outcome."""


class StoredAnswer(Model):
    """A status and the body that went with it."""

    status: int
    body: Any


async def find_answer(session: AsyncSession, answer_id: str, digest: str) -> StoredAnswer | None:
    """The answer stored under an id, if there is one.

    Raises:
        KeyReused: the id was used for other content.
    """
    row = await session.get(AnswerRow, answer_id)
    if row is None:
        return None
    if row.digest != digest:
        raise KeyReused
    return StoredAnswer(status=row.status, body=row.sealed) if row.status is not None else None


async def stored_answer(session: AsyncSession, answer_id: str) -> StoredAnswer | None:
    """The answer stored under an id, whatever content it was given to."""
    row = await session.get(AnswerRow, answer_id)
    return StoredAnswer(status=row.status, body=row.sealed) if row and row.status is not None else None


async def keep_answer(session: AsyncSession, answer_id: str, digest: str, answer: StoredAnswer) -> bool:
    """Keeps an answer in the transaction that does what it tells; answers whether it is the first of its id.

    Where it is not, the caller must roll back: another request had the same key, and has committed.
    """
    insert = dialect_insert(session, AnswerRow).values(_row(answer_id, digest, answer))
    insert = insert.on_conflict_do_nothing(index_elements=["answer_id"])
    return (await session.execute(insert.returning(col(AnswerRow.answer_id)))).first() is not None


async def hold_key(session: AsyncSession, answer_id: str, digest: str) -> None:
    """Keeps an id for its content, in the transaction of an effect whose answer is stored later (`store_answer`).

    Raises:
        KeyReused: other content had it first.
    """
    row = {"answer_id": answer_id, "digest": digest, "at": datetime.now(UTC)}
    insert = dialect_insert(session, AnswerRow).values(row)
    # Written again as it is, so that the same statement answers who was first.
    insert = insert.on_conflict_do_update(index_elements=["answer_id"], set_={"digest": col(AnswerRow.digest)})
    if (await session.execute(insert.returning(col(AnswerRow.digest)))).scalar_one() != digest:
        raise KeyReused


async def store_answer(database: Database, answer_id: str, digest: str, answer: StoredAnswer) -> StoredAnswer:
    """Keeps the answer to what the engine took, or to what changed nothing; the first one that tells an outcome stays,
    and is given back.

    A database that can't be written must not undo what the engine took: the engine keeps the key itself.
    """
    try:
        async with database.write() as session:
            if await _settle(session, answer_id, digest, answer):
                return answer
        async with database.read() as session:
            return await find_answer(session, answer_id, digest) or answer
    except StoreUnavailable as error:
        log.warning("answer_not_stored", error=error.code)
    except KeyReused:  # of two contents at once the engine took the other
        pass
    return answer


async def _settle(session: AsyncSession, answer_id: str, digest: str, answer: StoredAnswer) -> bool:
    """Keeps an answer also where the same content's row tells no outcome yet; answers whether it is kept."""
    insert = dialect_insert(session, AnswerRow).values(_row(answer_id, digest, answer))
    untold = col(AnswerRow.status).is_(None) | (col(AnswerRow.status) == LEFT)
    insert = insert.on_conflict_do_update(
        index_elements=["answer_id"],
        set_={"status": insert.excluded.status, "sealed": insert.excluded.sealed},
        where=(col(AnswerRow.digest) == digest) & untold,
    )
    return (await session.execute(insert.returning(col(AnswerRow.answer_id)))).first() is not None


def _row(answer_id: str, digest: str, answer: StoredAnswer) -> dict[str, Any]:
    return {"answer_id": answer_id, "digest": digest, "at": datetime.now(UTC), "status": answer.status,
            "sealed": answer.body}  # fmt: skip


async def trim_answers(database: Database, now: datetime, heard: Callable[[int], None] = lambda _: None) -> int:
    """Lets go of answers older than they are kept, the oldest first; answers how many. `heard` is called with the
    number so far. A key that comes again after that is a new one.
    """
    old = select(col(AnswerRow.answer_id)).where(col(AnswerRow.at) < now - KEPT).order_by(col(AnswerRow.at))
    gone = 0
    while True:
        async with database.write() as session:
            batch = list((await session.execute(old.limit(AT_ONCE))).scalars())
            await session.execute(delete(AnswerRow).where(col(AnswerRow.answer_id).in_(batch)))
        gone += len(batch)
        heard(gone)
        if len(batch) < AT_ONCE:
            return gone
