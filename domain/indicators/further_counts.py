"""Counts what a case's tasks and records tell beside its timeline: signing, rulings, ladder, court, referrals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from domain.case.lawful_tables import REFUSED
from domain.case.state import DisputeState, Task
from domain.indicators.diversion_counts import diversions, funnel
from domain.indicators.events import Tally, TallyKind, days_between
from domain.indicators.mechanism.counts import mechanism
from domain.indicators.notice_counts import notices
from domain.indicators.summons import summoned
from domain.indicators.visit_counts import RESPONSE
from domain.policy.matters.matter import Matter

PETITION = "admin_petition_backlog"
"""The category of a petition backlog (信访积案, Q-098)."""
PETITION_SOURCE = "petition"
ALARM = "110"
Bare = Callable[..., Tally]


def parts_of(state: DisputeState, reporter: str) -> dict[str, str]:
    """Who had which part in the matter, by the field of a tally; as far as it has come."""
    dispatches = [task for task in state.tasks if task.kind == "dispatch" and task.state != "void"]
    verdicts = [task for task in state.tasks if task.kind == "evaluate" and task.decision]
    return {
        "reporter": reporter,
        "dispatcher": _answered_at(dispatches[-1]) if dispatches else "",
        "judge": _answered_at(verdicts[-1]) if verdicts else "",
        "station": state.places.get("station", ""),
        "township": state.places.get("township", ""),
        "source": state.source,
        "beat": state.beat.code,
    }


def _answered_at(task: Task) -> str:
    post = task.decision.post if task.decision else None
    return post.path if post else task.addressees[0].path if task.addressees else ""


def further(state: DisputeState, bare: Bare, unit: str, counted: Iterable[Tally]) -> list[Tally]:
    """What is counted of a case beside its timeline; `unit` is who is responsible now, `counted` what was counted."""
    so_far = list(counted)
    first = next((t for t in so_far if t.kind is TallyKind.CONCLUDED and t.result == "first"), None)
    disposed = next((t for t in so_far if t.kind is TallyKind.PUSHED and t.struck_at is None and t.leading), None)
    return [
        *_introduced(state, so_far),
        *_signed(state, bare),
        *_ruled(state, bare),
        *_dispatched(state, bare, unit, first, disposed),
        *_mediated(state, bare, unit, first),
        *_confirmed(state, bare, unit),
        *_called_back(state, bare),
        *_no_risk(state, bare),
        *mechanism(state, bare, unit, so_far),
        *diversions(state, bare, state.places.get("station", "")),
        *summoned(state, bare),
        *notices(state, bare),
        *funnel(state, bare),
    ]


def _introduced(state: DisputeState, counted: list[Tally]) -> list[Tally]:
    """Of a colour whose limit is the first intervention: whether somebody was there in time; once a matter."""
    met = min((t.at for t in counted if t.kind is TallyKind.INTERVENED), default=None)
    scene = [task.decision for task in state.tasks if task.kind == "handle_on_scene" and task.decision]
    settled = {decision.at for decision in scene if decision.name == "settled"}
    for timed in counted:
        rule = state.process.colours.get(timed.colour)
        if timed.kind is not TallyKind.TIMED or not timed.leading or not rule or rule.stops_at != "intervention":
            continue
        there = timed.result == "on_time" and (timed.at in settled or (met is not None and met <= timed.at))
        return [timed.model_copy(update={"kind": TallyKind.INTRODUCED, "result": "on_time" if there else "late",
                                         "value": None, "struck_at": None})]  # fmt: skip
    return []


def _signed(state: DisputeState, bare: Bare) -> list[Tally]:
    due = {clock.task_id: clock.due_at for clock in state.clocks if clock.task_id}
    found = []
    for task in state.tasks:
        if task.kind != "accept_assignment" or task.decision is None:
            continue
        decision = task.decision
        late = decision.at > due.get(task.task_id, decision.at)
        signed = "deemed" if decision.actor_id is None else "late" if late else "signed"
        answer = bare(TallyKind.SIGNED, decision.at, unit=task.about.get("path", ""))
        answer.round, answer.result = task.round, "refused" if decision.name == "refuse" else signed
        found.append(answer)
    return found


def _ruled(state: DisputeState, bare: Bare) -> list[Tally]:
    found = []
    for task in state.tasks:
        if task.kind == "rule_refusal" and task.decision and not task.about.get("inability"):
            ruling = bare(TallyKind.RULED, task.decision.at, unit=task.about.get("path", ""))
            ruling.round = task.round
            ruling.result = "upheld" if task.decision.name == "uphold" else "overruled"
            found.append(ruling)
    return found


def _dispatched(state: DisputeState, bare: Bare, unit: str, first: Tally | None, pushed: Tally | None) -> list[Tally]:
    """The matter when it was first dispatched, and again where it was an alarm that is no police matter (Q-024, Q-089).

    It is told of who has it now, and left out where the push is.
    """
    at = _first_answer(state, "dispatch", "assign")
    if at is None:
        return []
    looped = bare(TallyKind.LOOPED, at, unit=unit)
    looped.done_at = first.at if first else None
    looped.left_at = pushed.left_at if pushed else None
    if state.police or state.source != ALARM:
        return [looped]
    again = min((report.reported_at for report in state.reports_after(at)), default=None)
    referred = looped.model_copy(update={
        "kind": TallyKind.REFERRED, "done_at": pushed.done_at if pushed else None,
        "lag": days_between(at, again) if again else None,
    })  # fmt: skip
    return [looped, referred]


def _mediated(state: DisputeState, bare: Bare, unit: str, first: Tally | None) -> list[Tally]:
    ladder = state.process.ladder
    tiers = [tier.code for tier in ladder.tiers] if ladder else []
    found = []
    for session in (each for each in state.sessions if each.result != REFUSED):
        sat = bare(TallyKind.SAT, session.at, unit=unit)
        sat.round, sat.result, sat.value = session.round, session.result, tiers.index(session.tier) + 1
        found.append(sat)
    agreed = [s for s in state.sessions if s.result == "agreed" and first and s.round == first.round]
    if first and agreed:
        petition = state.matter is Matter.PETITION or state.category == PETITION or state.source == PETITION_SOURCE
        found.append(first.model_copy(update={
            "kind": TallyKind.MEDIATED, "value": tiers.index(agreed[-1].tier) + 1,
            "result": "petition" if petition else "", "done_at": None, "lag": None,
        }))  # fmt: skip
    return found


def _confirmed(state: DisputeState, bare: Bare, unit: str) -> list[Tally]:
    found = []
    for task in state.tasks:
        if task.kind == "apply_confirmation":
            asked = bare(TallyKind.CONFIRMING, task.opened_at, unit=unit)
            asked.round = task.round
            if task.decision and task.decision.name != "decline":
                asked.done_at = task.decision.at
            found.append(asked)
        elif task.kind == "court_ruling" and task.decision:
            ruled = bare(TallyKind.CONFIRMED, task.decision.at, unit=unit)
            ruled.round, ruled.result = task.round, task.decision.name
            found.append(ruled)
    return found


def _no_risk(state: DisputeState, bare: Bare) -> list[Tally]:
    """Endings as no risk, by the desk that found none; and which of them a spot check (抽查) took back."""
    found: list[Tally] = []
    for entry in state.timeline:
        if entry.kind == "closed" and entry.detail["outcome"] == "no_risk":
            desks = [t.decision for t in state.tasks if t.decision and t.decision.name == "no_risk"]
            posts = [d.post for d in desks if d.post and d.at <= entry.at]
            found.append(bare(TallyKind.NO_RISK, entry.at, unit=posts[-1].path if posts else ""))
        elif entry.kind == "action" and found and entry.detail.get("fields", {}).get("spot_check"):
            found[-1].result = "wrong"
    return found


def _called_back(state: DisputeState, bare: Bare) -> list[Tally]:
    """How satisfied those who reported are with how the police responded, as they said when they were called back."""
    found = []
    for task in state.tasks:
        value = (
            task.decision.fields.get("response_satisfaction") if task.kind == "call_back" and task.decision else None
        )
        if value is not None and task.decision:
            rated = bare(TallyKind.RATED, task.decision.at, unit=state.places.get("station", ""))
            rated.round, rated.result, rated.value = task.round, RESPONSE, int(value)
            rated.person_id = task.decision.actor_id
            found.append(rated)
    return found


def _first_answer(state: DisputeState, kind: str, decision: str) -> datetime | None:
    answers = (task.decision for task in state.tasks if task.kind == kind and task.decision)
    return min((answer.at for answer in answers if answer.name == decision), default=None)
