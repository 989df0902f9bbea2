"""The lives of a process: `stages` is short for that of disputes."""

from __future__ import annotations

from typing import Any

from domain.policy.loading import Mistake, Mistakes
from domain.policy.matters.matter import Matter


def with_stages(data: Any) -> Any:
    """A process as it is written, `lives.dispute` moved to where the rest looks for it."""
    lives = data.get("lives") if isinstance(data, dict) else None
    if not isinstance(lives, dict) or Matter.DISPUTE not in lives:
        return data
    if "stages" in data:
        what = "'stages' is short for lives.dispute: write one of the two"
        raise Mistakes([Mistake(("lives", Matter.DISPUTE), what)])
    others = {matter: life for matter, life in lives.items() if matter != Matter.DISPUTE}
    return {**data, "stages": lives[Matter.DISPUTE], "lives": others}
