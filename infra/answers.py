"""The answers once given to writes: a repeat of the same key gets the stored one, a refusal included (law 4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog

from domain.base import Model
from domain.errors import KeyReused, StoreUnavailable
from infra.database import Database
from infra.tables import AnswerRow
from infra.upserts import upsert

log = structlog.get_logger()


class StoredAnswer(Model):
    """A status and the body that went with it."""

    status: int
    body: Any


async def find_answer(database: Database, answer_id: str, digest: str) -> StoredAnswer | None:
    """The answer stored under an id, if there is one.

    Raises:
        KeyReused: the id was used for other content.
    """
    async with database.read() as session:
        row = await session.get(AnswerRow, answer_id)
    if row is None:
        return None
    if row.digest != digest:
        raise KeyReused
    return StoredAnswer(status=row.status, body=row.sealed) if row.status is not None else None


async def store_answer(database: Database, answer_id: str, digest: str, answer: StoredAnswer) -> None:
    """Keeps an answer; the first one stays. A database that can't be written must not undo what the engine took."""
    try:
        async with database.write() as session:
            now = datetime.now(UTC)
            row = {"answer_id": answer_id, "digest": digest, "at": now, "status": answer.status, "sealed": answer.body}
            await upsert(session, AnswerRow, [row], keep=True)
    except StoreUnavailable as error:
        log.warning("answer_not_stored", error=error.code)
