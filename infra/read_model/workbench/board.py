"""Open disputes by stage and by the unit whose turn it is, and what units have in hand; each in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, false, func, select, text, true
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import AddresseeRow, DisputeRow, TaskRow
from infra.read_model.disputes import as_known_to
from infra.read_model.list_strategy import among_disputes
from infra.read_model.visibility import OPEN, seen_by
from infra.runtime.policy_files import roles

_LIVE = text("dispute.stage <> 'closed'")
"""as the index has it; no other table of the query is called so"""
SOON = timedelta(hours=24)
CARDS = 8
"""Disputes of a stage that the board shows, the most pressing."""


class Stand(NamedTuple):
    """How many open disputes stand in a stage with a unit (a path), how many are late, or due within a day."""

    stage: str
    unit: str | None
    open: int
    overdue: int
    soon: int


class Load(NamedTuple):
    """Open disputes in which something waits for a unit."""

    open: int
    overdue: int
    soon: int


def _late_and_soon(row: Any, now: datetime) -> tuple[Any, Any]:
    late = col(row.overdue) == true()
    soon = and_(col(row.overdue) == false(), col(row.due_at) < now + SOON)
    return late, soon


async def board_of(session: Session, actor: Actor, now: datetime) -> tuple[list[Stand], list[DisputeRow]]:
    """All open disputes of the person's sight counted, and of each stage the most pressing."""
    live: list[Any] = [_LIVE, col(DisputeRow.matter) == "dispute",
            *await among_disputes(session, [seen_by(actor)])]  # fmt: skip
    late, soon = _late_and_soon(DisputeRow, now)
    by = (col(DisputeRow.stage), col(DisputeRow.organisation))
    counted = select(*by, func.count(), func.count(case((late, 1))), func.count(case((soon, 1))))
    stands = [Stand(*row) for row in (await session.execute(counted.where(*live).group_by(*by))).all()]
    order = (col(DisputeRow.overdue).desc(), col(DisputeRow.due_at).asc().nulls_last(), col(DisputeRow.dispute_no))
    place = func.row_number().over(partition_by=col(DisputeRow.stage), order_by=order).label("place")
    ranked = select(col(DisputeRow.dispute_no), place).where(*live).subquery()
    first = (
        select(DisputeRow)
        .join(ranked, col(DisputeRow.dispute_no) == ranked.c.dispute_no)
        .where(ranked.c.place <= CARDS)
        .order_by(ranked.c.place)
        .options(defer(DisputeRow.sealed, raiseload=True))
    )
    rows = list((await session.execute(first)).scalars())
    return stands, await as_known_to(session, actor, rows)


async def loads_of(session: Session, paths: Collection[str], now: datetime) -> dict[str, Load]:
    """What units have in hand, by their paths: of the unit itself, without those below it."""
    late, soon = _late_and_soon(TaskRow, now)
    number = col(TaskRow.dispute_no)
    query = (
        select(
            col(AddresseeRow.path),
            func.count(func.distinct(number)),
            func.count(func.distinct(case((late, number)))),
            func.count(func.distinct(case((soon, number)))),
        )
        .join(TaskRow, col(TaskRow.task_id) == col(AddresseeRow.task_id))
        .where(
            col(AddresseeRow.role).in_([*roles()]),
            col(AddresseeRow.path).in_([*paths]),
            col(AddresseeRow.watches) == false(),
            col(AddresseeRow.state).in_(OPEN),
        )
        .group_by(col(AddresseeRow.path))
    )
    return {path: Load(*counts) for path, *counts in (await session.execute(query)).all()}


async def suggested_for(session: Session, numbers: Sequence[str]) -> dict[str, tuple[str | None, list[str]]]:
    """Who was suggested for disputes that the person was let read a task of: the lead, and all, by code."""
    query = select(col(DisputeRow.dispute_no), col(DisputeRow.sealed)).where(col(DisputeRow.dispute_no).in_(numbers))
    return {no: (sealed["suggested_lead"], sealed["suggested"]) for no, sealed in (await session.execute(query)).all()}
