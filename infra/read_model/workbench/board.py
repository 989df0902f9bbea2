"""Open disputes by stage and by the unit whose turn it is, and what units have in hand; each in one statement."""

from __future__ import annotations

from collections import defaultdict
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
from infra.read_model.visibility import OPEN, in_sight
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
    pressing = (col(DisputeRow.overdue).desc(), col(DisputeRow.due_at).asc().nulls_last(), col(DisputeRow.dispute_no))
    live = (
        select(*(getattr(DisputeRow, name) for name in ("stage", "organisation", "overdue", "due_at", "dispute_no")))
        .where(_LIVE, col(DisputeRow.matter) == "dispute", in_sight(actor))
        .order_by(*pressing)
    )
    # Whether a dispute is in sight is what takes time: it is asked once, and counted here.
    counts, first = defaultdict[tuple[str, str | None], list[int]](lambda: [0, 0, 0]), defaultdict[str, list[str]](list)
    for row in (await session.execute(live)).all():
        soon = not row.overdue and row.due_at is not None and row.due_at < now + SOON
        count = counts[row.stage, row.organisation]
        count[:] = count[0] + 1, count[1] + row.overdue, count[2] + soon
        if len(first[row.stage]) < CARDS:
            first[row.stage].append(row.dispute_no)
    stands = [Stand(stage, unit, opened, late, soon) for (stage, unit), (opened, late, soon) in counts.items()]
    numbers = [number for those in first.values() for number in those]
    cards = (
        select(DisputeRow)
        .where(col(DisputeRow.dispute_no).in_(numbers))
        .order_by(*pressing)
        .options(defer(DisputeRow.sealed, raiseload=True))
    )
    rows = list((await session.execute(cards)).scalars())
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
