"""Changing a colour (G6): raising takes the shorter limit; lowering never restarts a clock. And what meets its limits:
each organisation of push 3 has its own, from the delivery to it (“接到推送信息的部门和乡镇…按照‘111’处置时限要求”).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.case.case import COLOUR, PROGRESS, Case, clock_of, is_of
from domain.case.clocks import Clock
from domain.case.records import Assigned
from domain.case.state import DisputeState
from domain.policy.catalogue import KINDS
from domain.policy.intake.sources import limit_of
from domain.policy.stages import Stage
from domain.transitions.triage.warning import warn


def is_lower(state: DisputeState, colour: str) -> bool:
    """Whether `colour` is milder than the present one."""
    return state.process.colours[colour].rank < state.process.colours[state.colour].rank


def recolour(case: Case, colour: str, why: str, *, by: Any = None) -> None:
    """Gives the case another colour and its running deadlines what follows from it."""
    s = case.state
    if colour == s.colour:
        return
    was, rule, lower = s.colour, s.process.colours[colour], is_lower(s, colour)
    s.colour = colour
    if s.lowered_from and rule.rank >= s.process.colours[s.lowered_from].rank:
        s.lowered_from = ""
    if not lower:
        _shorten(case, why)
        _hurry_desks(case, colour)
    if not rule.progress_every:  # continuing follow-up is the graver colour's
        followed = [clock for clock in s.clocks if clock.stopped_at is None and is_of(clock, PROGRESS)]
        for clock in followed:
            case.stop_clock(clock.name)
            if not _handed_in(s):
                _limit_again(case, clock)
        case.void(s.pending("keep_following"), "预警颜色已调低")
    elif _handed_in(s) or _met_before(s):
        case.stop_clock(COLOUR)
        _follow(case)
    case.log("recoloured", f"预警颜色由{s.process.colours[was].name}调整为{rule.name}", by=by, reason=why,
             **{"from": was, "to": colour})  # fmt: skip
    if not lower:
        warn(case)
    for task in s.pending():
        s.touch(task)


def _shorten(case: Case, why: str) -> None:
    """A graver colour: each of its deadlines, and of tasks that have one by colour, is the shorter of the two."""
    s, now = case.state, case.now()
    rule = s.process.colours[s.colour]
    for clock in s.clocks:
        if clock.stopped_at is not None or not is_of(clock, COLOUR):
            continue
        if clock.suspended and not rule.suspendable:
            clock.resume(now)  # red is never suspended: what stood still runs again
        clock.shorten(now, s.calendar.after(now, rule.limit), why)
        beside = s.organisations[clock.body].name if clock.body and clock.name != COLOUR else ""
        clock.title = rule.clock_title(beside)
        clock.suspendable, clock.extendable = rule.suspendable, rule.extendable
        if clock.suspendable and not clock.suspended and s.clock("ladder"):
            clock.suspend(now, "联调期间")  # it was red for a while, which does not stand still
    for task in s.pending():
        policy, own = s.process.timing(task.kind), s.clock(f"task:{task.task_id}")
        if own and policy and s.colour in policy.limit_by_colour:
            own.shorten(now, s.calendar.after(now, policy.limit_by_colour[s.colour]), why)


def _limit_again(case: Case, followed: Clock) -> None:
    """Somebody met a party, which met the graver colour; the milder one's limit is met by a disposal, and runs from
    where the graver one's did: without it nothing would fall due any more.
    """
    s, rule = case.state, case.state.process.colours[case.state.colour]
    name = followed.name.replace(PROGRESS, COLOUR, 1)
    before = next((clock for clock in reversed(s.clocks) if clock.name == name), None)
    if before is None or rule.stops_at != "disposal":
        return
    beside = s.organisations[before.body].name if before.body and name != COLOUR else ""
    clock = case.start_clock(name, rule.clock_title(beside), limit=rule.limit, rungs=s.process.colour_rungs,
                             body=before.body, suspendable=rule.suspendable, extendable=rule.extendable,
                             starts_at=before.started_at)  # fmt: skip
    if clock.suspendable and s.clock("ladder"):
        clock.suspend(case.now(), "联调期间")


def _hurry_desks(case: Case, colour: str) -> None:
    """Desks that have not answered yet get the shorter of the graver colour's time and what remains."""
    s, now = case.state, case.now()
    source = s.process.sources.get(s.source)
    for task in s.pending("confirm_triage"):
        clock = s.clock(f"task:{task.task_id}")
        if clock and source and source.desks:
            desk = source.desks[task.about.get("level", 1) - 1]
            clock.shorten(now, s.calendar.after(now, limit_of(desk, colour, s.process.colours)), "预警升级")


def raise_by_one(case: Case, why: str) -> None:
    """The next graver colour of the scheme; the gravest stays."""
    colours = case.state.process.colours
    recolour(case, case.state.process.colour_of_rank(colours[case.state.colour].rank + 1), why)


def deliver(case: Case, assigned: Iterable[Assigned], *, redo: bool = False) -> None:
    """The dispute reaches organisations, now: for each its own deadline begins, unless it has it already.

    The lead's begins here where the playbook counts from receipt; else the case's own runs on, and is the lead's.
    """
    s = case.state
    for each in assigned:
        each.delivered_at, each.signed_at = case.now(), case.now() if redo else None
        if not each.lead or s.process.from_receipt:
            case.start_colour_clock(each.organisation, beside=not each.lead)


def intervened(case: Case, organisation: str = "") -> None:
    """Somebody met a party: this meets a colour whose limit is the first intervention, and follow-up continues.

    `organisation` is the code of one that has a part beside the holder, whose limit it is then.
    """
    s = case.state
    rule = s.process.colours[s.colour]
    clock, follow_up = s.clock(clock_of(COLOUR, organisation)), clock_of(PROGRESS, organisation)
    if clock and rule.stops_at == "intervention":
        case.stop_clock(clock.name)
        case.log("intervened", f"{clock.title}：已介入", clock=clock.name, overdue=clock.overdue, path=clock.body)
    if rule.progress_every and (clock or s.clock(follow_up)):
        _follow(case, organisation, clock.body if clock else None)


def disposed_by(case: Case, organisation: str) -> None:
    """An organisation's disposal is in: the limit that ran from the delivery to it is met; others' run on."""
    clock = case.state.clock(clock_of(COLOUR, organisation))
    if clock and clock.body:
        case.stop_clock(clock.name)
    if organisation:
        case.stop_clock(clock_of(PROGRESS, organisation))


def disposed(case: Case) -> None:
    """The disposal is in: every limit on disposing is met, or missed as it stands; red is followed up on."""
    s = case.state
    begun = any(clock.name == COLOUR and clock.round == s.round for clock in s.clocks)
    for clock in s.clocks:
        if clock.stopped_at is None and is_of(clock, COLOUR, PROGRESS):
            case.stop_clock(clock.name)
    if begun and s.process.colours[s.colour].progress_every:
        _follow(case)


def _follow(case: Case, organisation: str = "", body: str | None = None) -> None:
    """The next report is due one interval from now."""
    s = case.state
    rule, name = s.process.colours[s.colour], clock_of(PROGRESS, organisation)
    assert rule.progress_every is not None, "only a colour that is followed up"
    before = s.clock(name)
    case.stop_clock(name)
    beside = f"（{s.organisations[body].name}）" if organisation and body in s.organisations else ""
    case.start_clock(name, f"{rule.name}预警持续跟进{beside}", limit=rule.progress_every, rungs=s.process.colour_rungs,
                     body=(body or (before.body if before else None)) if organisation else None)  # fmt: skip
    if not organisation:
        case.keep_following()


def _met_before(state: DisputeState) -> bool:
    """Whether somebody met a party under the graver colour already, which then was milder for a while: its limit is
    met, and follow-up is what there is."""
    begun = any(clock.name == COLOUR and clock.round == state.round for clock in state.clocks)
    in_hand = state.stage is Stage.MEDIATION or any(KINDS[task.kind].leads for task in state.pending())
    runs = state.clock(COLOUR) is not None and not _met_this_round(state)
    return begun and in_hand and not (runs or state.clock(PROGRESS))


def _met_this_round(state: DisputeState) -> bool:
    for entry in reversed(state.timeline):
        if entry.kind == "round":
            return False
        if entry.kind == "intervened" and entry.detail["clock"] == COLOUR:
            return True
    return False


def _handed_in(state: DisputeState) -> bool:
    """Whether a disposal waits for its evaluation, or at its own stage for what comes before that (who was called by a
    whistle): no limit on disposing runs, and follow-up would be all there is.
    """
    disposal = state.disposal
    if disposal is None or disposal.round != state.round:
        return False
    waits = state.stage is disposal.stage and not state.clock(COLOUR)
    return waits or state.stage in (Stage.CONFIRMATION, Stage.EVALUATION)
