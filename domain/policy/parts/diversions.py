"""What a mechanism says of disputes that it diverted: who keeps watching them, and until when an alarm flows back."""

from __future__ import annotations

from operator import not_

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.spans import Span


class DiversionPolicy(Strict):
    """分流不分家 (H-046): what was diverted stays under the eyes of the police to its end."""

    from_scene: bool = Field(
        False, exclude_if=not_, description="the officer diverts from the scene, once it is under control (派单)"
    )
    owner: bool = Field(
        False, exclude_if=not_, description="tasks.watch_through follows what is diverted to its end (一管到底)"
    )
    watched_by: list[Addressing] = Field([], description="who sees every question on a diverted dispute to its end")
    back_within: Span = Field(Span(calendar_days=30), description="an alarm within this after the diversion is 回流")
