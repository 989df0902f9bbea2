"""Criminal cases that grew out of disputes among people (民转刑): the figures of a period.

A dispute that was turned into a criminal case (`convert_to_criminal`) counts by itself, until the case of its number is
on record; then that one counts, and grew out of it by what its police said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import china
from infra.database.tables.crimes import CriminalCaseRow
from infra.database.tables.read_model import DisputeRow, TimelineRow
from infra.read_model.visibility import part_of
from infra.records.reporting.crimes import PRIOR, Told, day_begins, registered

CONVERTED = "criminal_case"
"""The outcome of a dispute that was turned into a criminal case."""
MOST_CONVERTED = 2000
AT_ONCE = 200


class Figures(NamedTuple):
    """Criminal cases of a period that grew out of disputes among people."""

    cases: int
    homicides: int
    grew: int
    prior_known: int
    unjudged: int
    """on record, and of no dispute said whether the case grew out of it"""
    converted: int
    """disputes turned into a criminal case whose number is not on record: counted in `cases`, `grew`, `prior_known`"""


class Conversion(NamedTuple):
    """A dispute that was turned into a criminal case."""

    dispute_no: str
    opened_at: datetime
    closed_at: datetime
    case_no: str


async def figures(session: AsyncSession, paths: Sequence[str], first: date, last: date) -> Figures:
    """What a period came to in these organisations and those below them."""
    table = CriminalCaseRow
    of_disputes = and_(registered(paths, first, last), col(table.withdrawn) == false(), col(table.from_dispute))
    counted = (
        select(
            func.count(),
            func.count().filter(col(table.homicide)),
            func.count().filter(col(table.grew)),
            func.count().filter(col(table.prior_known)),
        )
        .select_from(table)
        .where(of_disputes)
    )
    cases, homicides, grew, prior_known = (await session.execute(counted)).one()
    ungrown = (await session.execute(select(table).where(of_disputes, col(table.grew) == false()))).scalars()
    unjudged = sum(1 for row in ungrown if not Told.model_validate(row.sealed).words)
    begin, end = day_begins(first), day_begins(last + timedelta(days=1))
    of_period = await conversions(session, paths, begin, end)
    numbers = {each.case_no for each in of_period if each.case_no}
    known: set[str] = set()
    for some in _lots(sorted(numbers)):
        found = await session.execute(select(col(table.case_no)).where(col(table.case_no).in_(some)))
        known.update(found.scalars())
    left = [each for each in of_period if each.case_no not in known]
    prior = sum(1 for each in left if each.opened_at >= each.closed_at - PRIOR)
    return Figures(cases + len(left), homicides, grew + len(left), prior_known + prior, unjudged, len(left))


async def conversions(session: AsyncSession, paths: Sequence[str], begin: datetime, end: datetime) -> list[Conversion]:
    """The disputes that were turned into criminal cases within a time, the latest `MOST_CONVERTED`; all where no
    organisation is given.
    """
    row = DisputeRow
    query = select(col(row.dispute_no), col(row.opened_at), col(row.closed_at)).where(
        col(row.outcome) == CONVERTED, col(row.closed_at) >= begin, col(row.closed_at) < end
    )
    if paths:
        query = query.where(or_(*(part_of(path).holds for path in paths)))
    rows = (await session.execute(query.order_by(col(row.closed_at).desc()).limit(MOST_CONVERTED))).all()
    numbers: dict[str, str] = {}
    for some in _lots([dispute_no for dispute_no, *_ in rows]):
        lines = (
            select(col(TimelineRow.dispute_no), col(TimelineRow.sealed))
            .where(col(TimelineRow.dispute_no).in_(some), col(TimelineRow.kind).in_(("action", "decision")))
            .order_by(col(TimelineRow.seq))
        )
        for dispute_no, line in (await session.execute(lines)).all():
            if case_no := line["detail"].get("fields", {}).get("case_no"):
                numbers[dispute_no] = case_no
    return [Conversion(no, china(opened), china(closed), numbers.get(no, "")) for no, opened, closed in rows if closed]


def _lots(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]
