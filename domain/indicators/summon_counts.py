"""Counts whistles (吹哨报到): each who was called, and whether he came."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind

Bare = Callable[..., Tally]


def summoned(state: DisputeState, bare: Bare) -> Iterator[Tally]:
    """One tally for each who was called, told of his organisation; nobody is counted before he has come or has not."""
    for whistle in state.summons:
        for called in whistle.called:
            task = state.task(called.task_id)
            if task is None or task.decision is None:
                continue
            counted: Tally = bare(TallyKind.SUMMONED, whistle.at, unit=called.path)
            counted.round, counted.result = whistle.round, task.decision.name
            counted.person_id = task.decision.actor_id
            if task.decision.name == "arrived":
                counted.done_at = task.decision.at
            yield counted
