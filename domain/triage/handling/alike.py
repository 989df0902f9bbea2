"""What became of alike disputes: the closed ones of a class counted, and the few that are nearest in words.

Units and ways are counted, never persons. A figure of few cases would pass for a rule: below `FEW` there is no median.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from domain.base import Model
from domain.triage.address.reading import read
from domain.triage.repeats.grams import Commonness, shared_words, vector
from domain.triage.repeats.known import Known, shared_people

FEW = 5
"""Settled cases below which days are not summed up [DESIGN]."""
SINCE = timedelta(days=3 * 365 + 1)
"""How long ago a case may have been closed to be counted [DESIGN]: who is responsible changes with the years."""
NEAR = 0.08
"""Likeness of words, 0..1, from which two quarrels of one class are told of together [DESIGN]."""
MOST_NEAR = 5
_SAME_KIND_OF_PLACE = 0.02
"""What the same kind of place adds to a likeness of words: it settles which of two stands first, no more."""
_DAY = timedelta(days=1)

PlaceKind = Literal["village", "estate", "road"]
PLACE_KINDS: dict[PlaceKind, str] = {"village": "村组", "estate": "小区楼栋", "road": "沿街"}
"""What kind of place an address names, in words."""


class Closed(NamedTuple):
    """A closed dispute as far as it is counted here."""

    dispute_no: str
    outcome: str
    opened_at: datetime
    closed_at: datetime
    edition: tuple[str, str]
    """of the mechanism that it lived by: its code, the edition"""
    settled_at: datetime | None = None
    """when it was first resolved; none: it ended otherwise"""
    unit: str = ""
    """path of who was responsible then"""
    tier: int = 0
    """of the ladder, from 1, at which it was agreed; 0 where no ladder settled it"""
    relapsed: bool = False
    """whether it was reported, or found, to go on after that"""

    @property
    def days(self) -> float | None:
        """Days from taking it in to settlement."""
        return max(self.settled_at - self.opened_at, timedelta()) / _DAY if self.settled_at else None


class Days(Model):
    """Half of the cases took from `lower` to `upper` days, and half no more than `median`; in tenths of a day."""

    lower: float
    median: float
    upper: float


class Summary(Model):
    """Closed disputes counted; what is most frequent first."""

    counted: int
    outcomes: dict[str, int]
    settled: int
    units: dict[str, int]
    """of those settled, by the path of the unit that was responsible"""
    tiers: dict[int, int]
    """of those settled under the same mechanism, by the ladder's tier; 0: without the ladder"""
    days: Days | None
    """none where fewer than `FEW` were settled"""
    relapsed: int
    earlier: int
    """how many lived by another edition of the mechanism"""


class Near(NamedTuple):
    """A closed dispute near in words, and what it shares with the one at hand."""

    dispute_no: str
    likeness: float
    words: list[str]
    """personal data, as they stand in both narratives"""
    place_kind: PlaceKind | None
    """the kind of place that both are at"""


def summarise(closed: Collection[Closed], edition: tuple[str, str]) -> Summary:
    """What closed disputes add up to, for one that lives by an edition."""
    settled = [each for each in closed if each.settled_at]
    return Summary(
        counted=len(closed),
        outcomes=_most(each.outcome for each in closed),
        settled=len(settled),
        units=_most(each.unit for each in settled),
        tiers=dict(sorted(Counter(each.tier for each in settled if each.edition == edition).items())),
        days=_days([each.days for each in settled if each.days is not None]),
        relapsed=sum(each.relapsed for each in settled),
        earlier=sum(each.edition != edition for each in closed),
    )


def nearest(new: Known, closed: Sequence[Known], commonness: Commonness) -> list[Near]:
    """The disputes that are near in words, the nearest first, each once by its nearest report. Those of the same people
    are left out: they are history, not likeness (`look_back`).
    """
    here, kind = vector(new.narrative, commonness), place_kind(new.address)
    best: dict[str, tuple[float, float, Known]] = {}
    of_these = {known.dispute_no for known in closed if shared_people(new, known)}
    for known in closed:
        if known.dispute_no in of_these:
            continue
        there = vector(known.narrative, commonness)
        likeness = sum(here[gram] * there[gram] for gram in here.keys() & there.keys())
        ranked = likeness + (_SAME_KIND_OF_PLACE if kind and place_kind(known.address) == kind else 0.0)
        if likeness >= NEAR and (known.dispute_no not in best or ranked > best[known.dispute_no][0]):
            best[known.dispute_no] = ranked, likeness, known
    ordered = sorted(best.items(), key=lambda each: (-each[1][0], each[0]))
    return [
        Near(
            number,
            round(likeness, 2),
            shared_words(new.narrative, known.narrative, commonness) if n < MOST_NEAR else [],
            kind if kind and place_kind(known.address) == kind else None,
        )
        for n, (number, (_, likeness, known)) in enumerate(ordered)
    ]


def place_kind(address: str) -> PlaceKind | None:
    """What kind of place an address names; none where it does not say."""
    said = read(address)
    if said.building or said.unit or said.sections or said.rooms:
        return "estate"
    if said.group or said.villages:
        return "village"
    return "road" if said.roads else None


def _most(values: Iterable[str]) -> dict[str, int]:
    counted = Counter(values)
    return {value: counted[value] for value in sorted(counted, key=lambda value: (-counted[value], value))}


def _days(days: Sequence[float]) -> Days | None:
    if len(days) < FEW:
        return None
    lower, median, upper = (round(each, 1) for each in statistics.quantiles(days, n=4, method="inclusive"))
    return Days(lower=lower, median=median, upper=upper)
