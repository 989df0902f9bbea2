"""The earlier disputes of the same people, and of the same place: one query, and in it what the reader may see of each.

What he may not see comes as a mark and a place in time to be counted by, never with its particulars.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, bindparam, func, literal_column, select, true, union_all
from sqlalchemy.types import Text
from sqlmodel import col

from domain.people.organisation import Actor
from domain.triage.identity import SURE, Mark
from infra.database.columns import ring
from infra.database.engine import Session
from infra.database.statements import among
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow, PartyTokenRow
from infra.read_model.party_tokens import people_in, words_of
from infra.read_model.visibility import KNOWN, Whose, may_see, whose

LOOK_BACK = timedelta(days=5 * 365 + 1)
"""“近五年”: how far back matters are looked for."""
OF_PEOPLE, OF_NAMESAKES, OF_PLACE = 100, 40, 60
"""So many likenesses at most, the newest: a shop's telephone stands in thousands of disputes, and its name in more."""


class Namesake(NamedTuple):
    """Somebody of the dispute at hand by one of his marks."""

    name: str
    side: str
    mark: Mark
    identified: bool


class Likeness(NamedTuple):
    """An earlier dispute in which a mark of somebody was found, or whose place is the same (`mark` is none)."""

    dispute_no: str
    who: Namesake | None
    side: str
    """on which side he stood there"""
    identified: bool
    """whether his identity number is known there"""
    category_name: str
    colour: str
    stage: str
    stage_called: str | None
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None
    seen: bool
    """whether the reader may see that dispute"""


async def earlier_matters(
    session: Session,
    actor: Actor,
    dispute_no: str,
    document: Mapping[str, Any],
    opened_at: datetime,
    place_key: str | None = None,
) -> list[Likeness]:
    """The disputes of five years before this one, and those since, in which somebody of it is named or whose place it
    is; the newest first, each once for each likeness. What is no dispute has no number, and its place's key is given.
    """
    people = _tokens(document)
    dialect = session.get_bind().dialect.name
    asked = {
        "number": dispute_no,
        "sure": [token for token, who in people.items() if who.mark in SURE],
        "weak": [token for token, who in people.items() if who.mark not in SURE],
        "since": opened_at - LOOK_BACK,
        "place": place_key,
    }
    rows = await session.execute(_earlier(whose(actor), dialect), asked)
    return [Likeness(number, people.get(token) if token else None, *rest) for number, token, *rest in rows]


def _tokens(document: Mapping[str, Any]) -> dict[str, Namesake]:
    """The people of a dispute by the tokens that they have under every key."""
    return {
        token: Namesake(known.name, known.side, identifier.mark, known.identified)
        for known in people_in(document)
        for identifier in known.marks
        for token in ring().blind_by_each(words_of(identifier))
    }


@lru_cache(maxsize=KNOWN)
def _earlier(whose: Whose, dialect: str) -> Executable:
    found = union_all(
        _named("sure", OF_PEOPLE, dialect), _named("weak", OF_NAMESAKES, dialect), _here(OF_PLACE)
    ).subquery()
    return (
        select(
            found.c.dispute_no,
            found.c.token,
            found.c.side,
            found.c.identified,
            col(DisputeRow.category_name),
            col(DisputeRow.colour),
            col(DisputeRow.stage),
            col(DisputeRow.stage_called),
            col(DisputeRow.outcome),
            col(DisputeRow.opened_at),
            col(DisputeRow.closed_at),
            may_see(whose.actor).label("seen"),
        )
        .join(DisputeRow, col(DisputeRow.dispute_no) == found.c.dispute_no)
        .where(col(DisputeRow.opened_at) >= bindparam("since"))
        .order_by(col(DisputeRow.opened_at).desc(), found.c.dispute_no)
    )


def _named(tokens: str, limit: int, dialect: str) -> Any:
    """Where one of these tokens stands. Numbers grow with time, so the newest are read off the key's own order."""
    token = PartyTokenRow
    newest = (
        select(col(token.dispute_no), col(token.token), col(token.side), col(token.identified))
        .where(among(col(token.token), tokens, dialect), col(token.dispute_no) != bindparam("number"))
        .order_by(col(token.dispute_no).desc())
        .limit(limit)
        .subquery()
    )
    return select(newest)


def _here(limit: int) -> Any:
    """Where the place is the one that is given, or that of the report that opened the dispute at hand."""
    reported = (
        select(col(IncidentRow.place_key))
        .where(col(IncidentRow.dispute_no) == bindparam("number"))
        .order_by(col(IncidentRow.received_at))
        .limit(1)
        .scalar_subquery()
    )
    place = func.coalesce(bindparam("place", type_=Text()), reported)
    newest = (
        select(col(IncidentRow.dispute_no))
        .where(
            col(IncidentRow.place_key) == place,
            col(IncidentRow.reported_at) >= bindparam("since"),
            col(IncidentRow.dispute_no) != bindparam("number"),
        )
        .group_by(col(IncidentRow.dispute_no))
        .order_by(func.max(col(IncidentRow.reported_at)).desc())
        .limit(limit)
        .subquery()
    )
    nothing: Any = literal_column("''", Text())
    return select(newest.c.dispute_no, nothing.label("token"), nothing.label("side"), true().label("identified"))
