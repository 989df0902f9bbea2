"""What somebody, or his post, is to be somewhere for: sessions, visits and checks that wait or are set for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select, true, union
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import AddresseeRow, AppointmentRow, DisputeRow, TaskRow
from infra.read_model.visibility import held_tasks, not_barred

KINDS = ("mediate", "visit", "check_performance", "check_in", "confer")
"""The kinds of tasks for which people meet, or call on somebody."""
MOST = 300
"""Of what waits, and of what is set for a day, as much is read at most."""


class Planned(NamedTuple):
    """What is set for a later day, with its case's title, colour and how far a drill has moved its clock."""

    row: AppointmentRow
    title: str
    colour: str
    ahead: int


async def waiting_of(
    session: Session, actor: Actor, begins: datetime, ends: datetime, *, late: bool, own: bool = False
) -> list[TaskRow]:
    """The tasks that are due within a time, its end included, or were opened in it and have no deadline; the first due
    first. `late`: with all that is overdue; `own`: only what is in the person's own hands.
    """
    task = TaskRow
    when: Any = func.coalesce(col(task.due_at), col(task.opened_at))
    within = and_(when >= begins, when <= ends)
    mine = [query for capacity in actor.capacities for query in held_tasks(capacity)]
    if not own:
        mine += [_open_to(capacity) for capacity in actor.capacities if capacity.posts]
    query = select(task).where(
        col(task.task_id).in_(union(*mine)),
        col(task.kind).in_(KINDS),
        or_(within, col(task.overdue) == true()) if late else within,
    )
    return list((await session.execute(query.order_by(when, col(task.task_id)).limit(MOST))).scalars())


def _open_to(capacity: Actor) -> Any:
    """The ids of what waits for a post of the person."""
    there = [and_(col(AddresseeRow.role) == post.role, col(AddresseeRow.path) == post.path) for post in capacity.posts]
    return select(col(AddresseeRow.task_id)).where(
        or_(*there), col(AddresseeRow.watches).is_(False), col(AddresseeRow.state) == "open",
        not_barred(capacity, col(AddresseeRow.task_id)),
    )  # fmt: skip


async def planned_for(session: Session, actor: Actor, begins: datetime, ends: datetime) -> list[Planned]:
    """What will be asked of a person's posts within a time, the first first; each once."""
    row = AppointmentRow
    if not actor.reach:
        return []
    there = [and_(col(row.role) == post.role, col(row.path) == post.path) for post in actor.reach]
    query = (
        select(row, col(DisputeRow.title), col(DisputeRow.colour), col(DisputeRow.ahead))
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(row.dispute_no))
        .where(or_(*there), col(row.at) >= begins, col(row.at) <= ends)
        .order_by(col(row.at), col(row.task_id))
        .limit(MOST)
    )
    found = [Planned(*each) for each in (await session.execute(query)).all()]
    return list({each.row.task_id: each for each in found}.values())


async def documents_of(session: Session, numbers: Sequence[str]) -> dict[str, Any]:
    """The documents of these cases, without a check of who asks."""
    if not numbers:
        return {}
    query = select(col(DisputeRow.dispute_no), col(DisputeRow.sealed)).where(col(DisputeRow.dispute_no).in_(numbers))
    found = (await session.execute(query)).all()
    return {str(each[0]): each[1] for each in found}
