"""The access log: who read a case, who was refused what. Codes only."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from domain.errors import StoreUnavailable
from infra.database import Database
from infra.ids import new_id
from infra.tables import AccessRow

log = structlog.get_logger()


async def note_access(
    database: Database, person_id: str | None, dispute_no: str | None, what: str, outcome: str = "ok"
) -> None:
    """Notes an access or a refused attempt; a database that can't be written doesn't stop the work."""
    row = AccessRow(access_id=new_id(), at=datetime.now(UTC), person_id=person_id, dispute_no=dispute_no, what=what,
                    outcome=outcome)  # fmt: skip
    try:
        async with database.write() as session:
            session.add(row)
    except StoreUnavailable as error:
        log.warning("access_not_noted", error=error.code, what=what, outcome=outcome)
