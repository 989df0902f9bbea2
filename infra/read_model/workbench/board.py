"""Open disputes by stage and by the unit whose turn it is, and what units have in hand; each in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, false, func, literal, null, select, text, true, union_all
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.people.organisation import Actor
from domain.policy.stages import Stage
from infra.database.columns import Instant
from infra.database.engine import Session
from infra.database.tables.read_model import AddresseeRow, DisputeRow, TaskRow
from infra.read_model.disputes import as_known_to
from infra.read_model.visibility import KNOWN, Whose, in_sight, whose

_LIVE = text("dispute.stage <> 'closed'")
"""as the index has it; no other table of the query is called so"""
SOON = timedelta(hours=24)
_ASKED, _WAITS = (text(f"{table}.state IN ('open', 'claimed')") for table in ("addressee", "task"))
"""What waits and whom it asks, as the indexes have it: PostgreSQL would rather read all tasks than look a few up."""
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


_SOON = bindparam("soon", type_=Instant())


def _late_and_soon(row: Any) -> tuple[Any, Any]:
    return row.overdue == true(), and_(row.overdue == false(), row.due_at < _SOON)


@lru_cache(KNOWN)
def _stands(whose: Whose) -> Any:
    """The counts of all open disputes of somebody's sight, and the numbers of the most pressing of each stage."""
    dispute = DisputeRow
    # Whether a dispute is in sight is what takes time: it is asked once.
    live = (
        select(col(dispute.stage), col(dispute.organisation), col(dispute.overdue), col(dispute.due_at),
               col(dispute.dispute_no))
        .where(_LIVE, col(dispute.matter) == "dispute", in_sight(whose.actor, each=True))
        .cte("live")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    late, soon = _late_and_soon(live.c)
    counted = select(
        live.c.stage, live.c.organisation, func.count(), func.count(case((late, 1))), func.count(case((soon, 1))),
        literal("").label("dispute_no"),
    ).group_by(live.c.stage, live.c.organisation)  # fmt: skip
    order = (live.c.overdue.desc(), live.c.due_at.asc().nulls_last(), live.c.dispute_no)
    # Each stage for itself: that keeps the first of them, where numbering all of them would sort them all.
    first = [
        select(live.c.stage, null(), literal(0), literal(0), literal(0), live.c.dispute_no)
        .where(live.c.stage == stage.value)
        .order_by(*order)
        .limit(CARDS)
        .subquery()
        for stage in Stage
        if stage is not Stage.CLOSED
    ]
    return union_all(counted, *(select(each) for each in first))


async def board_of(session: Session, actor: Actor, now: datetime) -> tuple[list[Stand], list[DisputeRow]]:
    """All open disputes of the person's sight counted, and of each stage the most pressing."""
    dispute, stands, numbers = DisputeRow, list[Stand](), list[str]()
    for *stand, number in (await session.execute(_stands(whose(actor)), {"soon": now + SOON})).all():
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
    task, asked = TaskRow, AddresseeRow
    late, soon = (func.max(case((holds, 1), else_=0)) for holds in _late_and_soon(task))
    each = (
        select(col(asked.path), late.label("late"), soon.label("soon"))
        .join(task, col(task.task_id) == col(asked.task_id))
        .where(_ASKED, _WAITS, col(asked.path).in_([*paths]), col(asked.watches) == false())
        .group_by(col(asked.path), col(task.dispute_no))
        .subquery()
    )
    query = select(each.c.path, func.count(), func.sum(each.c.late), func.sum(each.c.soon)).group_by(each.c.path)
    return {path: Load(*counts) for path, *counts in (await session.execute(query, {"soon": now + SOON})).all()}


async def suggested_for(session: Session, numbers: Sequence[str]) -> dict[str, tuple[str | None, list[str]]]:
    """Who was suggested for disputes that the person was let read a task of: the lead, and all, by code."""
    query = select(col(DisputeRow.dispute_no), col(DisputeRow.sealed)).where(col(DisputeRow.dispute_no).in_(numbers))
    return {no: (sealed["suggested_lead"], sealed["suggested"]) for no, sealed in (await session.execute(query)).all()}
