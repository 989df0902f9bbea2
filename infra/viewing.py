"""Jurisdiction in SQL: what a person may see. Every query over disputes or tasks goes through here."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from domain.organisation import INTAKE_ROLES, ROLES, Actor, Post, Sight
from infra.tables import (
    AddresseeRow,
    BarredRow,
    DisputeRow,
    HelperRow,
    IncidentRow,
    InvolvementRow,
    PostRow,
    TaskRow,
    WatcherRow,
)


def below(column: Mapped[str], path: str) -> ColumnElement[bool]:
    """Whether a path column is `path` or lies below it."""
    return or_(column == path, column.startswith(path.rstrip("/") + "/", autoescape=True))


def may_see(actor: Actor) -> ColumnElement[bool]:
    """The disputes in which one of the person's posts has a part, as far as its role sees; those he reported; those he
    helps with, or did; those of which a task is offered to him. Whoever deputises sees by the other's posts too.
    """
    reaches = [clause for post in actor.reach if (clause := _reach(post)) is not None]
    involved = select(col(InvolvementRow.dispute_no)).where(or_(*reaches)) if reaches else None
    helped = select(col(HelperRow.dispute_no)).where(col(HelperRow.person_id).in_(holders(actor)))
    offered = select(col(TaskRow.dispute_no)).where(col(TaskRow.offered_to).in_(holders(actor)))
    number = col(DisputeRow.dispute_no)
    clauses: list[ColumnElement[bool]] = [number.in_(helped), number.in_(offered)]
    if involved is not None:
        clauses.append(number.in_(involved))
    if actor.has_role(*INTAKE_ROLES):
        reported = select(col(IncidentRow.dispute_no)).where(col(IncidentRow.received_by) == actor.person_id)
        clauses.append(number.in_(reported))
    return or_(*clauses)


def holders(actor: Actor) -> list[str]:
    """Whose hands are the person's: his own, and those of everybody he deputises for."""
    return [capacity.holder for capacity in actor.capacities]


def _reach(post: Post) -> ColumnElement[bool] | None:
    path, role = col(InvolvementRow.path), col(InvolvementRow.role)
    match ROLES[post.role].sight:
        case Sight.SUBTREE:
            return below(path, post.path)
        case Sight.ORGANISATION:
            return path == post.path
        case Sight.OWN:
            return and_(path == post.path, role == post.role)
        case Sight.NONE:
            return None


def addressed_to(actor: Actor, *, watches: bool) -> ColumnElement[bool]:
    """The tasks addressed to a post of the person, or only watched by it."""
    posts = [and_(col(AddresseeRow.role) == p.role, col(AddresseeRow.path) == p.path) for p in actor.reach]
    if not posts:
        return false()
    query = select(col(AddresseeRow.task_id)).where(col(AddresseeRow.watches) == watches, or_(*posts))
    return col(TaskRow.task_id).in_(query)


def left_to(actor: Actor) -> ColumnElement[bool]:
    """The tasks that fall to a post of the person because everybody at the addressed post below it is barred."""
    clauses = [
        exists().where(
            col(AddresseeRow.task_id) == col(TaskRow.task_id),
            col(AddresseeRow.watches) == false(),
            col(AddresseeRow.role) == post.role,
            col(AddresseeRow.path).startswith(post.path + "/", autoescape=True),
            ~_somebody_else(),
        )
        for post in actor.reach
    ]
    barred_at_all = exists().where(col(BarredRow.task_id) == col(TaskRow.task_id))
    return and_(barred_at_all, or_(*clauses)) if clauses else false()


def of_watched(actor: Actor) -> ColumnElement[bool]:
    """The tasks of disputes that the person watches, as long as he may see them."""
    watched = select(col(WatcherRow.dispute_no)).where(col(WatcherRow.person_id) == actor.person_id)
    seen = select(col(DisputeRow.dispute_no)).where(col(DisputeRow.dispute_no).in_(watched), may_see(actor))
    return col(TaskRow.dispute_no).in_(seen)


def asked_people(*tasks: ColumnElement[bool]) -> tuple[Select[str, str], Select[str, str]]:
    """(person id, task id) for everybody who may claim one of these open tasks: what `addressed_to`, `left_to` and
    `not_barred` say of one person, for all of them at once; in two queries, to be united.
    """
    held, task, asked = PostRow, col(TaskRow.task_id), col(AddresseeRow.path)
    above = func.substr(asked, 1, func.length(col(held.path)) + 1) == col(held.path) + "/"
    barred = exists().where(col(BarredRow.task_id) == task, col(BarredRow.person_id) == col(held.person_id))
    fallen = and_(above, exists().where(col(BarredRow.task_id) == task), ~_somebody_else())
    pairs = (
        select(col(held.person_id), task)
        .select_from(TaskRow)
        .join(AddresseeRow, and_(col(AddresseeRow.task_id) == task, col(AddresseeRow.watches) == false()))
        .where(col(TaskRow.state) == "open", ~barred, *tasks)
    )
    return (
        pairs.join(held, and_(col(held.role) == col(AddresseeRow.role), col(held.path) == asked)),
        pairs.join(held, and_(col(held.role) == col(AddresseeRow.role), fallen)),
    )


def _somebody_else() -> ColumnElement[bool]:
    """Whether anybody who is not barred holds the addressed post itself."""
    holder = aliased(PostRow)
    of_task = col(BarredRow.task_id) == col(AddresseeRow.task_id)
    barred = select(col(BarredRow.person_id)).where(of_task).correlate(AddresseeRow)
    return exists().where(
        col(holder.role) == col(AddresseeRow.role),
        col(holder.path) == col(AddresseeRow.path),
        col(holder.person_id).not_in(barred),
    )


def not_barred(actor: Actor) -> ColumnElement[bool]:
    """Leaves out the tasks that the person may not answer (four eyes), himself or in whose name he acts."""
    barred = select(col(BarredRow.task_id)).where(col(BarredRow.person_id).in_(sorted(actor.persons)))
    return col(TaskRow.task_id).not_in(barred)
