"""What may be looked at again of diverting, and of which it is not yet said whether it is drawn (H-033).

应分未分 hides among the non-police alarms that the police concluded themselves, 误分 among what was diverted; what a
rule sees by itself is counted already.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.indicators.events import TallyKind
from infra.database.tables.read_model import DisputeRow, TallyRow
from infra.database.tables.reporting import SpotCheckRow
from infra.records.reporting.spot_checks import DIVERTED, KEPT


class JudgedVerdict(Model):
    """What was done with a dispute: kept until it was concluded `at`, or diverted `at`; by the station of `path`."""

    dispute_no: str
    about: str
    round: int
    at: datetime
    path: str


async def verdicts_to_draw(session: AsyncSession, about: str, since: datetime, limit: int) -> list[JudgedVerdict]:
    """What was kept, or diverted, since an instant; the oldest first."""
    query = _kept(since) if about == KEPT else _diverted(since)
    rows = (await session.execute(query.where(col(SpotCheckRow.check_id).is_(None)).limit(limit))).all()
    return [JudgedVerdict(dispute_no=no, about=about, round=turn, at=at, path=path) for no, turn, at, path in rows]


def _kept(since: datetime) -> Any:
    tally, dispute, check = TallyRow, DisputeRow, SpotCheckRow
    noted = and_(
        col(check.dispute_no) == col(dispute.dispute_no), col(check.about) == KEPT,
        col(check.round) == col(dispute.round),
    )  # fmt: skip
    query: Any = (
        select(col(dispute.dispute_no), col(dispute.round), col(dispute.concluded_at), col(tally.unit))
        .join(dispute, col(dispute.dispute_no) == col(tally.dispute_no))
        .outerjoin(check, noted)
        .where(col(tally.kind) == TallyKind.NON_POLICE, col(tally.result) == KEPT, col(dispute.concluded_at) >= since)
        .order_by(col(dispute.concluded_at), col(dispute.dispute_no))
    )
    return query


def _diverted(since: datetime) -> Any:
    tally, check = TallyRow, SpotCheckRow
    noted = and_(
        col(check.dispute_no) == col(tally.dispute_no), col(check.about) == DIVERTED,
        col(check.closed_at) == col(tally.at),
    )  # fmt: skip
    query: Any = (
        select(col(tally.dispute_no), col(tally.round), col(tally.at), col(tally.unit))
        .outerjoin(check, noted)
        .where(col(tally.kind) == TallyKind.DIVERSION, col(tally.result) == DIVERTED, col(tally.at) >= since)
        .order_by(col(tally.at), col(tally.dispute_no))
    )
    return query
