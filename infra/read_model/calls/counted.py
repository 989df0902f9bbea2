"""Reports of a period counted by where they come from: the report's own source, hour and place, its matter's category
and beat.

A matter that is no dispute after all, or was merged away, has its reports counted like any other: somebody called.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, Select, case, cast, extract, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.indicators.events import TallyKind
from domain.policy.matters.matter import Matter
from infra.database.paths import below
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import TallyRow

Side = Literal["source", "category", "beat", "hour", "place"]
_HOUR, _CHINA = 3600, 8
_MATTER = TallyRow
_CONCERNED = (_MATTER.station, _MATTER.township, _MATTER.unit, _MATTER.handler)


class Calls(Model):
    """How many reports, how many of them were repeats, of how many matters, how many of these were resolved, and how
    many the organisations asked about had in hand.
    """

    key: str = ""
    reports: int = 0
    repeats: int = 0
    matters: int = 0
    resolved: int = 0
    handled: int = 0


class Asked(Model):
    """Which reports: from an instant until before another, of cases of a matter, of these paths, of a source, of these
    categories.
    """

    begins: datetime
    ends: datetime
    paths: list[str]
    matter: Matter = Matter.DISPUTE
    source: str | None = None
    categories: list[str] | None = None
    hands: list[str] = []
    """the organisations whose own work is told apart"""


async def calls_by(session: AsyncSession, asked: Asked, side: Side | None, limit: int) -> list[Calls]:
    """Counted by one side of them, the most reports first (hours in their order); in all without one."""
    key: Any = _SIDES[side] if side else None
    query = _counted(asked, *([key.label("key")] if side else []))
    if side:
        query = query.group_by(key)
        query = query.order_by(key) if side == "hour" else query.order_by(func.count().desc(), key)
    if side == "place":
        query = query.having(func.count() > 1)
    rows = (await session.execute(query.limit(limit))).mappings().all()
    return [Calls(**{**row, "key": str(row.get("key", ""))}) for row in rows]


async def latest_matters(session: AsyncSession, asked: Asked, places: Sequence[str]) -> dict[str, list[str]]:
    """The numbers of the matters at each of these places, the latest first."""
    if not places:
        return {}
    query = (
        select(col(IncidentRow.place_key), col(IncidentRow.dispute_no), func.max(col(IncidentRow.reported_at)))
        .join(_MATTER, col(_MATTER.dispute_no) == col(IncidentRow.dispute_no))
        .where(*_conditions(asked), col(IncidentRow.place_key).in_(places))
        .group_by(col(IncidentRow.place_key), col(IncidentRow.dispute_no))
        .order_by(func.max(col(IncidentRow.reported_at)).desc())
    )
    found: dict[str, list[str]] = {}
    for place, number, _ in (await session.execute(query)).all():
        found.setdefault(place, []).append(number)
    return found


async def address_of(session: AsyncSession, place: str, numbers: Collection[str]) -> str:
    """How a place was last written in a report of one of these matters."""
    query = (
        select(IncidentRow)
        .where(col(IncidentRow.place_key) == place, col(IncidentRow.dispute_no).in_(numbers))
        .order_by(col(IncidentRow.reported_at).desc())
        .limit(1)
    )
    row = (await session.execute(query)).scalars().first()
    return str(row.sealed["incident"]["address"]) if row else ""


def _counted(asked: Asked, *keys: ColumnElement[Any]) -> Select[Any]:
    number = col(IncidentRow.dispute_no)

    def matters(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(func.distinct(case((condition, number))))

    handled = [below(col(part), path) for part in (_MATTER.unit, _MATTER.handler) for path in asked.hands]
    query = select(
        *keys,
        func.count().label("reports"),
        func.coalesce(func.sum(case((col(IncidentRow.joined), 1), else_=0)), 0).label("repeats"),
        func.count(func.distinct(number)).label("matters"),
        matters(col(_MATTER.result) == "resolved").label("resolved"),
        (matters(or_(*handled)) if handled else cast(0, Integer)).label("handled"),
    )
    return query.join(_MATTER, col(_MATTER.dispute_no) == number).where(*_conditions(asked))


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        col(_MATTER.kind) == TallyKind.ACCEPTED,
        col(_MATTER.leading) == true(),
        col(_MATTER.matter) == asked.matter,
        col(IncidentRow.reported_at) >= asked.begins,
        col(IncidentRow.reported_at) < asked.ends,
        or_(*(below(col(part), path) for part in _CONCERNED for path in asked.paths)),
    ]
    if asked.source is not None:
        found.append(col(IncidentRow.source) == asked.source)
    if asked.categories is not None:
        found.append(col(_MATTER.category).in_(asked.categories))
    return found


# Reports tell their time to the second: the seconds since 1970 are whole, in whatever zone the server stands.
_HOUR_IN_CHINA: Any = (cast(extract("epoch", col(IncidentRow.reported_at)), Integer) // _HOUR + _CHINA) % 24
_SIDES: dict[Side, Any] = {
    "source": col(IncidentRow.source),
    "category": col(_MATTER.category),
    "beat": col(_MATTER.beat),
    "hour": _HOUR_IN_CHINA,
    "place": col(IncidentRow.place_key),
}
