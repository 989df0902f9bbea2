"""A report as far as likeness needs it, and who is surely named in two of them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from domain.base import Model
from domain.triage.lexicon import FALLBACK_CATEGORY
from domain.triage.repeats.people import is_whole_name, of_parties, surnames


class Known(Model):
    """A report as far as likeness needs it; `dispute_no` is empty for the new one. `parties` are dicts with `name`,
    `phone` and `id_number`, any of them absent."""

    dispute_no: str = ""
    apart_from: str | None = None
    """the dispute that a person has taken it out of"""
    category: str
    address: str
    narrative: str
    parties: list[dict[str, Any]] = []
    reported_at: datetime
    closed: bool = False


def party_keys(party: dict[str, Any]) -> set[str]:
    """By what a party is looked up: identity number, telephone, name as it is written (张某 tells nothing)."""
    name = str(party.get("name") or "").strip()
    return (_numbers_of(party) | {"" if "某" in name else name}) - {""}


def person_keys(party: dict[str, Any]) -> set[str]:
    """What tells a person from all others: identity number, telephone, whole name; 物业公司 is no person."""
    name = str(party.get("name") or "").strip()
    return _numbers_of(party) | ({name} if is_whole_name(name) else set())


def people_of(report: Known) -> set[str]:
    """Who is surely named in a report."""
    return {key for party in report.parties for key in person_keys(party)}


def shared_people(new: Known, known: Known) -> int:
    """How many people of the new report the known one surely names too."""
    theirs = people_of(known)
    return sum(1 for party in new.parties if person_keys(party) & theirs)


def surnames_of(report: Known) -> frozenset[str]:
    """The surnames of everybody whom a report names."""
    return of_parties(report.parties) | surnames(report.narrative)


def other_people(new: Known, known: Known) -> bool:
    """Whether each names somebody whom the other does not: who quarrels with two neighbours has two matters."""
    ours, theirs = surnames_of(new), surnames_of(known)
    return bool(ours - theirs and theirs - ours)


def family(report: Known) -> str:
    """The first word of its category."""
    return report.category.partition("_")[0]


def same_kind(new: Known, known: Known) -> bool:
    """Whether both were put into one category, and not for want of a better one."""
    return new.category == known.category != FALLBACK_CATEGORY


def near_kind(new: Known, known: Known) -> bool:
    """Whether the categories of both are of one family, or that of either was not told."""
    return family(new) == family(known) or FALLBACK_CATEGORY in (new.category, known.category)


def _numbers_of(party: dict[str, Any]) -> set[str]:
    phone = re.sub(r"\D", "", str(party.get("phone") or ""))[-11:]
    return {str(party.get("id_number") or "").strip().upper(), phone} - {""}
