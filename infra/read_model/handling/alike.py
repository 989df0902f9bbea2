"""The closed disputes of a class, and those of them that a report's rarest words lead to.

Nothing is read without a bound, nor under a lock: the newest of the class off an index of its own, and of each word the
newest reports (`infra.records.repeats`). Whoever asks may not see all of them: who does is asked apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Executable, Select, and_, bindparam, func, or_, select, union_all
from sqlmodel import col

from domain.indicators.events import TallyKind
from domain.triage.handling.alike import Closed
from domain.triage.repeats.blocking import likeliest
from domain.triage.repeats.grams import INDEXED
from infra.database.engine import Database
from infra.database.statements import Statement, among
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow, TallyRow
from infra.database.transactions import Rows
from infra.records.incidents import MERGED, Earlier
from infra.records.repeats.candidates import Keys, newest

MOST_COUNTED = 200
"""So many closed disputes of a class, the newest, are counted."""
MOST_KEYS = INDEXED + 4
_KINDS_OF_KEY = ("words/", "kind/")
"""By these a quarrel of the same kind is found; by people and places only the same one."""
_TOLD = (TallyKind.CONCLUDED, TallyKind.FINISHED, TallyKind.MEDIATED)

_ALIKE = (
    col(DisputeRow.category) == bindparam("category"),
    col(DisputeRow.closed_at) >= bindparam("since"),
    col(DisputeRow.matter) == bindparam("matter"),
    col(DisputeRow.outcome) != MERGED,
    col(DisputeRow.dispute_no) != bindparam("number"),
)


def _columns() -> list[Any]:
    row = DisputeRow
    told = (row.dispute_no, row.outcome, row.opened_at, row.closed_at, row.playbook, row.edition)
    return [*map(col, told)]


def _with_tally(disputes: Select[Any]) -> Executable:
    """Disputes with what was counted of each: one row a tally, one without where there is none."""
    closed, tally = disputes.subquery(), TallyRow
    # Said so that SQLite, which has no statistics, goes by the number and not by the index of all figures.
    kind: Any = func.coalesce(col(tally.kind), "")
    told = and_(
        col(tally.dispute_no) == closed.c.dispute_no, or_(*(kind == each.value for each in _TOLD)),
        col(tally.struck_at).is_(None),
    )  # fmt: skip
    counted = (tally.kind, tally.at, tally.unit, tally.result, tally.value, tally.done_at)
    return select(closed, *map(col, counted)).outerjoin(tally, told)


_OF_CLASS = Statement.of(
    _with_tally(select(*_columns()).where(*_ALIKE).order_by(col(DisputeRow.closed_at).desc()).limit(MOST_COUNTED))
)


def _by_number(dialect: str) -> Executable:
    return _with_tally(select(*_columns()).where(among(col(DisputeRow.dispute_no), "numbers", dialect)))


_THESE = Statement(_by_number)


def _led_to() -> Select[Any]:
    found = union_all(*(newest(place) for place in range(MOST_KEYS))).subquery()
    return (
        select(found.c.key, found.c.incident_id)
        .join(IncidentRow, col(IncidentRow.incident_id) == found.c.incident_id)
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(IncidentRow.dispute_no))
        .where(*_ALIKE)
    )


_LED_TO = Statement.of(_led_to())


def _reported(dialect: str) -> Executable:
    row = IncidentRow
    told = (row.incident_id, row.dispute_no, row.category, row.reported_at, row.received_at, row.sealed)
    return select(*map(col, told)).where(among(col(row.incident_id), "ids", dialect))


_REPORTED = Statement(_reported)


class Asked(NamedTuple):
    """Of which disputes: of a class and a matter, closed since an instant, all but one."""

    category: str
    matter: str
    number: str
    since: datetime


async def closed_of_class(database: Database, asked: Asked) -> list[Closed]:
    """The newest closed disputes of the class, at most `MOST_COUNTED`.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    return _closed(await database.ask(_OF_CLASS, asked._asdict()))


async def closed_by_number(database: Database, numbers: Sequence[str]) -> list[Closed]:
    """These disputes.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    return _closed(await database.ask(_THESE, {"numbers": list(numbers)})) if numbers else []


async def like_in_words(database: Database, keys: Keys, asked: Asked) -> list[Earlier]:
    """The reports, of closed disputes of the class, that share the rarest words with one; a few dozen at most. Whether
    the reader may see their disputes is not asked here.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    led = [(word, token) for word, token in zip(*keys, strict=True) if word.startswith(_KINDS_OF_KEY)][:MOST_KEYS]
    if not led:
        return []
    none: Mapping[str, Any] = dict.fromkeys(f"token_{place}" for place in range(MOST_KEYS))
    tokens = {f"token_{place}": token for place, (_, token) in enumerate(led)}
    rows = await database.ask(_LED_TO, {**asked._asdict(), **none, **tokens})
    ids = likeliest([(key, incident_id) for key, incident_id in rows], [word for word, _ in led])
    return [
        Earlier(
            incident_id=incident_id, dispute_no=dispute_no, category=category, reported_at=reported_at,
            opened_at=received_at, closed=True, content=sealed,
        )
        for incident_id, dispute_no, category, reported_at, received_at, sealed in (
            await database.ask(_REPORTED, {"ids": ids}) if ids else []
        )
    ]  # fmt: skip


def _closed(rows: Rows) -> list[Closed]:
    """Each dispute once, in the order of the rows."""
    found: dict[str, Closed] = {}
    for number, outcome, opened_at, closed_at, playbook, edition, *tally in rows:
        known = found.get(number) or Closed(number, outcome, opened_at, closed_at, (playbook, edition))
        found[number] = known._replace(**_told(*tally))
    return [each if each.settled_at and each.unit else each._replace(relapsed=False) for each in found.values()]


def _told(kind: str | None, at: datetime, unit: str, result: str, value: int, done_at: datetime | None) -> Any:
    """What a tally tells of its dispute."""
    match kind, result:
        case TallyKind.FINISHED, "resolved":
            return {"settled_at": at, "unit": unit}
        case TallyKind.CONCLUDED, "first":
            return {"relapsed": done_at is not None}
        case TallyKind.MEDIATED, _:
            return {"tier": value}
        case _:
            return {}
