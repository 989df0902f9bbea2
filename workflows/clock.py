"""The one durable timer of a case: it sleeps until the next rung of any deadline and does what fell due.

What is next moves with most decisions, nearly always away. A timer set anew each time would cost two events, so it is
set anew only where the next rung comes before it; else it rings at its time, finds nothing due and
is set for what is next then.

What a case does is done at the instant of its workflow task, on record as that task's start; a replay has no other. So
nothing may be done before such an instant is there (`present_only`).
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


class NotYet(Exception):
    """What happened since is shown at the instant of the workflow task before. It fails the *task*: nothing is done."""


async def present_only(engine: Engine) -> None:
    """Refuses what is shown without an instant of its own, for as long as the case lives.

    A query that is asked while no worker answers waits beside the case's own task. A worker that meets the query first
    is shown all events so far, and the SDK has the case live through them at the instant of the task before, for no
    workflow task has started for them. The case would find nothing due when its timer rings, or put what a signal
    brings at a wrong time, and say so in its next task: a history that no code replays. Failing here fails the query
    alone, and the case is taken up anew from what is on record (docs/adr/0055).
    """
    at, events = engine.now(), engine.history()[1]

    def out_of_turn() -> bool:
        nonlocal at, events
        before = at, events
        at, events = engine.now(), engine.history()[1]
        return at == before[0] and events > before[1]

    await engine.wait(out_of_turn)
    raise NotYet
