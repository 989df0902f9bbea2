"""When a process that serves looks for garbage, so that nobody waits for it.

Python looks through what is young often, and through everything now and then: a quarter of a second in an old process,
in the middle of somebody's request. A request makes some ten thousand objects and lets go of them; what lives on is
kept for good (a query that is remembered, a register that was read).
"""

from __future__ import annotations

import gc
from typing import Any

YOUNG = (10_000, 5, 20)
"""Objects made until the youngest are looked through, and looks until the next older ones are: what a request lets go
of is found while it is young, and few looks go further. At Python's 700, 10, 10 a request outlives the first two."""
WHOLLY = 50
"""After so many looks at the oldest, one goes through what was kept for good too: a register that was read anew."""


class Keeper:
    """Keeps for good what a look at the oldest has left."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        """As `gc.callbacks` asks it, before and after each look."""
        if info["generation"] < 2:
            return
        if phase == "stop":
            gc.freeze()
            return
        self.looks += 1
        if self.looks % WHOLLY == 0:
            gc.unfreeze()


def settled() -> None:
    """What a process that serves has made by now it keeps, and no later look for garbage goes through it."""
    gc.freeze()
    gc.set_threshold(*YOUNG)
    gc.callbacks.append(Keeper())
