"""Organisations on record: founded, renamed, moved, merged, closed; nothing is deleted, and what they were is kept.

The caller holds the lock `LOCK`, and checks who asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import Conflict
from domain.people.duties import RULES, Duty
from domain.people.organisation import Post
from domain.people.tree import inherited, successor_of
from domain.triage.places import Kind
from infra.database.ids import new_id
from infra.database.tables.people import DutyRow, FormerPostRow, OrganisationRow, OrganisationWasRow, PostRow
from infra.database.tables.read_model import AddresseeRow

LOCK = "organisations"


async def open_organisation(session: AsyncSession, code: str) -> OrganisationRow:
    """One that is not closed.

    Raises:
        Conflict: it was closed meanwhile.
    """
    row = await session.get(OrganisationRow, code)
    if row is None or row.closed_at:
        raise Conflict("该单位已撤销或已并入其他单位")
    return row


async def paths(session: AsyncSession) -> dict[str, str]:
    """The paths of all that are open, by code."""
    query = select(col(OrganisationRow.code), col(OrganisationRow.path)).where(col(OrganisationRow.closed_at).is_(None))
    return dict((await session.execute(query)).all())


async def found(session: AsyncSession, row: OrganisationRow) -> None:
    """A new organisation.

    Raises:
        Conflict: its code was given before.
    """
    if await session.get(OrganisationRow, row.code):
        raise Conflict(f"单位代码“{row.code}”已被使用，撤销的单位代码也不能再用")
    session.add(row)
    await session.flush()


async def rename(session: AsyncSession, row: OrganisationRow, name: str, at: datetime) -> None:
    """It is called otherwise from now on."""
    _keep(session, row, at)
    row.name = name
    await session.flush()


async def stand_elsewhere(session: AsyncSession, new: Mapping[str, str], at: datetime) -> None:
    """Organisations, by code, are at new paths from now on, their posts with them; the old ones are answered for."""
    for code, path in new.items():
        row = await session.get_one(OrganisationRow, code)
        _keep(session, row, at)
        row.path = path
        held = col(PostRow.organisation_code) == code, ~col(PostRow.inherited)
        await session.execute(update(PostRow).where(*held).values(path=path))
    await session.flush()
    await hand_down(session)


async def merge(
    session: AsyncSession, sources: Collection[str], into: OrganisationRow, by: str, at: datetime
) -> list[str]:
    """Organisations end, and their posts, beats and other duties are the successor's; the ids of whose posts went over.

    What lies below them has moved before (`stand_elsewhere`).
    """
    went = []
    for code in sources:
        row = await open_organisation(session, code)
        _keep(session, row, at)
        row.closed_at, row.successor = at, into.code
        _learn(into, [*row.keywords.split(), row.name])
        await _served_on(session, row, into)
        went += await _posts_over(session, row, into, at)
        await _duties_over(session, code, into.code, by, at)
    await session.flush()
    await hand_down(session)
    return sorted(set(went))


async def close(session: AsyncSession, row: OrganisationRow, at: datetime) -> None:
    """It ends without a successor.

    Raises:
        Conflict: something is still there, named in the detail.
    """
    below = exists().where(
        col(OrganisationRow.path).startswith(f"{row.path}/"), col(OrganisationRow.closed_at).is_(None)
    )
    held = exists().where(col(PostRow.organisation_code) == row.code)
    asked = exists().where(col(AddresseeRow.path) == row.path, col(AddresseeRow.state).in_(("open", "claimed")))
    running = exists().where(col(DutyRow.subject) == row.code, col(DutyRow.ended_at).is_(None))
    for what, words in (
        (below, "下级单位"),
        (held, "在任人员"),
        (asked, "未办结的待办"),
        (running, "未结束的承担事项"),
    ):
        if (await session.execute(select(what))).scalar():
            raise Conflict(f"该单位还有{words}，请先处理，或并入其他单位")
    row.closed_at = at
    _keep(session, row, at)
    await session.flush()


async def hand_down(session: AsyncSession, people: Collection[str] | None = None) -> None:
    """The posts that follow from those which people, or all, hold now, at the paths that their organisations, and those
    merged into them, had before: made and taken away as it must be. Part of every change of posts.
    """
    was = await _former_paths(session)
    if not was:
        return
    whose = [] if people is None else [col(PostRow.person_id).in_(people)]
    rows = list((await session.execute(select(PostRow).where(*whose))).scalars())
    wanted = {
        (row.person_id, post.role, post.path): row for row in rows if not row.inherited
        for post in inherited(Post(role=row.role, path=row.path), was)
    }  # fmt: skip
    for row in rows:
        if row.inherited and wanted.pop((row.person_id, row.role, row.path), None) is None:
            await session.delete(row)
    session.add_all(
        PostRow(post_id=new_id(), person_id=person_id, role=role, path=path, since=row.since, inherited=True,
                organisation_code=row.organisation_code)
        for (person_id, role, path), row in wanted.items()
    )  # fmt: skip
    await session.flush()


async def inherited_by(session: AsyncSession, person_id: str) -> list[PostRow]:
    """The posts of a person that follow from his others."""
    query = select(PostRow).where(col(PostRow.person_id) == person_id, col(PostRow.inherited))
    return list((await session.execute(query.order_by(col(PostRow.post_id)))).scalars())


async def _former_paths(session: AsyncSession) -> dict[str, set[str]]:
    """By the path of an organisation those that it, or one merged into it, had before."""
    rows = list((await session.execute(select(OrganisationWasRow))).scalars())
    if not rows:
        return {}
    query = select(col(OrganisationRow.code), col(OrganisationRow.successor), col(OrganisationRow.path))
    listed = (await session.execute(query)).all()
    successors, now = {code: after for code, after, _ in listed if after}, {code: path for code, _, path in listed}
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[now[successor_of(row.organisation_code, successors)]].add(row.path)
    return found


def _keep(session: AsyncSession, row: OrganisationRow, at: datetime) -> None:
    session.add(OrganisationWasRow(organisation_code=row.code, until=at, name=row.name, path=row.path))


def _learn(row: OrganisationRow, words: Collection[str]) -> None:
    row.keywords = " ".join(dict.fromkeys([*row.keywords.split(), *words]))


async def _served_on(session: AsyncSession, source: OrganisationRow, into: OrganisationRow) -> None:
    """Who served what ends, a station, a justice office, goes on serving the villages that lay in it."""
    old = select(col(OrganisationWasRow.organisation_code)).where(
        col(OrganisationWasRow.path).startswith(f"{source.path}/")
    )
    villages = select(col(OrganisationRow.code)).where(
        col(OrganisationRow.code).in_(old), col(OrganisationRow.kind) == Kind.VILLAGE
    )
    codes = sorted((await session.execute(villages)).scalars())
    serving = select(OrganisationRow).where(
        col(OrganisationRow.keywords) != "", col(OrganisationRow.closed_at).is_(None)
    )
    for row in (await session.execute(serving)).scalars():
        if row.code != into.code and {source.code, source.name} & set(row.keywords.split()):
            _learn(row, codes)


async def _posts_over(session: AsyncSession, source: OrganisationRow, into: OrganisationRow, at: datetime) -> list[str]:
    """Who held a post of the one holds it at the other from now on, unless he did already."""
    query = select(PostRow).where(col(PostRow.organisation_code).in_((source.code, into.code)), ~col(PostRow.inherited))
    rows = list((await session.execute(query)).scalars())
    there = {(row.person_id, row.role) for row in rows if row.organisation_code == into.code}
    went = [row for row in rows if row.organisation_code == source.code]
    for row in went:
        session.add(FormerPostRow(post_id=row.post_id, person_id=row.person_id, role=row.role, since=row.since,
                                  organisation_code=row.organisation_code, path=row.path, until=at,
                                  leaving_id=f"merger:{into.code}"))  # fmt: skip
        if (row.person_id, row.role) not in there:
            session.add(PostRow(post_id=new_id(), person_id=row.person_id, role=row.role, path=into.path, since=at,
                                organisation_code=into.code))  # fmt: skip
        await session.delete(row)
    await session.flush()
    return [row.person_id for row in went]


async def _duties_over(session: AsyncSession, source: str, into: str, by: str, at: datetime) -> None:
    """What was entrusted of the one is entrusted of the other, where one person has it only as far as nobody does."""
    query = select(DutyRow).where(col(DutyRow.subject).in_((source, into)), col(DutyRow.ended_at).is_(None))
    rows = [row for row in (await session.execute(query)).scalars() if row.until is None or row.until > at]
    there = [row for row in rows if row.subject == into]
    for row in (each for each in rows if each.subject == source):
        row.ended_at, row.ended_by = at, by
        same = [other for other in there if other.kind == row.kind]
        if any(RULES[Duty(row.kind)].single or other.person_id == row.person_id for other in same):
            continue
        new = DutyRow(duty_id=new_id(), kind=row.kind, subject=into, person_id=row.person_id, detail=row.detail,
                      scope=row.scope, since=max(row.since, at), until=row.until, named_by=by, named_at=at)  # fmt: skip
        session.add(new)
        there.append(new)
