"""The answers once given to writes: a repeat of the same key gets the stored one, a refusal included (law 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.errors import KeyReused, StoreUnavailable
from infra.database.engine import Database
from infra.database.statements import Statement, inserting
from infra.database.tables.operations import AnswerRow
from infra.database.transactions import Work, within

log = structlog.get_logger()

KEPT = timedelta(days=30)
"""How long a key's answer is kept: far beyond any client that repeats, and no second archive of what was decided."""
AT_ONCE = 500
"""Answers let go of in one transaction: SQLite's other writers get their turn between."""


LEFT = 202
"""The status of what the engine was left with: its answer gives way to that of the outcome."""


_UNTOLD = col(AnswerRow.status).is_(None) | (col(AnswerRow.status) == LEFT)
"""Nobody knows yet what came of it."""
_ANSWER = ("answer_id", "digest", "at", "status", "sealed")


def _first(insert: Any) -> Any:
    return insert.on_conflict_do_nothing(index_elements=["answer_id"]).returning(col(AnswerRow.answer_id))


def _held(insert: Any) -> Any:
    # Written again as it is, so that the same statement answers who was first.
    again = {"digest": col(AnswerRow.digest)}
    return insert.on_conflict_do_update(index_elements=["answer_id"], set_=again).returning(col(AnswerRow.digest))


def _over_untold(insert: Any, **values: Any) -> Any:
    same = col(AnswerRow.digest) == insert.excluded.digest
    insert = insert.on_conflict_do_update(index_elements=["answer_id"], set_=values, where=same & _UNTOLD)
    return insert.returning(col(AnswerRow.answer_id))


def _settled(insert: Any) -> Any:
    return _over_untold(insert, status=insert.excluded.status, sealed=insert.excluded.sealed, seen=None)


def _intended(insert: Any) -> Any:
    new = insert.excluded
    return _over_untold(insert, at=new.at, dispute_no=new.dispute_no, seen=new.seen)


_KEEP = inserting(AnswerRow, _first, _ANSWER)
_HOLD = inserting(AnswerRow, _held, ("answer_id", "digest", "at"))
_INTEND = inserting(AnswerRow, _intended, ("answer_id", "digest", "at", "dispute_no", "seen"))
_SETTLE = inserting(AnswerRow, _settled, _ANSWER)
_OF_ID = col(AnswerRow.answer_id) == bindparam("id")
_FREE = Statement.of(delete(AnswerRow).where(_OF_ID, col(AnswerRow.status).is_(None)))
_FINISH = Statement.of(update(AnswerRow).where(_OF_ID).values(seen=None))
_PENDING = Statement.of(
    select(col(AnswerRow.answer_id), col(AnswerRow.digest), col(AnswerRow.dispute_no))
    .where(col(AnswerRow.seen).is_not(None), col(AnswerRow.at) < bindparam("before"))
    .order_by(col(AnswerRow.at))
    .limit(200)
)


class Intent(Model):
    """A message that was about to be sent to a dispute, and of which nobody has stored what became of it."""

    key: str
    """the message's key, see `domain.transitions.message_keys`"""
    dispute_no: str


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
        if row.status is None and row.seen is not None:
            return None  # under way with other content: which of them the engine takes, it says
        raise KeyReused
    return StoredAnswer(status=row.status, body=row.sealed) if row.status is not None else None


async def stored_answer(session: AsyncSession, answer_id: str) -> StoredAnswer | None:
    """The answer stored under an id, whatever content it was given to."""
    row = await session.get(AnswerRow, answer_id)
    return StoredAnswer(status=row.status, body=row.sealed) if row and row.status is not None else None


def is_left(answer: StoredAnswer) -> bool:
    """Whether nobody knew yet what came of it: a decision left for the worker. A job's 202 is all it will say."""
    return answer.status == LEFT and isinstance(answer.body, dict) and "accepted_for" in answer.body


def answer_kept(answer_id: str, digest: str, answer: StoredAnswer) -> Work[bool]:
    """Keeps an answer in the transaction that does what it tells; answers whether it is the first of its id.

    Where it is not, the caller must roll back: another request had the same key, and has committed.
    """
    return bool((yield _KEEP, _row(answer_id, digest, answer)))


async def keep_answer(session: AsyncSession, answer_id: str, digest: str, answer: StoredAnswer) -> bool:
    """The same in a session's transaction."""
    return await within(session, answer_kept(answer_id, digest, answer))


def intent_kept(answer_id: str, digest: str, dispute_no: str, seen: int) -> Work[bool]:
    """Notes, before a decision is sent, that it is about to be, and which revision its sender has `seen`; ended by the
    answer (`answer_settled`) or by `intent_ended`. Answers whether the key is free for this content: false where it has
    other content or an outcome (`find_answer` says which).
    """
    row = {"answer_id": answer_id, "digest": digest, "at": datetime.now(UTC), "dispute_no": dispute_no, "seen": seen}
    return bool((yield _INTEND, row))


def intent_ended(answer_id: str) -> Work[None]:
    """Ends an intent without an answer: the key is free, unless it had an answer before."""
    yield _FREE, {"id": answer_id}
    yield _FINISH, {"id": answer_id}


async def intents_before(database: Database, before: datetime) -> list[Intent]:
    """The intents older than an instant, the oldest first; at most 200."""
    rows = await database.ask(_PENDING, {"before": before})
    return [Intent(key=f"{answer_id}.{digest}", dispute_no=number) for answer_id, digest, number in rows if number]


def answer_settled(answer_id: str, digest: str, answer: StoredAnswer) -> Work[bool]:
    """Keeps an answer also where the same content's row tells no outcome yet, and ends its intent; answers whether it
    is kept.
    """
    return bool((yield _SETTLE, _row(answer_id, digest, answer)))


def key_held(answer_id: str, digest: str) -> Work[None]:
    """Keeps an id for its content, in the transaction of an effect whose answer is stored later (`store_answer`).

    Raises:
        KeyReused: other content had it first.
    """
    row = {"answer_id": answer_id, "digest": digest, "at": datetime.now(UTC)}
    [(first,)] = yield _HOLD, row
    if first != digest:
        raise KeyReused


async def store_answer(database: Database, answer_id: str, digest: str, answer: StoredAnswer) -> StoredAnswer:
    """Keeps the answer to what the engine took, or to what changed nothing; the first one that tells an outcome stays,
    and is given back.

    A database that can't be written must not undo what the engine took: the engine keeps the key itself.
    """
    try:
        if await database.transact(answer_settled(answer_id, digest, answer)):
            return answer
        async with database.read() as session:
            return await find_answer(session, answer_id, digest) or answer
    except StoreUnavailable as error:
        log.warning("answer_not_stored", error=error.code)
    except KeyReused:  # of two contents at once the engine took the other
        pass
    return answer


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
