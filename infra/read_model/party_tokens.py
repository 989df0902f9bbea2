"""The blind tokens of a dispute's people, written with its image: whenever who is in it changes, whatever changed it.

They are keyed digests (`KeyRing.blind`) of how somebody is known again (`domain.triage.identity`). Being part of the
read model, they are thrown away with a dispute, made again by rebuilding, and compared by the doctor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete
from sqlmodel import col

from domain.image.projection import Image
from domain.triage.identity import Identifier, Mark, identifiers
from infra.database.columns import ring
from infra.database.statements import Statement, upserting
from infra.database.tables.read_model import PartyTokenRow
from infra.database.transactions import Work, each

OF_PEOPLE = ("parties", "incidents")
"""The lists of a case's document that say who is in it."""
_NO_TOKENS = Statement.of(delete(PartyTokenRow).where(col(PartyTokenRow.dispute_no) == bindparam("number")))


class Known(NamedTuple):
    """Somebody in a dispute with the marks he is known by."""

    name: str
    side: str
    marks: list[Identifier]

    @property
    def identified(self) -> bool:
        """Whether his identity number is known."""
        return any(mark is Mark.ID_NUMBER for mark, _ in self.marks)


def people_in(document: Mapping[str, Any]) -> list[Known]:
    """Who is in a dispute. Of the particulars that its reports gave of somebody those count that he lacks: what was put
    right since stays right.
    """
    reported: dict[str, list[Mapping[str, Any]]] = {}
    for incident in document.get("incidents") or []:
        for party in incident["parties"]:
            reported.setdefault(party["name"], []).append(party)
    return [_known(party, reported.get(party["name"], [])) for party in document.get("parties") or []]


def _known(party: Mapping[str, Any], reported: Iterable[Mapping[str, Any]]) -> Known:
    own = identifiers(party["name"], party.get("phone"), party.get("id_number"))
    has = {mark for mark, _ in own}
    others = (i for each in reported for i in identifiers("", each.get("phone"), each.get("id_number")))
    return Known(party["name"], party["side"], list(dict.fromkeys([*own, *(i for i in others if i.mark not in has)])))


def words_of(identifier: Identifier) -> str:
    """What of a mark is blinded: the same digits as a telephone and as a number of identity are two things."""
    return f"{identifier.mark}:{identifier.value}"


def token_rows(dispute_no: str, document: Mapping[str, Any], key_id: str | None = None) -> list[dict[str, Any]]:
    """The tokens of a dispute's people, under the current key or another."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for known in people_in(document):
        for identifier in known.marks:
            token = ring().blind(words_of(identifier), key_id)
            there = rows.get((token, known.side))
            rows[token, known.side] = {
                "token": token,
                "dispute_no": dispute_no,
                "side": known.side,
                "mark": identifier.mark.value,
                "identified": known.identified or bool(there and there["identified"]),
            }
    return list(rows.values())


def key_of(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """The key that stored tokens were made with, if the ring still has it; all of a dispute have one."""
    used = {row["token"].partition(".")[0] for row in rows}
    return next((key_id for key_id in used if key_id in ring()), None)


def stands(image: Image, stored: Any) -> bool:
    """Whether the people of a dispute are as the stored document has them, as far as an image says without a look."""

    def unchanged(name: str) -> bool:
        kept, there = image.kept.get(name), (stored or {}).get(name) or []
        if kept is None:
            return not image.document[name] and not there
        return not kept.changed and kept.count == len(there)

    return bool(stored) and all(unchanged(name) for name in OF_PEOPLE)


def people_written(dispute_no: str, document: Mapping[str, Any], stored: Any) -> Work[None]:
    """Writes the tokens of a dispute whose document is whole, where `stored` knows people by other marks; all anew, so
    that a dispute never has tokens under two keys.
    """
    before = _marks(stored or {})
    if before == _marks(document):
        return
    if before:
        yield _NO_TOKENS, {"number": dispute_no}
    yield from each(upserting(PartyTokenRow), token_rows(dispute_no, document))


def _marks(document: Mapping[str, Any]) -> set[tuple[str, Identifier, bool]]:
    """All that tokens are made of."""
    return {(known.side, mark, known.identified) for known in people_in(document) for mark in known.marks}
