"""The intake transaction: an incident is recorded once, and joins a dispute or begins one (law 12).

What is compared is read, and judged, before the lock on the place is taken; under it only what came in meanwhile is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.base import Model
from domain.policy.action_catalogue import ACTIONS, MERGER
from infra.database.engine import Database
from infra.database.numbers import next_in
from infra.database.statements import Statement, among, inserting
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import AddresseeRow, DisputeRow, TaskRow
from infra.database.transactions import Rows, Work, rows_for
from infra.records.repeats.candidates import Keys, candidates, tokens_kept

WINDOW = timedelta(days=30)
"""How far back an earlier report of the same place may be one of the same quarrel."""
NEWEST = 20
"""So many earlier reports of a place are compared, the newest, beside those that keys lead to: a hospital's door has
thousands."""
MERGED = ACTIONS[MERGER].outcome


class Earlier(Model):
    """An earlier report, to be compared with a new one."""

    incident_id: str
    dispute_no: str
    category: str
    reported_at: datetime
    opened_at: datetime
    closed: bool
    outcome: str | None = None
    matter: str | None = None
    """what the dispute is about; none where the read model has not got it yet"""
    apart_from: str | None = None
    """the dispute that it was taken out of (分案), wherever that went since"""
    content: dict[str, Any]


Decide = Callable[[list[Earlier]], str | None]
"""Which of the earlier reports' disputes the new one belongs to; none begins its own. Asked once for those there were,
and once more for those that came in meanwhile."""
Hold = Callable[[], Work[None]]
"""What else is kept in the transaction that records a report, or undoes it."""

_COLUMNS = tuple(IncidentRow.model_fields)
_OF_EARLIER = ("incident_id", "dispute_no", "category", "reported_at", "received_at", "sealed", "apart_from")
_NUMBER = (col(IncidentRow.source) == bindparam("source"), col(IncidentRow.source_no) == bindparam("source_no"))
_SAME = Statement.of(
    select(*(getattr(IncidentRow, name) for name in _COLUMNS)).where(
        *_NUMBER, col(IncidentRow.digest) == bindparam("digest")
    )
)
_OTHERS = Statement.of(select(func.count()).select_from(IncidentRow).where(*_NUMBER))
_AT_PLACE = (
    col(IncidentRow.place_key) == bindparam("place_key"),
    col(IncidentRow.reported_at).between(bindparam("first"), bindparam("last")),
)
_NEWEST_HERE = select(col(IncidentRow.incident_id)).where(*_AT_PLACE).order_by(col(IncidentRow.reported_at).desc())


def _told(dialect: str) -> Executable:
    return (
        select(
            *(getattr(IncidentRow, name) for name in _OF_EARLIER),
            col(DisputeRow.closed_at),
            col(DisputeRow.outcome),
            col(DisputeRow.matter),
        )
        .outerjoin(DisputeRow, col(DisputeRow.dispute_no) == col(IncidentRow.dispute_no))
        .where(among(col(IncidentRow.incident_id), "ids", dialect))
        .order_by(col(IncidentRow.reported_at).desc())
    )


def _standing(dialect: str) -> Executable:
    row = DisputeRow
    told = (row.dispute_no, row.closed_at, row.outcome, row.matter, row.sealed)
    return select(*map(col, told)).where(among(col(row.dispute_no), "numbers", dialect))


_NEAR, _EARLIER = Statement.of(_NEWEST_HERE.limit(bindparam("newest"))), Statement(_told)
_STANDING = Statement(_standing)
_RECORD = inserting(IncidentRow, lambda insert: insert)


async def record_incident(
    database: Database,
    row: IncidentRow,
    decide: Decide,
    keys: Keys | None = None,
    cell: str | None = None,
    hold: Hold | None = None,
) -> tuple[IncidentRow, bool]:
    """Records an incident and gives it its dispute number, in the cell's series, under one lock on the place; by
    its `keys` it is found again, and others like it wherever they were. Those that came in meanwhile are looked for at
    its own place only.

    Answers the row and whether it is new: the same content under the same (source, source_no) again gives the row first
    recorded, other content is recorded as the next one under that number.

    Raises:
        StoreUnavailable: nothing was recorded.
    """
    if known := _row_of(await database.ask(_SAME, _content_of(row))):
        return known, False
    near = await search(database, row.reported_at, row.place_key, keys)
    joined = decide(near)
    # Always in this order, place and then number, so that no two wait for each other.
    recorded = _recorded(row, decide, keys, cell, hold, seen={each.incident_id for each in near}, joined=joined)
    return await database.transact(recorded, row.place_key, f"{row.source}/{row.source_no}")


async def recorded_before(
    database: Database, source: str, source_no: str, digest: str
) -> tuple[IncidentRow | None, bool]:
    """The report that was recorded with a number and content, if one was; and whether the number is taken by another.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    number = {"source": source, "source_no": source_no}
    known = _row_of(await database.ask(_SAME, {**number, "digest": digest}))
    [(others,)] = await database.ask(_OTHERS, number)
    return known, known is None and others > 0


async def search(database: Database, at: datetime, place: str, keys: Keys | None) -> list[Earlier]:
    """The earlier reports worth comparing with one of that moment: the place's newest, and those that keys lead to; the
    latest first.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    near = [incident_id for (incident_id,) in await database.ask(_NEAR, _here(at, place))]
    if keys:
        near += [found for found in await candidates(database, keys) if found not in near]
    return await _where_they_went(database, _as_earlier(await database.ask(_EARLIER, {"ids": near}))) if near else []


async def _where_they_went(database: Database, found: list[Earlier]) -> list[Earlier]:
    """Each under the dispute that its own was merged into, wherever that went in turn: there the matter goes on."""
    passed = set[str]()
    while merged := {each.dispute_no for each in found if each.outcome == MERGED} - passed:
        passed |= merged
        into = {row[0]: row[4]["merged_into"] for row in await database.ask(_STANDING, {"numbers": sorted(merged)})}
        standing = {row[0]: row[1:4] for row in await database.ask(_STANDING, {"numbers": sorted({*into.values()})})}
        for each in found:
            number = into.get(each.dispute_no, "")
            if number in standing:
                closed_at, each.outcome, each.matter = standing[number]
                each.dispute_no, each.closed = number, closed_at is not None
            each.apart_from = into.get(each.apart_from or "", each.apart_from)
    return found


def _recorded(
    row: IncidentRow,
    decide: Decide,
    keys: Keys | None,
    cell: str | None,
    hold: Hold | None,
    *,
    seen: Collection[str],
    joined: str | None,
) -> Work[tuple[IncidentRow, bool]]:
    """The transaction of `record_incident`, after those `seen` were judged to be `joined`."""
    if known := _row_of((yield _SAME, _content_of(row))):
        return known, False
    if hold:
        yield from hold()
    near = yield from rows_for(_NEAR, _here(row.reported_at, row.place_key))
    if meanwhile := [incident_id for (incident_id,) in near if incident_id not in seen]:
        joined = decide(_as_earlier((yield _EARLIER, {"ids": meanwhile}))) or joined
    [(others,)] = yield _OTHERS, _number_of(row)
    row.nth = others + 1
    row.joined = joined is not None
    row.dispute_no = joined or (yield from next_number(series_of(row.received_at, cell)))
    yield _RECORD, {name: getattr(row, name) for name in _COLUMNS}
    if keys:
        yield from tokens_kept(row.incident_id, keys.tokens)
    return row, True


async def first_of_number(database: Database, row: IncidentRow) -> str:
    """The dispute of the report that had this one's number first."""
    query = select(col(IncidentRow.dispute_no)).where(*_NUMBER, col(IncidentRow.nth) == 1)
    async with database.read() as session:
        return str((await session.execute(query, _number_of(row))).scalar_one())


async def find_incident(session: AsyncSession, incident_id: str) -> IncidentRow | None:
    """A report by its id."""
    return await session.get(IncidentRow, incident_id)


async def reports_by(session: AsyncSession, person_id: str, most: int) -> Sequence[IncidentRow]:
    """What somebody reported, the latest first."""
    query = select(IncidentRow).where(col(IncidentRow.received_by) == person_id)
    return (await session.execute(query.order_by(col(IncidentRow.incident_id).desc()).limit(most))).scalars().all()


async def reported_since(session: AsyncSession, person_id: str, dispute_no: str, since: datetime) -> bool:
    """Whether somebody reported something of a dispute himself from an instant on."""
    query = select(col(IncidentRow.incident_id)).where(
        col(IncidentRow.dispute_no) == dispute_no,
        col(IncidentRow.received_by) == person_id,
        col(IncidentRow.received_at) >= since,
    )
    return (await session.execute(query.limit(1))).first() is not None


async def standing_of(session: AsyncSession, numbers: Collection[str]) -> dict[str, DisputeRow]:
    """Disputes as a list shows them, by number, whoever may see them: the caller has asked. Those that the read model
    has not got yet are left out."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no).in_(numbers))
    found = await session.execute(query.options(defer(DisputeRow.sealed, raiseload=True)))
    return {row.dispute_no: row for row in found.scalars()}


async def whose_turn(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, str, str, str]]:
    """(dispute, kind of the task, role, path) of the posts that are asked something in disputes now."""
    asked, task = AddresseeRow, TaskRow
    query = (
        select(col(task.dispute_no), col(task.kind), col(asked.role), col(asked.path))
        .join(asked, col(asked.task_id) == col(task.task_id))
        .where(col(task.dispute_no).in_(numbers), col(task.state).in_(("open", "claimed")))
        .where(col(asked.watches).is_(False))
    )
    return [(number, kind, role, path) for number, kind, role, path in await session.execute(query)]


def _number_of(row: IncidentRow) -> dict[str, str]:
    return {"source": row.source, "source_no": row.source_no}


def _content_of(row: IncidentRow) -> dict[str, str]:
    return {**_number_of(row), "digest": row.digest}


def _here(at: datetime, place: str) -> Mapping[str, Any]:
    """What the newest reports of a place have in common."""
    return {"place_key": place, "first": at - WINDOW, "last": at + WINDOW, "newest": NEWEST}


def _row_of(rows: Rows) -> IncidentRow | None:
    """The report that was found, if one was."""
    return IncidentRow(**dict(zip(_COLUMNS, rows[0], strict=True))) if rows else None


def _as_earlier(rows: Rows) -> list[Earlier]:
    return [
        Earlier(
            incident_id=incident_id,
            dispute_no=dispute_no,
            category=category,
            reported_at=reported_at,
            opened_at=received_at,
            closed=ended is not None,
            outcome=outcome,
            matter=matter,
            apart_from=apart,
            content=sealed,
        )
        for incident_id, dispute_no, category, reported_at, received_at, sealed, apart, ended, outcome, matter in rows
    ]


def next_number(series: str) -> Work[str]:
    """The next dispute number of a series."""
    return f"{series}-{(yield from next_in(series)):06d}"


def series_of(at: datetime, cell: str | None = None) -> str:
    """The series of a moment, without the count: `D2026`, or with a cell's code `D330784-2026`."""
    return f"D{cell}-{at:%Y}" if cell else f"D{at:%Y}"


def is_of_disputes(series: str) -> bool:
    """Whether disputes are numbered by it, and not reports of desks (`BS-…`) or notices (`DB-…`)."""
    return re.fullmatch(r"D(\d{6}-)?\d{4}", series) is not None


def cell_of(series: str) -> str | None:
    """The cell whose series it is, or none."""
    return series[1:].rpartition("-")[0] or None
