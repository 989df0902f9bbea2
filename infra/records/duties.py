"""What is entrusted to people by name (`domain.people.duties`), on record: who has it, naming, ending; task forces.

They run by the wall clock: what has reached its end as foreseen is over by itself, without anybody's doing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import Conflict
from domain.people.duties import CHIEFS, LAST, OF_BEATS, QUALIFICATIONS, RULES, Concern, Duty, precedence
from domain.people.organisation import Actor, Post
from infra.database.columns import Instant
from infra.database.engine import Database
from infra.database.paths import below
from infra.database.statements import Statement, among
from infra.database.tables.people import DutyRow, PersonRow, PostRow, TaskForceRow

_NOW = bindparam("at", type_=Instant)


def in_force(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The duties that people have at an instant: begun, not ended by then, and their end not reached."""
    return and_(
        col(DutyRow.since) <= at,
        or_(col(DutyRow.until).is_(None), col(DutyRow.until) > at),
        or_(col(DutyRow.ended_at).is_(None), col(DutyRow.ended_at) > at),
    )


_OF_BEATS = Statement(
    lambda dialect: (
        select(col(DutyRow.kind), col(PersonRow.person_id), col(PersonRow.name))
        .join(PersonRow, col(PersonRow.person_id) == col(DutyRow.person_id))
        .where(
            among(col(DutyRow.subject), "beats", dialect),
            col(DutyRow.kind).in_([Duty.BEAT_OFFICER, Duty.BEAT_DEPUTY]),
            in_force(_NOW),
            col(PersonRow.active),
        )
        .distinct()
    )
)


async def who_has(database: Database, beats: Collection[str], at: datetime) -> dict[str, list[tuple[str, str]]]:
    """The active people (id, name) who have one of the beats at an instant, by kind of duty; each once."""
    found: dict[str, list[tuple[str, str]]] = {}
    parameters = {"beats": sorted(beats), "at": at}
    for kind, person_id, name in await database.ask(_OF_BEATS, parameters) if beats else []:
        found.setdefault(kind, []).append((person_id, name))
    return found


@dataclass(frozen=True)
class Entrusted:
    """A duty with who has it."""

    row: DutyRow
    person: PersonRow

    def state(self, at: datetime) -> str:
        """`ahead`, `current` or `over`."""
        ends = [end for end in (self.row.until, self.row.ended_at) if end]
        if any(end <= at for end in ends):
            return "over"
        return "current" if self.row.since <= at else "ahead"


async def duty(session: AsyncSession, duty_id: str) -> Entrusted | None:
    """One duty."""
    found = await _read(session, _all().where(col(DutyRow.duty_id) == duty_id))
    return found[0] if found else None


async def duties(
    session: AsyncSession,
    *,
    kinds: Iterable[Duty] = (),
    subjects: Collection[str] | None = None,
    person_id: str | None = None,
    at: datetime | None = None,
    limit: int | None = None,
    after: tuple[str, str, str] | None = None,
) -> list[Entrusted]:
    """Duties by kind, subject and id; those in force at an instant where one is given, else all that ever were.

    Of few subjects only: each is a parameter. `after` is where a page ended: kind, subject, id.
    """
    query = _all().order_by(col(DutyRow.kind), col(DutyRow.subject), col(DutyRow.duty_id))
    if wanted := list(kinds):
        query = query.where(col(DutyRow.kind).in_(wanted))
    if subjects is not None:
        query = query.where(col(DutyRow.subject).in_(subjects))
    if person_id:
        query = query.where(col(DutyRow.person_id) == person_id)
    if at:
        query = query.where(in_force(at), col(PersonRow.active))
    if after:
        kind, subject, duty_id = after
        query = query.where(
            or_(
                col(DutyRow.kind) > kind,
                and_(col(DutyRow.kind) == kind, col(DutyRow.subject) > subject),
                and_(col(DutyRow.kind) == kind, col(DutyRow.subject) == subject, col(DutyRow.duty_id) > duty_id),
            )
        )
    return await _read(session, query.limit(limit))


async def people_at_work(
    session: AsyncSession,
    roles: Collection[str],
    kinds: Collection[Duty] = OF_BEATS,
    *,
    subjects: Collection[str] | None = None,
    at: str = "",
) -> list[Actor]:
    """Active people who hold one of the roles, or have a duty of one of the kinds, each with all his posts.

    Of few `subjects` only those entrusted with one of them; of the roles only those at or below the path `at`.
    """
    concerned = select(col(PostRow.person_id)).where(col(PostRow.role).in_(roles))
    having = select(col(DutyRow.person_id)).where(col(DutyRow.kind).in_(kinds))
    if subjects is not None:
        having = having.where(col(DutyRow.subject).in_(subjects))
    if at:
        concerned = concerned.where(below(col(PostRow.path), at))
    query = (
        select(col(PersonRow.person_id), col(PersonRow.name), col(PostRow.role), col(PostRow.path))
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(
            col(PersonRow.active), or_(col(PersonRow.person_id).in_(concerned), col(PersonRow.person_id).in_(having))
        )
        .order_by(col(PersonRow.username), col(PostRow.post_id))
    )
    found: dict[str, Actor] = {}
    for person_id, name, role, path in (await session.execute(query)).all():
        actor = found.setdefault(person_id, Actor(person_id=person_id, name=name, posts=[]))
        actor.posts.append(Post(role=role, path=path))
    return list(found.values())


@dataclass
class Standings:
    """How people stand to a table by what is entrusted to them."""

    places: dict[tuple[str, str], int] = field(default_factory=dict)
    """how early somebody is asked, by person id and the role he would sit by; without those asked last"""
    told: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """what is told of him beside his name, the same way; by whatever role under an empty one"""

    def known_for(self, person_id: str, role: str) -> tuple[str, ...]:
        """What is told of somebody who would sit by a role."""
        words = (*self.told.get((person_id, role), ()), *self.told.get((person_id, ""), ()))
        return tuple(dict.fromkeys(words))


async def standings(session: AsyncSession, concern: Concern, at: datetime) -> Standings:
    """Who is asked to a table first, and what those with a duty are known for. A duty speaks for the roles that it goes
    with: a chief of court who is his house's leader too is not thereby the first of all leaders.
    """
    found = Standings()
    for each in await duties(session, kinds=(*CHIEFS, Duty.PORTFOLIO, Duty.QUALIFICATION), at=at):
        row, kind = each.row, Duty(each.row.kind)
        if kind == Duty.QUALIFICATION:
            found.told.setdefault((row.person_id, ""), []).append(QUALIFICATIONS.get(row.subject, row.subject))
            continue
        place = precedence(kind, row.subject, row.scope.split(), concern)
        for role in RULES[kind].roles if place < LAST else ():
            key = (row.person_id, role)
            found.places[key] = min(place, found.places.get(key, LAST))
            found.told.setdefault(key, []).append("三长" if kind in CHIEFS else row.detail or "分管")
    return found


def lock_of(kind: str, subject: str) -> str:
    """What everybody locks who writes to the duties of a subject."""
    return f"duty {kind} {subject}"


async def add_duty(session: AsyncSession, row: DutyRow, replaces: str | None = None) -> None:
    """Puts a duty on record, ending the one it replaces when it begins; the caller holds the lock.

    Raises:
        Conflict: the person has it already, somebody else has what only one may have, or what is to be replaced is over
            or another.
    """
    if replaces:
        await _give_way(session, row, replaces)
    for held in await _read(session, _all().where(_overlapping(row), col(DutyRow.duty_id) != (replaces or ""))):
        if held.row.person_id == row.person_id:
            raise Conflict(f"{held.person.name}该时段已承担此事项")
        if RULES[Duty(row.kind)].single:
            raise Conflict(f"该时段现由{held.person.name}承担，只能由一人承担：请办理接替，或先结束其承担")
    session.add(row)


async def _give_way(session: AsyncSession, row: DutyRow, replaced: str) -> None:
    earlier = await session.get(DutyRow, replaced)
    if earlier is None or (earlier.kind, earlier.subject) != (row.kind, row.subject):
        raise Conflict("要接替的不是同一事项")
    if earlier.ended_at or (earlier.until and earlier.until <= row.since):
        raise Conflict("要接替的已经结束")
    if earlier.person_id == row.person_id:
        raise Conflict("不能由本人接替本人")
    if earlier.since >= row.since:
        raise Conflict("接替的开始时间须晚于前任的开始时间")
    if row.since <= row.named_at:
        earlier.ended_at, earlier.ended_by = row.since, row.named_by
    else:
        earlier.until = row.since
    session.add(earlier)


def _overlapping(row: DutyRow) -> ColumnElement[bool]:
    """The duties of the same subject that run in a part of a new one's time."""
    parts = [
        col(DutyRow.kind) == row.kind,
        col(DutyRow.subject) == row.subject,
        or_(col(DutyRow.until).is_(None), col(DutyRow.until) > row.since),
        or_(
            col(DutyRow.ended_at).is_(None),
            and_(col(DutyRow.ended_at) > row.since, col(DutyRow.ended_at) > col(DutyRow.since)),
        ),
    ]
    if row.until:
        parts.append(col(DutyRow.since) < row.until)
    return and_(*parts)


async def end_duty(session: AsyncSession, duty_id: str, by: str, at: datetime) -> None:
    """Ends a duty before its time; one that has not begun is called off.

    Raises:
        Conflict: it is over.
    """
    row = await session.get_one(DutyRow, duty_id)
    if row.ended_at or (row.until and row.until <= at):
        raise Conflict("该事项已经结束")
    row.ended_at, row.ended_by = at, by
    session.add(row)


async def task_force(session: AsyncSession, force_id: str) -> TaskForceRow | None:
    """One task force."""
    return await session.get(TaskForceRow, force_id)


async def task_forces(
    session: AsyncSession, *, at: datetime | None, limit: int, before: str | None = None
) -> list[TaskForceRow]:
    """Task forces, the latest formed first; those not over at an instant where one is given, else all.

    `before` is the id of the last on the page before.
    """
    query = select(TaskForceRow).order_by(col(TaskForceRow.force_id).desc()).limit(limit)
    if at:
        query = query.where(col(TaskForceRow.ended_at).is_(None), col(TaskForceRow.until) > at)
    if before:
        query = query.where(col(TaskForceRow.force_id) < before)
    return list((await session.execute(query)).scalars())


async def end_task_force(session: AsyncSession, force_id: str, by: str, at: datetime) -> None:
    """Ends a task force before its time, and with it what its members have by it.

    Raises:
        Conflict: it is over.
    """
    row = await session.get_one(TaskForceRow, force_id)
    if row.ended_at or row.until <= at:
        raise Conflict("该专班已经结束")
    row.ended_at, row.ended_by = at, by
    session.add(row)
    await session.execute(
        update(DutyRow)
        .where(
            col(DutyRow.kind) == Duty.TASK_FORCE,
            col(DutyRow.subject) == force_id,
            col(DutyRow.ended_at).is_(None),
            or_(col(DutyRow.until).is_(None), col(DutyRow.until) > at),
        )
        .values(ended_at=at, ended_by=by)
    )


def _all() -> Select[DutyRow, PersonRow]:
    return select(DutyRow, PersonRow).join(PersonRow, col(PersonRow.person_id) == col(DutyRow.person_id))


async def _read(session: AsyncSession, query: Select[DutyRow, PersonRow]) -> list[Entrusted]:
    return [Entrusted(row, person) for row, person in (await session.execute(query)).all()]
