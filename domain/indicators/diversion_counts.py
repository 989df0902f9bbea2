"""Counts the verdicts on diverting a case, what was done of them, and what flowed back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind, days_between

Bare = Callable[..., Tally]


def diversions(state: DisputeState, bare: Bare, unit: str) -> Iterator[Tally]:
    """One tally a verdict; an alarm after a further verdict is that one's."""
    for n, record in enumerate(state.diversions):
        ends = state.diversions[n + 1].at if n + 1 < len(state.diversions) else None
        counted: Tally = bare(TallyKind.DIVERSION, record.at, unit=unit)
        counted.round = record.round
        counted.result = record.deviation or ("diverted" if record.diverted else "kept")
        alarms = (i.reported_at for i in state.incidents if i.source == "110" and i.reported_at > record.at)
        back = min((at for at in alarms if ends is None or at < ends), default=None) if record.diverted else None
        if back is not None:
            counted.done_at, counted.lag = back, days_between(record.at, back)
        yield counted
