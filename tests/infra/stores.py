"""What the tests of the database share: an open one with the demo county, filled as far as a test needs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from bench.filling import fill
from domain.triage.address.sameness import key as place_key
from infra.database.columns import searchable
from infra.database.engine import Database, open_database
from infra.database.ids import new_id
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow
from infra.demo import load
from infra.records.idempotency_store import StoredAnswer, find_answer
from infra.runtime.settings import Settings

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


@contextlib.asynccontextmanager
async def opened(settings: Settings, *, disputes: int = 0) -> AsyncIterator[Database]:
    """The database of an installation, with the demo county and so many disputes where any are wanted."""
    if disputes:
        await load(settings)
    database = open_database(settings)
    try:
        if disputes:
            await fill(database, disputes)
        yield database
    finally:
        await database.close()


def dispute(number: str, **more: Any) -> DisputeRow:
    """A row of the dispute list."""
    row: dict[str, Any] = {
        "dispute_no": number, "revision": 1, "title": "停车纠纷（古山社区）", "playbook": "jinhua", "edition": "2026",
        "source": "110", "category": "property_parking", "category_name": "停车纠纷", "colour": "blue",
        "stage": "push_1", "round": 1, "urgent": False, "organisation": "/county", "holder": None, "overdue": False,
        "opened_at": AT, "sealed": {}, **more,
    }  # fmt: skip
    row.setdefault("search", searchable(number, row["title"], row["category_name"]))
    return DisputeRow(**row)


def incident(source_no: str, address: str, at: datetime = AT, digest: str = "-") -> IncidentRow:
    """A report as intake records it."""
    return IncidentRow(
        incident_id=new_id(), source="110", source_no=source_no, digest=digest, occurred_at=at, reported_at=at,
        received_at=at, received_by="p-1", place_key=place_key(address), category="neighbor", dispute_no="",
        sealed={"address": address},
    )  # fmt: skip


async def answer_under(database: Database, answer_id: str, digest: str) -> StoredAnswer | None:
    """What `find_answer` says in a session of its own."""
    async with database.read() as session:
        return await find_answer(session, answer_id, digest)
