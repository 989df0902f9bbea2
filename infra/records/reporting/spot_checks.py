"""Spot checks (抽查): what ended as no risk is noted in the transaction that writes the ending, drawn and judged after.

closed -> passed, or drawn -> judged. Each step is taken once, by whoever comes first. A verdict on diverting is noted
when it is drawn or passed, for its case goes on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import false, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.image.projection import Image
from infra.database.statements import upserting
from infra.database.tables.reporting import SpotCheckRow
from infra.database.transactions import Work
from infra.database.upsert import upsert

OUTCOME = "no_risk"
KEPT, DIVERTED = "kept", "diverted"
CLOSED, PASSED, DRAWN, JUDGED = "closed", "passed", "drawn", "judged"
AGREED, WRONG = "agreed", "wrong"


def closing_noted(image: Image) -> Work[None]:
    """Notes that a dispute has ended as no risk; again changes nothing."""
    if image.outcome != OUTCOME or image.closed_at is None:
        return
    row = SpotCheckRow(
        check_id=f"{image.dispute_no}-{image.round}",
        dispute_no=image.dispute_no,
        round=image.round,
        closed_at=image.closed_at,
        state=CLOSED,
    )
    yield upserting(SpotCheckRow, keep=True), {name: getattr(row, name) for name in SpotCheckRow.model_fields}


async def to_draw(session: AsyncSession, limit: int) -> list[SpotCheckRow]:
    """Endings of which it is not yet said whether they are drawn."""
    query = select(SpotCheckRow).where(col(SpotCheckRow.state) == CLOSED).order_by(col(SpotCheckRow.check_id))
    return list((await session.execute(query.limit(limit))).scalars())


async def passed(session: AsyncSession, check_id: str) -> None:
    """It is not drawn."""
    await _step(session, check_id, CLOSED, state=PASSED)


async def verdict_noted(session: AsyncSession, check: SpotCheckRow) -> None:
    """Notes a verdict on diverting, drawn or passed; again changes nothing."""
    row = {name: getattr(check, name) for name in SpotCheckRow.model_fields}
    await upsert(session, SpotCheckRow, [row], keep=True)


async def put_up(session: AsyncSession, check_id: str, path: str, due_at: datetime, content: dict[str, Any]) -> None:
    """It is drawn, and waits for its judge; `content` is sealed."""
    await _step(session, check_id, CLOSED, state=DRAWN, path=path, due_at=due_at, sealed=content)


async def judge(
    session: AsyncSession, check: SpotCheckRow, verdict: str, by: str, at: datetime, content: dict[str, Any]
) -> bool:
    """Its judge has spoken; false where somebody was first."""
    return await _step(
        session, check.check_id, DRAWN, state=JUDGED, verdict=verdict, judged_by=by, judged_at=at,
        settled=verdict == AGREED, sealed={**(check.sealed or {}), **content},
    )  # fmt: skip


async def unsettled(session: AsyncSession, limit: int) -> list[SpotCheckRow]:
    """Those found wrong that were not started again yet."""
    query = select(SpotCheckRow).where(col(SpotCheckRow.state) == JUDGED, col(SpotCheckRow.settled) == false())
    return list((await session.execute(query.limit(limit))).scalars())


async def settle(session: AsyncSession, check_id: str) -> None:
    """What follows from its verdict is done."""
    await _step(session, check_id, JUDGED, settled=True)


async def _step(session: AsyncSession, check_id: str, stands: str, **values: Any) -> bool:
    there = col(SpotCheckRow.check_id) == check_id, col(SpotCheckRow.state) == stands
    taken = update(SpotCheckRow).where(*there).values(**values).returning(col(SpotCheckRow.check_id))
    return (await session.execute(taken)).first() is not None
