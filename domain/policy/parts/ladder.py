"""The mediation ladder: ordered tiers, who sits at each, and the clocks that run meanwhile."""

from __future__ import annotations

import operator
from typing import Literal

from pydantic import Field

from domain.base import Strict, absent
from domain.people.organisation import Venue
from domain.policy.addressing import Addressing, Composition
from domain.policy.forms.criteria import Criterion
from domain.policy.forms.demands import FieldName
from domain.policy.rungs import Rungs
from domain.policy.spans import Span
from domain.policy.stages import Stage


class Tier(Strict):
    """A rung of the mediation ladder; a joint tier is out of the hands of the police."""

    code: str
    name: str
    joint: bool
    convenor: list[Addressing] = Field(min_length=1)
    sessions: int = Field(ge=1, le=9)
    requires: list[Composition] = []
    limit: Span | None = Field(None, description="the tier's own deadline, from its first session on")
    rungs: Rungs = Rungs()
    summon: bool = Field(
        False, exclude_if=operator.not_, description="whoever sits there is called, and checks in, before each session"
    )
    record: str = Field("", description="what a session of the tier is recorded as")
    mediation: Literal["police", "people", "administrative", "judicial"] | None = Field(
        None, description="which kind of mediation it is by law: 治安调解, 人民调解, 行政调解, 司法调解"
    )


class Ladder(Strict):
    """Ordered tiers and the clock that runs instead of the colour's while they sit."""

    name: str
    limit: Span
    rungs: Rungs = Rungs()
    tiers: list[Tier] = Field(min_length=1, max_length=9)
    entered_at: dict[Stage, str] = Field({}, description="stage -> the tier that it enters at")
    venues: list[Venue] = Field(
        [], max_length=3, exclude_if=absent, description="kinds of venue where sessions are held"
    )
    criteria: dict[FieldName, Criterion] = Field({}, max_length=20, description="grounds that make a matter 复杂疑难")

    def entry(self, stage: Stage) -> int:
        """The number of the tier, from 0, that a stage enters at: from push 3 the first joint one, else the first."""
        if stage in self.entered_at:
            return next((n for n, tier in enumerate(self.tiers) if tier.code == self.entered_at[stage]), 0)
        joint = (n for n, tier in enumerate(self.tiers) if tier.joint)
        return next(joint, 0) if stage is Stage.PUSH_3 else 0
