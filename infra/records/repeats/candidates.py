"""The index by which earlier reports of the same matter are found: keyed digests, a few dozen a report.

A search reads the newest few reports of each of a report's tokens, never the whole table; nothing that was reported can
be read off the index. Not under any lock: what is found is only compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, literal_column, select, union_all
from sqlmodel import col

from domain.triage.repeats.blocking import CAP, MOST, keys, likeliest
from domain.triage.repeats.known import Known
from infra.database.columns import ring
from infra.database.engine import Database
from infra.database.statements import Statement, inserting
from infra.database.tables.intake import IncidentTokenRow
from infra.database.transactions import Work, each
from infra.records.repeats.weights import read_likeness


class Keys(NamedTuple):
    """By what a report is found again: keys, which are personal data, and the token of each."""

    words: list[str]
    tokens: list[int]


def newest(place: int) -> Any:
    """The newest reports of the token `token_{place}`, each with that place as `key`."""
    token = IncidentTokenRow
    found = (
        select(literal_column(str(place)).label("key"), col(token.incident_id))
        .where(col(token.token) == bindparam(f"token_{place}", type_=BigInteger))
        .order_by(col(token.incident_id).desc())
        .limit(CAP)
        .subquery()
    )
    return select(found.c.key, found.c.incident_id)


_FOUND = Statement.of(union_all(*(newest(place) for place in range(MOST))))
_KEEP = inserting(IncidentTokenRow, lambda insert: insert)


def keys_of(report: Known, grid: str | None = None, aliases: Sequence[str] = ()) -> Keys:
    """By what a report is found again; `aliases` lead to its place under its other names."""
    secret = _secret()
    also = [f"place/{end}" for end in aliases]
    words = keys(report, read_likeness().commonness, lambda pair: _token(f"words/{pair}", secret), grid)
    words = list(dict.fromkeys([*also, *words]))[:MOST]
    return Keys(words, [_token(word, secret) for word in words])


async def candidates(database: Database, asked: Keys) -> list[str]:
    """The earlier reports that share the most and rarest keys with a new one, the likeliest first.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    none = dict.fromkeys(f"token_{place}" for place in range(MOST))
    given = {f"token_{place}": token for place, token in enumerate(asked.tokens)}
    rows = await database.ask(_FOUND, {**none, **given})
    return likeliest([(key, incident_id) for key, incident_id in rows], asked.words)


def tokens_kept(incident_id: str, tokens: Sequence[int]) -> Work[None]:
    """Keeps the tokens of a report in the transaction that records it."""
    yield from each(_KEEP, ({"token": token, "incident_id": incident_id} for token in sorted(set(tokens))))


def _token(words: str, secret: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), key=secret, digest_size=8).digest(), "big", signed=True)


def _secret() -> bytes:
    """Apart from all others of the ring; a turned key does not change it."""
    return ring().lasting("repeats")
