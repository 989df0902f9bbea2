"""Deputyships on record: who stands in for whom now, naming one, ending one. They run by the wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.errors import Conflict
from domain.people.deputies import deputised, lent, level
from domain.people.organisation import Actor, Post, Represented
from domain.people.permissions import SEPARATE_ROLES
from infra.database.tables.people import DeputyRow, PersonRow, PostRow
from infra.records.people import actor_of
from infra.runtime.policy_files import added_roles


@dataclass(frozen=True)
class Deputyship:
    """A deputyship with who is represented and who stands in."""

    row: DeputyRow
    person: PersonRow
    deputy: PersonRow


def in_force(at: datetime) -> ColumnElement[bool]:
    """The deputyships that run at an instant."""
    return and_(not_over(at), ~col(DeputyRow.waits), col(DeputyRow.since) <= at)


def not_over(at: datetime) -> ColumnElement[bool]:
    """Those, and the ones that are to run later."""
    return and_(col(DeputyRow.ended_at).is_(None), col(DeputyRow.until) > at)


async def acting(session: AsyncSession, person_id: str, at: datetime) -> Actor | None:
    """An active person with the posts held now, and with whom he deputises for at an instant."""
    return (await acting_until(session, person_id, at))[0]


async def acting_until(session: AsyncSession, person_id: str, at: datetime) -> tuple[Actor | None, datetime | None]:
    """The same, and when the clock next changes for whom he deputises, if nobody does so before."""
    actor, turn = await actor_of(session, person_id), None
    if actor and not actor.has_role(*SEPARATE_ROLES):
        actor.deputises, turn = await _represented_by(session, actor, at)
        actor.added = added_roles(actor.reach)
    return actor, turn


async def _represented_by(
    session: AsyncSession, deputy: Actor, at: datetime
) -> tuple[list[Represented], datetime | None]:
    """For whom a person deputises at an instant, with the posts that those hold now, and until when it stays so;
    active people only.
    """
    query = (
        select(
            col(PersonRow.person_id),
            col(PersonRow.name),
            col(DeputyRow.since),
            col(DeputyRow.until),
            col(DeputyRow.confirmed_to),
            col(PostRow.role),
            col(PostRow.path),
        )
        .select_from(DeputyRow)
        .join(PersonRow, col(PersonRow.person_id) == col(DeputyRow.person_id))
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(col(DeputyRow.deputy_id) == deputy.person_id, col(PersonRow.active), ~col(DeputyRow.waits), not_over(at))
        .order_by(col(DeputyRow.deputyship_id), col(PostRow.post_id))
    )
    found: dict[str, Represented] = {}
    turns: list[datetime] = []
    for person_id, name, since, until, confirmed_to, role, path in (await session.execute(query)).all():
        turns.append(until if since <= at else since)
        if since > at:
            continue
        other = found.setdefault(person_id, Represented(person_id=person_id, name=name, until=until, posts=[]))
        other.until = max(other.until, until)
        post = Post(role=role, path=path)
        if post not in other.posts and lent(post, deputy.posts, confirmed_to=confirmed_to):
            other.posts.append(post)
    return [other for other in found.values() if other.posts], min(turns, default=None)


async def lent_by(session: AsyncSession, at: datetime) -> dict[str, dict[str, list[Post]]]:
    """The posts that deputies have of others at an instant, by whose they are and by deputy."""
    pairs = select(col(DeputyRow.person_id), col(DeputyRow.deputy_id), col(DeputyRow.confirmed_to)).where(in_force(at))
    deputyships = (await session.execute(pairs)).all()
    people = {person for named in deputyships for person in named[:2]}
    posts: dict[str, list[Post]] = {}
    query = select(col(PostRow.person_id), col(PostRow.role), col(PostRow.path)).where(
        col(PostRow.person_id).in_(people)
    )
    for person, role, path in (await session.execute(query)).all():
        posts.setdefault(person, []).append(Post(role=role, path=path))
    found: dict[str, dict[str, list[Post]]] = {}
    for person, deputy, confirmed_to in deputyships:
        own, named = posts.get(deputy, []), found.setdefault(person, {}).setdefault(deputy, [])
        named += [post for post in posts.get(person, []) if lent(post, own, confirmed_to=confirmed_to)]
    return found


def lock_of(person_id: str) -> str:
    """What everybody locks who writes to the deputyships of a person."""
    return f"deputy {person_id}"


async def add_deputyship(session: AsyncSession, row: DeputyRow) -> None:
    """Puts a deputyship on record; the caller holds the lock.

    Raises:
        Conflict: the same person stands in for the same person in a part of that time already.
    """
    query = select(col(DeputyRow.deputyship_id)).where(
        col(DeputyRow.person_id) == row.person_id,
        col(DeputyRow.deputy_id) == row.deputy_id,
        col(DeputyRow.ended_at).is_(None),
        col(DeputyRow.since) < row.until,
        col(DeputyRow.until) > row.since,
    )
    if (await session.execute(query.limit(1))).first():
        raise Conflict("该时段已安排同一人代班")
    session.add(row)


async def confirm_deputyship(session: AsyncSession, deputyship_id: str, by: str, at: datetime) -> None:
    """A deputyship that waited for a second person is in force, up to where the represented stands now.

    Raises:
        Conflict: it is over, or waits for nobody.
    """
    row = await session.get_one(DeputyRow, deputyship_id)
    if row.ended_at or row.until <= at or not row.waits:
        raise Conflict("该代班已经结束或无须确认")
    held = select(col(PostRow.role), col(PostRow.path)).where(col(PostRow.person_id) == row.person_id)
    posts = [Post(role=role, path=path) for role, path in (await session.execute(held)).all()]
    row.waits, row.confirmed_by, row.confirmed_at, row.confirmed_to = False, by, at, level(deputised(posts))
    session.add(row)


async def end_deputyship(session: AsyncSession, deputyship_id: str, by: str, at: datetime) -> None:
    """Ends a deputyship before its time.

    Raises:
        Conflict: it is over.
    """
    row = await session.get_one(DeputyRow, deputyship_id)
    if row.ended_at or row.until <= at:
        raise Conflict("该代班已经结束")
    row.ended_at, row.ended_by = at, by
    session.add(row)


async def deputyship(session: AsyncSession, deputyship_id: str) -> Deputyship | None:
    """One deputyship, without a check of who asks."""
    found = await _read(session, _all().where(col(DeputyRow.deputyship_id) == deputyship_id))
    return found[0] if found else None


async def deputyships(
    session: AsyncSession, person_id: str | None, *, limit: int, before: str | None = None
) -> list[Deputyship]:
    """Deputyships, the latest named first: of one person, or all; `before` is where a page ended."""
    query = _all().order_by(col(DeputyRow.deputyship_id).desc()).limit(limit)
    if person_id:
        query = query.where(or_(col(DeputyRow.person_id) == person_id, col(DeputyRow.deputy_id) == person_id))
    if before:
        query = query.where(col(DeputyRow.deputyship_id) < before)
    return await _read(session, query)


_person, _deputy = aliased(PersonRow), aliased(PersonRow)


def _all() -> Select[DeputyRow, PersonRow, PersonRow]:
    return (
        select(DeputyRow, _person, _deputy)
        .join(_person, col(_person.person_id) == col(DeputyRow.person_id))
        .join(_deputy, col(_deputy.person_id) == col(DeputyRow.deputy_id))
    )


async def _read(session: AsyncSession, query: Select[DeputyRow, PersonRow, PersonRow]) -> list[Deputyship]:
    return [Deputyship(row, person, deputy) for row, person, deputy in (await session.execute(query)).all()]
