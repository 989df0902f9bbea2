"""Who should handle a dispute, and what became of alike ones: what is answered."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import Shape
from domain.triage.handling.alike import Days
from domain.triage.handling.reasons import Reason


class UnitLoad(Shape):
    """Open disputes in which something waits for the unit now, and in how many of them it is late. `at_least`: there
    are more than were counted."""

    open: int
    overdue: int
    at_least: bool


class InHand(Shape):
    """Somebody who answers for the unit, and how many open disputes he has in hand, of those that the reader sees."""

    person_id: str
    name: str
    open: int


class SuggestedUnit(Shape):
    """A unit that should lead or cooperate, and why it."""

    organisation: str
    organisation_name: str
    lead: bool
    because: list[Reason]
    load: UnitLoad | None
    """none for those whom it does not concern"""
    answers: InHand | None
    """none where several answer, and for those whom it does not concern"""


class Counted(Shape):
    """How many of what."""

    code: str
    name: str
    count: int


class AlikeSummary(Shape):
    """Closed disputes counted, what is most frequent first. Persons are counted nowhere."""

    counted: int
    capped: bool
    """whether there are older ones that were not counted"""
    outcomes: list[Counted]
    settled: int
    by_place: list[Counted]
    """of those settled, by what kind of body was responsible"""
    by_unit: list[Counted] | None
    """the same by unit; none for those whom it does not concern"""
    by_tier: list[Counted]
    """of those settled under this edition of the mechanism, how: at which tier of its ladder, or without"""
    days: Days | None
    """from taking in to settlement; none where fewer than five were settled"""
    relapsed: int
    """of those settled, how many went on after it"""
    earlier_editions: int
    """how many lived by an earlier edition of the mechanism: counted, and told"""


class AlikeDispute(Shape):
    """A closed dispute near in words that the reader may see, and what it shares with the one at hand."""

    dispute_no: str
    outcome: str
    closed_at: datetime
    organisation: str
    """who was responsible when it was settled; empty where it ended otherwise"""
    organisation_name: str
    tier: str
    """by which tier of the ladder it was agreed; empty where by none"""
    days: float | None
    relapsed: bool
    earlier_edition: bool
    shares: list[str]
    """in words: the class, the kind of place"""
    words: list[str]
    """words that both reports have"""


class Alike(Shape):
    """What became of the closed disputes of the class since an instant: of all, of those near in words."""

    since: datetime
    same_category: AlikeSummary
    near_in_words: AlikeSummary
    nearest: list[AlikeDispute]
    out_of_sight: int
    """near ones that are counted and that the reader may not see"""


class Handling(Shape):
    """Who should handle a dispute, and why; what became of alike ones."""

    dispute_no: str
    category: str
    category_name: str
    because: list[Reason]
    """why it is of this class"""
    units: list[SuggestedUnit]
    alike: Alike
