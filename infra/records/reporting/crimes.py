"""The register of criminal cases: what is on record, and the words on what each grew out of (民转刑)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import CHINA, Model
from domain.case.records import Party
from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.paths import below
from infra.database.tables.crimes import CriminalCaseRow

LOCK = "criminal_case"
PRIOR = timedelta(days=365)
"""“12 个月内”: a dispute opened no longer before was known."""

MOST_GROWN = 300
"""Cases that are looked through for one dispute's: a county has some tens in a year. [DESIGN]"""


class Word(Model):
    """Somebody's word on whether a case grew out of a dispute; the latest on a dispute counts."""

    dispute_no: str
    opened_at: datetime
    grew: bool
    reason: str
    by: str
    at: datetime


class Told(Model):
    """What is sealed of a criminal case."""

    parties: list[Party]
    address: str
    place_key: str
    """as of `IncidentRow`"""
    summary: str
    words: list[Word] = []
    withdrawn_why: str = ""
    withdrawn_by: str = ""

    def latest(self) -> dict[str, Word]:
        """What was said last of each dispute."""
        return {word.dispute_no: word for word in self.words}


def put_word(row: CriminalCaseRow, word: Word) -> None:
    """Adds somebody's word, and says what follows from all of them."""
    told = Told.model_validate(row.sealed)
    told.words.append(word)
    row.sealed = told.model_dump(mode="json")
    out_of = [each.opened_at for each in told.latest().values() if each.grew]
    since = day_begins(date.fromisoformat(row.registered_on)) - PRIOR
    row.grew, row.prior_known = bool(out_of), any(opened >= since for opened in out_of)


def withdraw(row: CriminalCaseRow, reason: str, by: str) -> None:
    """It was put on record by mistake: it counts no more, and its number is free again."""
    told = Told.model_validate(row.sealed)
    row.sealed = told.model_copy(update={"withdrawn_why": reason, "withdrawn_by": by}).model_dump(mode="json")
    row.withdrawn, row.case_no = True, f"{row.case_no} {row.case_id}"


async def find(session: AsyncSession, case_id: str) -> CriminalCaseRow | None:
    """A case on record."""
    return await session.get(CriminalCaseRow, case_id)


async def by_number(session: AsyncSession, case_no: str) -> CriminalCaseRow | None:
    """The case on record under a number."""
    found = await session.execute(select(CriminalCaseRow).where(col(CriminalCaseRow.case_no) == case_no))
    return found.scalars().first()


async def listed(
    session: AsyncSession, paths: Sequence[str], first: date, last: date, limit: int, cursor: str | None
) -> Page:
    """The cases of a period that these organisations or those below them registered, the newest first."""
    table = CriminalCaseRow
    query = select(table).where(registered(paths, first, last))
    if cursor:
        day, case_id = read_cursor(cursor, str, str)
        earlier = and_(col(table.registered_on) == day, col(table.case_id) < case_id)
        query = query.where(or_(col(table.registered_on) < day, earlier))
    query = query.order_by(col(table.registered_on).desc(), col(table.case_id).desc()).limit(limit + 1)
    rows = list((await session.execute(query)).scalars())
    more = cursor_of(rows[limit - 1].registered_on, rows[limit - 1].case_id) if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=more)


async def grown(session: AsyncSession, paths: Sequence[str], since: date) -> list[CriminalCaseRow]:
    """The cases registered from a day on by these organisations, or below them, of which somebody's word is that they
    grew out of a dispute; the newest first, at most `MOST_GROWN`.
    """
    table = CriminalCaseRow
    query = select(table).where(
        registered(paths, since, date.max), col(table.grew) == true(), col(table.withdrawn) == false()
    )
    query = query.order_by(col(table.registered_on).desc(), col(table.case_id).desc()).limit(MOST_GROWN)
    return list((await session.execute(query)).scalars())


def day_begins(day: date) -> datetime:
    """When a day begins, by the clock in China."""
    return datetime.combine(day, time(), CHINA)


def registered(paths: Sequence[str], first: date, last: date) -> ColumnElement[bool]:
    """Whether one of these organisations, or one below it, registered a case in a period."""
    day, path = col(CriminalCaseRow.registered_on), col(CriminalCaseRow.path)
    return and_(day >= str(first), day <= str(last), or_(false(), *(below(path, each) for each in paths)))
