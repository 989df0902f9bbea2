"""Counts the notices of a case: each once, by the organisation that it went to, and when a person answered it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.case.letters.notice import carried, state_of
from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind, days_between

Bare = Callable[..., Tally]


def notices(state: DisputeState, bare: Bare) -> Iterator[Tally]:
    """One tally a notice; one that was withdrawn has left."""
    for task in state.tasks:
        notice = carried(task)
        if notice is None:
            continue
        counted: Tally = bare(TallyKind.NOTICE, task.opened_at, unit=notice.to)
        counted.round, counted.result = task.round, notice.kind
        stands = state_of(task, notice.to)
        if stands == "withdrawn":
            counted.left_at = task.ended_at
        elif stands == "answered" and task.decision:
            counted.done_at, counted.lag = task.decision.at, days_between(task.opened_at, task.decision.at)
            counted.value = int(notice.due_at is None or task.decision.at <= notice.due_at)
        yield counted
