"""早预警: who is told of a dispute's colour level by level, and in which colour nobody waits (W-060, W-062)."""

from __future__ import annotations

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing


class EarlyWarning(Strict):
    """What a colour calls down the moment a case has it: as it is reported, or as it rises to it."""

    told: list[Addressing] = Field(
        [], description="the levels that are told: a message each, and a line of the timeline"
    )
    at_once: bool = Field(False, description="the first push opens at once, whatever the source; desks judge beside it")
