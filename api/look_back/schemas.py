"""The look-back: what it shows of other disputes."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import Shape
from domain.triage.identity import Mark


class Matched(Shape):
    """Somebody of this dispute who was found in another. `by`: what was the same there. A name alone is no proof
    (`verify`)."""

    party: str
    side: str
    side_there: str
    by: list[Mark]
    verify: bool


class EarlierMatter(Shape):
    """Another dispute, as far as it matters to this one. `outcome` is none while it is open."""

    dispute_no: str
    category_name: str
    colour: str
    stage: str
    stage_name: str
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None
    matched: list[Matched]
    same_place: bool


class OutOfSight(Shape):
    """How many more disputes of these people, and of this place, there are that the reader may not see."""

    sure: int
    """by identity number or telephone"""
    name_only: int
    here: int


class LookBack(Shape):
    """Earlier disputes of five years: of these people (by identity number, telephone, or name alone), and of this
    place. `more`: how many there are beyond those listed.
    """

    people: list[EarlierMatter]
    namesakes: list[EarlierMatter]
    here: list[EarlierMatter]
    more: int
    out_of_sight: OutOfSight | None
    """none for those whom it does not concern"""


class Repeats(Shape):
    """How often this very matter was reported, and how often in the 30 days up to the latest report."""

    reports: int
    within_30_days: int
