"""Batches of notices of hazards: who sends them, and in which aspects (R-060 to R-064)."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.fields import Code

MOST_ITEMS = 200
"""Items of one batch: what its case carries stays far within the engine's limits (docs/adr/0029)."""
LONGEST = timedelta(days=366)
"""[DESIGN] So late at most an item may be due: what never falls due is never cancelled off (动态清零)."""


class HazardPolicy(Strict):
    """How a mechanism sends notices of hazards in batches; one without this sends none."""

    by: list[Addressing] = Field(min_length=1, description="who sends batches: they verify each item as well")
    aspects: dict[Code, str] = Field(min_length=1, max_length=60, description="the aspects (方面) of hazards, by code")
