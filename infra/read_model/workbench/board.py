"""Open disputes by stage and by the unit whose turn it is, and what units have in hand; each in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, false, func, literal, null, select, text, true, union_all
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
_WAITS = text("task.state IN ('open', 'claimed')")
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
    return row.overdue == true(), and_(row.overdue == false(), row.due_at < now + SOON)


async def board_of(session: Session, actor: Actor, now: datetime) -> tuple[list[Stand], list[DisputeRow]]:
    """All open disputes of the person's sight counted, and of each stage the most pressing."""
    dispute = DisputeRow
    # Whether a dispute is in sight is what takes time: it is asked once.
    live = (
        select(col(dispute.stage), col(dispute.organisation), col(dispute.overdue), col(dispute.due_at),
               col(dispute.dispute_no))
        .where(_LIVE, col(dispute.matter) == "dispute", in_sight(actor, each=True))
        .cte("live")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    late, soon = _late_and_soon(live.c, now)
    counted = select(
        live.c.stage, live.c.organisation, func.count(), func.count(case((late, 1))), func.count(case((soon, 1))),
        literal("").label("dispute_no"),
    ).group_by(live.c.stage, live.c.organisation)  # fmt: skip
    order = (live.c.overdue.desc(), live.c.due_at.asc().nulls_last(), live.c.dispute_no)
    place = func.row_number().over(partition_by=live.c.stage, order_by=order)
    placed = select(live.c.stage, live.c.dispute_no, place.label("place")).subquery()
    first = select(placed.c.stage, null(), literal(0), literal(0), literal(0), placed.c.dispute_no).where(
        placed.c.place <= CARDS
    )
    stands, numbers = list[Stand](), list[str]()
    for *stand, number in (await session.execute(union_all(counted, first))).all():
        if number:
            numbers.append(number)
        else:
            stands.append(Stand(*stand))
    cards = (
        select(dispute)
        .where(col(dispute.dispute_no).in_(numbers))
        .order_by(col(dispute.overdue).desc(), col(dispute.due_at).asc().nulls_last(), col(dispute.dispute_no))
        .options(defer(dispute.sealed, raiseload=True))
    )
    rows = list((await session.execute(cards)).scalars())
    return stands, await as_known_to(session, actor, rows)


async def loads_of(session: Session, paths: Collection[str], now: datetime) -> dict[str, Load]:
    """What units have in hand, by their paths: of the unit itself, without those below it."""
    # What waits is a few thousand, and its index has all that is asked of it: the rows themselves are long.
    waiting = select(col(TaskRow.task_id), col(TaskRow.dispute_no), col(TaskRow.overdue), col(TaskRow.due_at)).where(
        _WAITS
    )
    task = waiting.cte("waiting").prefix_with("MATERIALIZED")
    late, soon = (func.max(case((holds, 1), else_=0)) for holds in _late_and_soon(task.c, now))
    each = (
        select(col(AddresseeRow.path), late.label("late"), soon.label("soon"))
        .select_from(task)
        .join(AddresseeRow, col(AddresseeRow.task_id) == task.c.task_id)
        .where(
            col(AddresseeRow.role).in_([*roles()]),
            col(AddresseeRow.path).in_([*paths]),
            col(AddresseeRow.watches) == false(),
            col(AddresseeRow.state).in_(OPEN),
        )
        .group_by(col(AddresseeRow.path), task.c.dispute_no)
        .subquery()
    )
    query = select(each.c.path, func.count(), func.sum(each.c.late), func.sum(each.c.soon)).group_by(each.c.path)
    return {path: Load(*counts) for path, *counts in (await session.execute(query)).all()}


async def suggested_for(session: Session, numbers: Sequence[str]) -> dict[str, tuple[str | None, list[str]]]:
    """Who was suggested for disputes that the person was let read a task of: the lead, and all, by code."""
    query = select(col(DisputeRow.dispute_no), col(DisputeRow.sealed)).where(col(DisputeRow.dispute_no).in_(numbers))
    return {no: (sealed["suggested_lead"], sealed["suggested"]) for no, sealed in (await session.execute(query)).all()}
