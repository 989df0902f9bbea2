"""The blind tokens by which a dispute is found: of names, telephones and addresses (`domain.triage.searching.marks`).

As those of its people (`infra.read_model.party_tokens`) they are part of the read model: written with its image, made
again by rebuilding, compared by the doctor. Which of the three a token is of is not kept (docs/adr/0051).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.triage.searching.marks import Asked, marks_of
from infra.database.columns import ring
from infra.database.statements import Statement, upserting
from infra.database.tables.read_model import DisputeRow, SearchTokenRow
from infra.database.transactions import Work, each
from infra.read_model.visibility import Part

_NO_TOKENS = Statement.of(delete(SearchTokenRow).where(col(SearchTokenRow.dispute_no) == bindparam("number")))


def search_rows(dispute_no: str, document: Mapping[str, Any], key_id: str | None = None) -> list[dict[str, Any]]:
    """The tokens of a dispute, under the current key or another."""
    return blinded(dispute_no, marks_of(document), key_id)


def blinded(dispute_no: str, marks: Iterable[str], key_id: str | None = None) -> list[dict[str, Any]]:
    """The rows of these marks; in the order of the tokens, which says nothing of how they stood beside each other."""
    tokens = sorted({ring().blind(mark, key_id) for mark in marks})
    return [{"token": token, "dispute_no": dispute_no} for token in tokens]


def searched_written(dispute_no: str, document: Mapping[str, Any], stored: Any) -> Work[None]:
    """Writes the tokens of a dispute whose document is whole, where `stored` was found by other marks; all anew, so
    that a dispute never has tokens under two keys.
    """
    before, now = marks_of(stored or {}), marks_of(document)
    if before == now:
        return
    if before:
        yield _NO_TOKENS, {"number": dispute_no}
    yield from each(upserting(SearchTokenRow), blinded(dispute_no, now))


def found_by(asked: Asked) -> list[Part]:
    """The disputes that are found by the words of a search, one part for each way in which they may be meant."""
    return [_found(words) for words in asked]


def _found(words: Sequence[str]) -> Part:
    first, *rest = [ring().blind_by_each(word) for word in words]
    token = aliased(SearchTokenRow)
    numbers = select(col(token.dispute_no)).where(col(token.token).in_(first))
    for tokens in rest:
        other = aliased(SearchTokenRow)
        numbers = numbers.where(
            col(token.dispute_no).in_(select(col(other.dispute_no)).where(col(other.token).in_(tokens)))
        )
    holds = and_(*(_there(tokens) for tokens in (first, *rest)))
    return Part(holds=holds, numbers=numbers, each=holds)


def _there(tokens: Sequence[str]) -> ColumnElement[bool]:
    token = aliased(SearchTokenRow)
    return exists().where(col(token.dispute_no) == col(DisputeRow.dispute_no), col(token.token).in_(tokens))
