"""What makes a matter 复杂疑难, and so one for the ladder (Q-091 “针对复杂疑难矛盾纠纷”): a part of the ladder.

The report names no criteria; which a city has is [DESIGN]. One may be bound to what the case itself shows.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.base import Strict


class Criterion(Strict):
    """One ground for bringing a matter to the ladder, with what the case must show of it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[^（），、,\s]+$")]
    alarms: int | None = Field(None, ge=2, le=50, description="alarms of the matter, at least")
    parties: int | None = Field(None, ge=3, le=50, description="parties to it, at least")
    organisations: int | None = Field(None, ge=2, le=20, description="organisations of the round, at least")
    returns: int | None = Field(None, ge=1, le=20, description="returns by the evaluators, at least")

    @property
    def said(self) -> bool:
        """Whether it is for a person to say alone: the case need show nothing of it."""
        return self.alarms is self.parties is self.organisations is self.returns is None
