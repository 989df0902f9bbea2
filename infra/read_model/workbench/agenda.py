"""What somebody, or his post, is to be somewhere for: sessions, visits and checks that wait or are set for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select, text, true, union
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.people.organisation import Actor, Post
from domain.policy.stages import Stage
from infra.database.engine import Session
from infra.database.tables.read_model import AddresseeRow, AppointmentRow, DisputeRow, InvolvementRow, TaskRow
from infra.read_model.visibility import OPEN, held_tasks, not_barred

KINDS = ("mediate", "visit", "check_performance", "check_in", "confer")
"""The kinds of tasks for which people meet, or call on somebody."""
SESSION = "mediate"
"""The kind at whose table others sit than those whom it asks."""
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


class Sitting(NamedTuple):
    """A session at which others are asked, with the one officer whom its case is named to."""

    row: TaskRow
    officer: str | None


class PlannedSitting(NamedTuple):
    """The same of one that is set for a later day."""

    planned: Planned
    officer: str | None


async def sittings_beside(
    session: Session, posts: Sequence[Post], begins: datetime, ends: datetime
) -> tuple[list[Sitting], list[PlannedSitting]]:
    """The sessions within a time, waiting or set for a day, of cases in which one of these posts has a part and of
    which none of them is asked: at their tables its holder may be wanted.
    """
    if not posts:
        return [], []
    task, set_for, case = TaskRow, AppointmentRow, DisputeRow
    when: Any = func.coalesce(col(task.due_at), col(task.opened_at))
    waiting = (
        select(task, col(case.officer))
        .join(case, col(case.dispute_no) == col(task.dispute_no))
        .where(
            col(task.kind) == SESSION, col(task.state).in_(OPEN), when >= begins, when <= ends,
            col(task.dispute_no).in_(_mediated(posts)), ~_asked(posts, col(task.task_id)),
        )
        .order_by(when, col(task.task_id)).limit(MOST)
    )  # fmt: skip
    asked = aliased(set_for)
    mine = or_(*(and_(col(asked.role) == post.role, col(asked.path) == post.path) for post in posts))
    later = (
        select(set_for, col(case.title), col(case.colour), col(case.ahead), col(case.officer))
        .join(case, col(case.dispute_no) == col(set_for.dispute_no))
        .where(
            col(set_for.kind) == SESSION, col(set_for.at) >= begins, col(set_for.at) <= ends,
            col(set_for.dispute_no).in_(_mediated(posts)),
            ~exists().where(col(asked.task_id) == col(set_for.task_id), mine),
        )
        .order_by(col(set_for.at), col(set_for.task_id)).limit(MOST)
    )  # fmt: skip
    planned = [
        PlannedSitting(Planned(row, title, colour, ahead), officer)
        for row, title, colour, ahead, officer in (await session.execute(later)).all()
    ]
    return (
        [Sitting(*each) for each in (await session.execute(waiting)).all()],
        list({each.planned.row.task_id: each for each in planned}.values()),
    )


def _mediated(posts: Sequence[Post]) -> Any:
    """The numbers of the few cases on the ladder in which one of these posts has a part."""
    case, part = aliased(DisputeRow, name="mediated"), InvolvementRow
    there = [and_(col(part.role) == post.role, col(part.path) == post.path) for post in posts]
    return select(col(case.dispute_no)).where(
        text("mediated.stage <> 'closed'"),  # in these words the index of cases in course knows it
        col(case.stage) == Stage.MEDIATION, exists().where(col(part.dispute_no) == col(case.dispute_no), or_(*there)),
    )  # fmt: skip


def _asked(posts: Sequence[Post], task_id: Any) -> Any:
    asked = AddresseeRow
    there = [and_(col(asked.role) == post.role, col(asked.path) == post.path) for post in posts]
    return exists().where(col(asked.task_id) == task_id, col(asked.watches).is_(False), or_(*there))


async def documents_of(session: Session, numbers: Sequence[str]) -> dict[str, Any]:
    """The documents of these cases, without a check of who asks."""
    if not numbers:
        return {}
    query = select(col(DisputeRow.dispute_no), col(DisputeRow.sealed)).where(col(DisputeRow.dispute_no).in_(numbers))
    found = (await session.execute(query)).all()
    return {str(each[0]): each[1] for each in found}
