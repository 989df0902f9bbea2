"""The cases that teach: what was reported of a dispute first, and the category that a desk confirmed for it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from infra.database.engine import Database
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow, TaskRow

DESK = "confirm_triage"
CONFIRMED = ("confirm", "correct", "report_up")
"""Decisions that stand by a category; who finds no risk, or a case for the police, says nothing of it."""
AT_ONCE = 200


class Confirmed(NamedTuple):
    """A dispute's first report, and what it was confirmed to be."""

    at: datetime
    narrative: str
    source: str
    names: tuple[str, ...]
    category: str


async def confirmed(database: Database, most: int) -> list[Confirmed]:
    """The disputes of which a desk confirmed or corrected the category, the newest so many, the oldest first; a dispute
    counts once, with the category it has now."""
    found: dict[str, datetime] = {}
    async with database.read() as session:
        done = (
            select(TaskRow)
            .join(DisputeRow, col(DisputeRow.dispute_no) == col(TaskRow.dispute_no))
            .where(col(TaskRow.kind) == DESK, col(TaskRow.state) == "done", col(DisputeRow.matter) == "dispute")
            .order_by(col(TaskRow.ended_at).desc(), col(TaskRow.task_id).desc())
        )
        for task in (await session.execute(done)).scalars():
            decision = task.sealed.get("decision") or {}
            if task.ended_at and decision.get("name") in CONFIRMED and len(found) < most:
                found.setdefault(task.dispute_no, task.ended_at)
        numbers = list(reversed(found))
        return [
            each
            for start in range(0, len(numbers), AT_ONCE)
            for each in await _cases(session, numbers[start : start + AT_ONCE], found)
        ]


async def _cases(session: AsyncSession, numbers: list[str], at: dict[str, datetime]) -> list[Confirmed]:
    query = (
        select(IncidentRow, col(DisputeRow.category))
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(IncidentRow.dispute_no))
        .where(col(IncidentRow.dispute_no).in_(numbers), col(IncidentRow.joined).is_(False))
        .order_by(col(IncidentRow.incident_id))
    )
    first: dict[str, Confirmed] = {}
    for row, category in await session.execute(query):
        said = row.sealed["incident"]
        names = tuple(party["name"] for party in said["parties"])
        case = Confirmed(at[row.dispute_no], said["narrative"], row.source, names, category)
        first.setdefault(row.dispute_no, case)
    return [first[number] for number in numbers if number in first]
