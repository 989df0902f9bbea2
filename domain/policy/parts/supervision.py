"""Supervision and approval level by level, and what raises a colour by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.rungs import Rungs
from domain.policy.spans import Span


class ApprovalTime(Strict):
    """How long whoever approves a change or an ending has; then it goes a level up. Silence never approves."""

    limit: Span
    limit_by_colour: dict[str, Span] = Field({}, description="the limit in cases of a colour, instead of `limit`")
    rungs: Rungs = Rungs()

    def limit_for(self, colour: str) -> Span:
        """How long an approval in a case of that colour may take, at each level."""
        return self.limit_by_colour.get(colour, self.limit)


class SupervisionPolicy(Strict):
    """The levels supervision climbs, first to last, and after how many returns it starts by itself."""

    levels: list[Addressing] = Field(min_length=1)
    after_returns: int = Field(ge=1)
    rungs: Rungs = Rungs()
    limit: Span
    approvals: ApprovalTime | None = Field(None, description="approvals go level by level, each with its time")


class Raising(Strict):
    """What raises a case's colour by one, by itself: its returns, and repeat alarms (requirements G2, G4)."""

    after_returns: Annotated[int, Field(ge=1)] | Literal["never"] = 2
    after_alarms: Annotated[int, Field(ge=2)] | Literal["never"] = 3
    alarms_within: Span = Span(calendar_days=30)
