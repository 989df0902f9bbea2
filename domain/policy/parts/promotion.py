"""When a weighty matter moves up a level (重大事项提级办理), who must agree, and who takes it: the part `promotion`.

“社区日联系、街道周会商、县区月调度、市级定期专题研究,重大事项提级办理等制度” (R-080, R-081).
The report names neither grounds nor who decides: both are [DESIGN] of each city.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.forms.criteria import Criterion
from domain.policy.forms.demands import Demand, FieldName

KEY = "action.escalate"
"""Where the grounds stand among what is demanded of answers and actions."""


class PromotionPolicy(Strict):
    """The grounds, of which one at least holds; whether it waits for a level up; who takes it, level by level."""

    criteria: dict[FieldName, Criterion] = Field(min_length=1, max_length=20)
    approved: bool = Field(True, description="nothing moves before somebody one level up agrees")
    to: list[Annotated[list[Addressing], Field(min_length=1)]] = Field(
        [], max_length=9, description="who takes it at the first promotion, at the second …; then the levels above"
    )

    def demand(self) -> Demand:
        """What it demands of whoever asks: a ground, those that a person says alone first."""
        grounds = sorted(self.criteria.items(), key=lambda each: not each[1].said)
        return Demand(criteria={code: ground.name for code, ground in grounds})

    def names(self, codes: list[str]) -> list[str]:
        """The names of grounds."""
        return [self.criteria[code].name for code in codes if code in self.criteria]
