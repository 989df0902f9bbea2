"""Leavings on record: posts that ended, and what cases are to be told of a leaver's work until they have been."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import Conflict
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.people import (
    DeputyRow,
    FormerPostRow,
    HandingOnRow,
    LeavingRow,
    OrganisationRow,
    PersonRow,
    PostRow,
)
from infra.records.deputies import not_over
from infra.records.organisations import hand_down


@dataclass(frozen=True)
class HandingOn:
    """What one case is to be told of one leaving."""

    leaving_id: str
    dispute_no: str
    content: Any


async def end_posts(session: AsyncSession, leaving_id: str, post_ids: Collection[str], at: datetime) -> None:
    """Posts end: they are held no more, and stay on record with their day.

    Raises:
        Conflict: one of them is not held any more.
    """
    rows = list((await session.execute(select(PostRow).where(col(PostRow.post_id).in_(post_ids)))).scalars())
    if len(rows) != len(post_ids):
        raise Conflict("该人员的岗位刚刚有变动，请重新查看后再办理")
    for row in rows:
        session.add(FormerPostRow(post_id=row.post_id, person_id=row.person_id, role=row.role, since=row.since,
                                  organisation_code=row.organisation_code, path=row.path, until=at,
                                  leaving_id=leaving_id))  # fmt: skip
    await session.flush()
    await session.execute(delete(PostRow).where(col(PostRow.post_id).in_(post_ids)))
    await hand_down(session, {row.person_id for row in rows})


async def give_post(
    session: AsyncSession, person_id: str, role: str, path: str, organisation: str, at: datetime
) -> None:
    """Somebody holds a post from now on.

    Raises:
        Conflict: he holds it already.
    """
    same = col(PostRow.person_id) == person_id, col(PostRow.role) == role, col(PostRow.path) == path
    if (await session.execute(select(col(PostRow.post_id)).where(*same).limit(1))).first():
        raise Conflict("该人员已任此岗位")
    session.add(PostRow(post_id=new_id(), person_id=person_id, role=role, path=path, since=at,
                        organisation_code=organisation))  # fmt: skip
    await session.flush()
    await hand_down(session, [person_id])


async def close_account(session: AsyncSession, person_id: str) -> bool:
    """Whoever holds no post any more signs in no more; whether that is so."""
    held = await session.execute(select(col(PostRow.post_id)).where(col(PostRow.person_id) == person_id).limit(1))
    if held.first():
        return False
    await session.execute(update(PersonRow).where(col(PersonRow.person_id) == person_id).values(active=False))
    return True


async def put_on_record(session: AsyncSession, row: LeavingRow, told: Sequence[HandingOn]) -> None:
    """A leaving, and what cases are to be told of it."""
    session.add(row)
    for each in told:
        session.add(HandingOnRow(leaving_id=each.leaving_id, dispute_no=each.dispute_no, sealed=each.content))
    await session.flush()


async def waiting_to_be_told(database: Database, limit: int, leaving_id: str | None = None) -> list[HandingOn]:
    """What cases have not been told yet, the oldest leaving first; of one leaving, or of all."""
    query = (
        select(HandingOnRow)
        .where(col(HandingOnRow.delivered_at).is_(None))
        .order_by(col(HandingOnRow.leaving_id), col(HandingOnRow.dispute_no))
        .limit(limit)
    )
    if leaving_id:
        query = query.where(col(HandingOnRow.leaving_id) == leaving_id)
    async with database.read() as session:
        rows = (await session.execute(query)).scalars()
        return [HandingOn(row.leaving_id, row.dispute_no, row.sealed) for row in rows]


async def delivered(database: Database, handing: HandingOn) -> None:
    """The case has been told."""
    this = col(HandingOnRow.leaving_id) == handing.leaving_id, col(HandingOnRow.dispute_no) == handing.dispute_no
    async with database.write() as session:
        await session.execute(update(HandingOnRow).where(*this).values(delivered_at=datetime.now(UTC)))


async def deputyships_of(session: AsyncSession, person_id: str, at: datetime) -> list[DeputyRow]:
    """The deputyships of a person, given and taken, that run or are to run."""
    his = or_(col(DeputyRow.person_id) == person_id, col(DeputyRow.deputy_id) == person_id)
    query = select(DeputyRow).where(his, not_over(at)).order_by(col(DeputyRow.deputyship_id))
    return list((await session.execute(query)).scalars())


async def end_deputyships(session: AsyncSession, person_id: str, by: str, at: datetime) -> None:
    """All deputyships of a person end, given and taken."""
    for row in await deputyships_of(session, person_id, at):
        row.ended_at, row.ended_by = at, by
        session.add(row)


async def former_posts(session: AsyncSession, person_id: str) -> list[tuple[FormerPostRow, OrganisationRow]]:
    """The posts that a person held, the last one first."""
    query = (
        select(FormerPostRow, OrganisationRow)
        .join(OrganisationRow, col(OrganisationRow.code) == col(FormerPostRow.organisation_code))
        .where(col(FormerPostRow.person_id) == person_id)
        .order_by(col(FormerPostRow.until).desc(), col(FormerPostRow.post_id))
    )
    return [(post, organisation) for post, organisation in (await session.execute(query)).all()]
