"""Counts the verdicts on diverting a case, what was done of them, and what flowed back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind, days_between
from domain.policy.stages import Stage

Bare = Callable[..., Tally]
ALARM = "110"
_JUDGES = ("confirm_triage", "handle_on_scene")


def diversions(state: DisputeState, bare: Bare, unit: str) -> Iterator[Tally]:
    """One tally a verdict; an alarm after a further verdict is that one's."""
    for n, record in enumerate(state.diversions):
        ends = state.diversions[n + 1].at if n + 1 < len(state.diversions) else None
        counted: Tally = bare(TallyKind.DIVERSION, record.at, unit=unit)
        counted.round = record.round
        counted.result = record.deviation or ("diverted" if record.diverted else "kept")
        alarms = [i for i in state.reports_after(record.at) if i.source == ALARM and not (ends and i.after(ends))]
        back = min((i.reported_at for i in alarms), default=None) if record.diverted else None
        if back is not None:
            counted.done_at, counted.lag = back, days_between(record.at, back)
        yield counted


def funnel(state: DisputeState, bare: Bare) -> Iterator[Tally]:
    """The matter in the funnel of H-050, once a desk or the scene has judged it: all alarms -> non-police disputes ->
    mediated at the station -> diverted. What was merged away is another matter's alarm.
    """
    if state.source != ALARM or state.outcome == "merged":
        return
    if not any(task.decision for task in state.tasks if task.kind in _JUDGES):
        return
    counted: Tally = bare(TallyKind.NON_POLICE, state.opened_at, unit=state.places.get("station", ""))
    counted.round = 1
    if state.police or state.outcome in ("not_a_dispute", "no_risk", "police_case"):
        counted.result = "other"
        yield counted
        return
    left = min((push.at for push in state.pushes if push.stage is Stage.PUSH_3), default=None)
    counted.result = "diverted" if left else "stationed" if _sat_at_station(state) else "kept"
    known = any(i.source != ALARM and (left is None or i.reported_at <= left) for i in state.incidents)
    counted.value = int(known)
    yield counted


def _sat_at_station(state: DisputeState) -> bool:
    """Whether people's mediation was held within the police station (派驻人民调解员, H-051)."""
    tiers = state.process.ladder.tiers if state.process.ladder else []
    there = {tier.code for tier in tiers if not tier.joint and tier.mediation == "people"}
    return any(session.tier in there and session.result in ("agreed", "not_agreed") for session in state.sessions)
