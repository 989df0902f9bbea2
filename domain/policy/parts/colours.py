"""A colour of a scheme, and the deadline it sets (requirements 0.1, finding 3)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.base import Strict
from domain.policy.spans import Span


class ColourRule(Strict):
    """A colour and the deadline it sets. `stops_at` says which act meets it (requirements 0.1, finding 3)."""

    name: str
    rank: int = Field(ge=1, le=9, description="higher is graver")
    limit: Span
    stops_at: Literal["intervention", "disposal"]
    suspendable: bool = True
    extendable: bool = True
    progress_every: Span | None = Field(None, description="continuing follow-up: progress reports until evaluated")

    def clock_title(self, receiver: str = "") -> str:
        """What its deadline is called; of an organisation that has a part beside the holder, with its name."""
        what = "介入" if self.stops_at == "intervention" else "处置"
        return f"{self.name}预警{what}时限{f'（{receiver}）' if receiver else ''}"
