"""What a mechanism says of disputes that it diverted: who keeps watching them, and until when an alarm flows back."""

from __future__ import annotations

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.spans import Span


class DiversionPolicy(Strict):
    """分流不分家 (H-046): what was diverted stays under the eyes of the police to its end."""

    watched_by: list[Addressing] = Field([], description="who sees every question on a diverted dispute to its end")
    back_within: Span = Field(Span(calendar_days=30), description="an alarm within this after the diversion is 回流")
