"""What the doctor found, dated: found, seen again, healed, gone. And who was told of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from infra.database.engine import Database, Session
from infra.database.ids import new_id
from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.statements import Statement
from infra.database.tables.operations import ExaminationRow, FindingRow
from infra.health.doctor.findings import Found, Kind
from infra.records.duties import people_at_work
from infra.records.messages import NewMessage, add_messages, message_id_of

LOCK = JOB = "doctor"
MESSAGE = "examination"
"""The kind of message by which the administrator of the system is told."""
TOLD_OF = frozenset({"admin_system"})
LISTED = 20
"""Findings that a message quotes; it counts all."""
_STANDING = Statement.of(
    select(col(FindingRow.kind), func.count()).where(col(FindingRow.gone_at).is_(None)).group_by(col(FindingRow.kind))
)


async def keep(database: Database, found: Sequence[Found], healed: Collection[str], began: datetime) -> None:
    """Puts on record what an examination found on a page; what stands there already was seen again.

    Raises:
        StoreUnavailable
    """
    if not found:
        return
    by_digest = {each.digest: each for each in found}
    digest, now = col(FindingRow.digest), datetime.now(UTC)
    async with database.write(LOCK) as session:
        query = select(FindingRow).where(digest.in_(by_digest), col(FindingRow.gone_at).is_(None))
        standing = {row.digest: row for row in (await session.execute(query)).scalars()}
        for each in by_digest.values():
            row = standing.get(each.digest) or FindingRow(
                finding_id=new_id(), digest=each.digest, kind=each.kind, found_at=began, seen_at=began, sealed=None
            )
            row.seen_at, row.sealed = began, each.model_dump(mode="json")
            row.healed_at = now if each.kind is Kind.ENDED and each.subject in healed else row.healed_at
            session.add(row)


async def conclude(database: Database, began: datetime, looked: int) -> None:
    """The end of an examination: what it did not see is gone, and who administers the system is told what is new.

    Raises:
        StoreUnavailable
    """
    now = datetime.now(UTC)
    async with database.read() as session:
        told = [person.person_id for person in await people_at_work(session, TOLD_OF, ())]
    async with database.write(LOCK) as session:
        gone = (col(FindingRow.gone_at).is_(None), col(FindingRow.seen_at) < began)
        await session.execute(update(FindingRow).where(*gone).values(gone_at=now))
        session.add(ExaminationRow(began=began, ended=now, looked=looked))
        new = col(FindingRow.found_at) == began
        count = (await session.execute(select(func.count()).select_from(FindingRow).where(new))).scalar_one()
        if count:
            query = select(FindingRow).where(new).order_by(col(FindingRow.finding_id)).limit(LISTED)
            content = _content(count, list((await session.execute(query)).scalars()))
            messages = [
                NewMessage(message_id=message_id_of(MESSAGE, began.isoformat(), person), person_id=person, kind=MESSAGE,
                           content=content)
                for person in told
            ]  # fmt: skip
            await add_messages(session, messages, now)


def _content(count: int, rows: Sequence[FindingRow]) -> dict[str, Any]:
    lines = [found_of(row).what() + ("已自历史恢复。" if row.healed_at else found_of(row).to_do()) for row in rows]
    return {"said": f"系统检查发现新问题 {count} 项", "text": "\n".join(lines)}


def found_of(row: FindingRow) -> Found:
    """What was found."""
    return Found.model_validate(row.sealed)


async def last_began(database: Database) -> datetime | None:
    """When the last examination that came to its end began."""
    async with database.read() as session:
        began: datetime | None = (await session.execute(select(func.max(col(ExaminationRow.began))))).scalar_one()
    return began


async def last_examination(session: Session) -> ExaminationRow | None:
    """The last examination that came to its end."""
    query = select(ExaminationRow).order_by(col(ExaminationRow.began).desc()).limit(1)
    return (await session.execute(query)).scalars().first()


async def findings(session: Session, *, standing: bool, limit: int, cursor: str | None) -> Page:
    """A page of findings, the latest first: those that stand, or those that are gone."""
    gone = col(FindingRow.gone_at)
    query = select(FindingRow).where(gone.is_(None) if standing else gone.is_not(None))
    if cursor:
        query = query.where(col(FindingRow.finding_id) < read_cursor(cursor, str)[0])
    query = query.order_by(col(FindingRow.finding_id).desc()).limit(limit + 1)
    rows = list((await session.execute(query)).scalars())
    more = cursor_of(rows[limit - 1].finding_id) if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=more)


async def standing_counts(database: Database) -> dict[str, int]:
    """How many findings stand, by kind; of a kind without any none.

    Raises:
        StoreUnavailable
    """
    return {str(kind): int(count) for kind, count in await database.ask(_STANDING, {})}
