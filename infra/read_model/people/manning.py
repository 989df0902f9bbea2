"""Who answers what waits: the open tasks that look as if nobody did, and who holds what. What is really so
`domain.people.manning` says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select, true, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.people.entitlement import Holder
from domain.people.organisation import Actor, Post
from infra.database.tables.people import PersonRow, PostRow
from infra.database.tables.read_model import AddresseeRow, BarredRow, DisputeRow, InvolvementRow, TaskRow
from infra.read_model.visibility import OPEN, asked_tasks

_OPEN: Any = literal_column("'open'")
"""As the partial index `addressee_open` has it: a parameter there would not be known to be the same."""


def _active_holder(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody active holds a post that fits."""
    held = exists().where(col(PersonRow.person_id) == col(PostRow.person_id), col(PersonRow.active), *where)
    return held.correlate_except(PostRow, PersonRow)


def _asked_of_nobody() -> Select[str]:
    """The open tasks of which no addressed post has a holder who is not barred."""
    asked = aliased(AddresseeRow)
    barred = exists().where(
        col(BarredRow.task_id) == col(asked.task_id), col(BarredRow.person_id) == col(PostRow.person_id)
    )
    held = (
        select(col(asked.task_id))
        .join(PostRow, and_(col(PostRow.role) == col(asked.role), col(PostRow.path) == col(asked.path)))
        .join(PersonRow, and_(col(PersonRow.person_id) == col(PostRow.person_id), col(PersonRow.active)))
        .where(
            col(asked.task_id) == col(AddresseeRow.task_id),
            ~col(asked.watches),
            ~barred.correlate(asked, PostRow),
        )
        .correlate(AddresseeRow)
        .exists()
    )
    return select(col(AddresseeRow.task_id)).where(col(AddresseeRow.state) == _OPEN, ~col(AddresseeRow.watches), ~held)


def _in_gone_hands() -> list[Select[str]]:
    """The claimed tasks whose holder answers for none of its posts, and those that a leaver prepares or is offered."""
    answers = (
        select(col(AddresseeRow.task_id))
        .join(PostRow, col(PostRow.role) == col(AddresseeRow.role))
        .where(
            col(AddresseeRow.task_id) == col(TaskRow.task_id),
            ~col(AddresseeRow.watches),
            col(PostRow.person_id) == col(TaskRow.assignee),
            or_(
                col(PostRow.path) == col(AddresseeRow.path),
                func.substr(col(AddresseeRow.path), 1, func.length(col(PostRow.path)) + 1) == col(PostRow.path) + "/",
            ),
        )
        .correlate(TaskRow)
        .exists()
    )
    task_id, gone = col(TaskRow.task_id), select(col(PersonRow.person_id)).where(_gone())
    # Sought person by person: tasks that were ever claimed are very many, and few of them wait.
    everybody = select(col(PersonRow.person_id))
    in_hand = select(task_id).where(
        col(TaskRow.assignee).in_(everybody),
        col(TaskRow.state) == "claimed",
        or_(col(TaskRow.assignee).in_(gone), ~answers),
    )
    helped = [
        select(task_id).where(hand > "", hand.in_(gone), col(TaskRow.state).in_(OPEN))
        for hand in (col(TaskRow.delegate), col(TaskRow.offered_to))
    ]
    return [in_hand, *helped]


def _gone() -> ColumnElement[bool]:
    """Whether a person is not there any more: disabled, or without any post."""
    held = exists().where(col(PostRow.person_id) == col(PersonRow.person_id)).correlate(PersonRow)
    return or_(~col(PersonRow.active), ~held)


async def suspects(session: AsyncSession, *, limit: int, after: str = "") -> list[TaskRow]:
    """Open tasks that perhaps nobody answers, in the order of their ids; `after` is the last one seen."""
    found = union(_asked_of_nobody(), *_in_gone_hands()).subquery()
    query = (
        select(TaskRow)
        .where(col(TaskRow.task_id).in_(select(found.c.task_id)), col(TaskRow.task_id) > after)
        .order_by(col(TaskRow.task_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def naming_leavers(session: AsyncSession, limit: int) -> list[DisputeRow]:
    """Open disputes that name somebody as their officer or deputy who is not there any more."""
    query = (
        select(DisputeRow)
        .where(col(DisputeRow.closed_at).is_(None), or_(*(_gone_in(part) for part in ("officer", "deputy"))))
        .order_by(col(DisputeRow.dispute_no))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


def _gone_in(part: str) -> ColumnElement[bool]:
    column = col(getattr(DisputeRow, part))
    return column.in_(select(col(PersonRow.person_id)).where(_gone()))


async def naming(session: AsyncSession, person_id: str) -> list[DisputeRow]:
    """Open disputes that name a person as their officer or deputy, in the order of their numbers."""
    named = or_(col(DisputeRow.officer) == person_id, col(DisputeRow.deputy) == person_id)
    query = select(DisputeRow).where(col(DisputeRow.closed_at).is_(None), named).order_by(col(DisputeRow.dispute_no))
    return list((await session.execute(query)).scalars())


async def work_of(session: AsyncSession, actor: Actor) -> list[TaskRow]:
    """The waiting tasks that somebody has in hand, prepares or is offered, and those he is asked with others."""
    in_hand = or_(*(hand == actor.person_id for hand in _HANDS))
    own = actor.model_copy(update={"deputises": []})
    ids = union(select(col(TaskRow.task_id)).where(col(TaskRow.state).in_(OPEN), in_hand), *asked_tasks(own)).subquery()
    query = select(TaskRow).where(col(TaskRow.task_id).in_(select(ids.c.task_id))).order_by(col(TaskRow.task_id))
    return list((await session.execute(query)).scalars())


_HANDS = (col(TaskRow.assignee), col(TaskRow.delegate), col(TaskRow.offered_to))


async def holders_of_roles(session: AsyncSession, roles: Collection[str]) -> list[tuple[Holder, str, str]]:
    """Every active holder of a post of these roles, with username and name, in the order of usernames."""
    if not roles:
        return []
    query = (
        select(PostRow, col(PersonRow.username), col(PersonRow.name))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active) == true(), col(PostRow.role).in_(roles))
        .order_by(col(PersonRow.username), col(PostRow.post_id))
    )
    return [
        (Holder(person_id=post.person_id, post=Post(role=post.role, path=post.path)), username, name)
        for post, username, name in (await session.execute(query)).all()
    ]


async def still_there(session: AsyncSession, people: Sequence[str]) -> set[str]:
    """Of these people those who are active and hold a post."""
    if not people:
        return set()
    query = select(col(PersonRow.person_id)).where(col(PersonRow.person_id).in_(people), ~_gone())
    return set((await session.execute(query)).scalars())


async def disputes_of(session: AsyncSession, numbers: Collection[str]) -> dict[str, DisputeRow]:
    """Disputes by number."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no).in_(numbers))
    return {row.dispute_no: row for row in (await session.execute(query)).scalars()}


async def homes_of(session: AsyncSession, numbers: Collection[str]) -> dict[str, list[str]]:
    """The paths of the places that disputes lie in, by number."""
    if not numbers:
        return {}
    query = select(col(InvolvementRow.dispute_no), col(InvolvementRow.path)).where(
        col(InvolvementRow.dispute_no).in_(numbers), col(InvolvementRow.role) == ""
    )
    found: dict[str, list[str]] = {}
    for number, path in (await session.execute(query)).all():
        found.setdefault(number, []).append(path)
    return found
