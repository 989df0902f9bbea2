"""The one durable timer of a case: it sleeps until the next rung of any deadline and does what fell due.

What is next moves with most decisions, nearly always away. A timer set anew each time would cost two events, so it is
set anew only where the next rung comes before it; else it rings at its time, finds nothing due and
is set for what is next then.
"""

from __future__ import annotations

import contextlib
from datetime import datetime

from domain.case.case import Case
from domain.transitions.timekeeping import fire_due, next_due
from workflows.engine import Engine


class Alarm:
    """The next instant that matters, worked out once a revision: conditions are tested far more often."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._seen: tuple[int, tuple[datetime, str] | None] = (-1, None)

    def due(self) -> tuple[datetime, str] | None:
        """When something next falls due, and what; none if nothing ever will."""
        state = self._case.state
        if self._seen[0] != state.revision:
            self._seen = (state.revision, next_due(state))
        return self._seen[1]

    def at(self) -> datetime | None:
        """When something next falls due."""
        due = self.due()
        return due[0] if due else None


async def keep_time(case: Case, engine: Engine) -> None:
    """Fires every rung at its time, for as long as the case lives."""
    alarm = Alarm(case)
    while True:
        fire_due(case)
        due = alarm.due()
        set_for = due[0] if due else None

        def earlier(set_for: datetime | None = set_for) -> bool:
            at = alarm.at()
            return at is not None and (set_for is None or at < set_for)

        timeout = set_for - engine.now() if set_for else None
        with contextlib.suppress(TimeoutError):
            await engine.wait(earlier, timeout, due[1] if due else None)
