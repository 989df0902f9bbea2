"""Whistle and check-in (吹哨报到): who may whistle, on which grounds, and how long whoever is called has.

“由‘警网融合+’工作站‘吹哨’组织，相关部门及时‘报到’” (R-082), for “社区复杂事项和突发状况” (R-083).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.forms.summons import TRIGGERS
from domain.policy.rungs import Rungs
from domain.policy.spans import Span

TriggerName = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[^\s（）()、，,]+$")]
TriggerCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")]


LIMIT, CONFER_WITHIN = Span(hours=2), Span(hours=24)
RUNGS = Rungs(remind_at=[0.5], supervise_after=Span(hours=1))


class SummonPolicy(Strict):
    """Who may whistle, and the times that follow from it; what is as usual is not pinned in every case."""

    by: list[Addressing] = Field(min_length=1, description="who may whistle")
    triggers: dict[TriggerCode, TriggerName] = Field(
        TRIGGERS, min_length=1, max_length=10, exclude_if=TRIGGERS.__eq__, description="the grounds, one of them named"
    )
    limit: Span = Field(
        LIMIT, exclude_if=LIMIT.__eq__, description="silence for so long after the time called for is absence"
    )
    confer_within: Span = Field(
        CONFER_WITHIN, exclude_if=CONFER_WITHIN.__eq__, description="they confer within this, from the whistle"
    )
    rungs: Rungs = Field(
        RUNGS, exclude_if=RUNGS.__eq__, description="of the joint session, and of each thing that it plans"
    )
