"""What was learned, as the county sees it: editions, how each compared, and who switched them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.core.schemas import Shape
from domain.base import Model, Strict
from domain.policy.fields import Text
from domain.triage.learning.training import Comparison


class Switched(Model):
    """Somebody let an edition serve, or switched learning off."""

    at: datetime
    by: str
    on: bool
    reason: str


class LearnedEdition(Shape):
    """An edition, or a run that made none because it was no better."""

    number: int
    made_at: datetime
    until: datetime | None = Field(title="所用案件中最晚一件的确认时间；第0版没有")
    cases: int
    serves: bool
    can_serve: bool
    comparison: Comparison | None
    """none of number 0: learning was switched off before anything was learned"""
    switched: list[Switched]


class Standing(Shape):
    """What corrects the cues now; `switched_off` where somebody decided that nothing does."""

    serving: LearnedEdition | None
    latest: LearnedEdition | None
    switched_off: bool


class Asked(Shape):
    """The job that learns."""

    job_id: str


class SwitchIn(Strict):
    """The edition that is to serve; none switches learning off."""

    edition: int | None = Field(None, title="版本", ge=1, le=1_000_000)
    reason: Text = Field(title="理由")
