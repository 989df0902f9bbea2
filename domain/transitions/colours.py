"""Changing a colour (G6): raising takes the shorter limit; lowering never restarts a clock."""

from __future__ import annotations

from typing import Any

from domain.case.case import COLOUR, Case
from domain.case.state import DisputeState


def is_lower(state: DisputeState, colour: str) -> bool:
    """Whether `colour` is milder than the present one."""
    return state.process.colours[colour].rank < state.process.colours[state.colour].rank


def recolour(case: Case, colour: str, why: str, *, by: Any = None) -> None:
    """Gives the case another colour and its running deadline what follows from it."""
    s = case.state
    if colour == s.colour:
        return
    was, rule, lower = s.colour, s.process.colours[colour], is_lower(s, colour)
    s.colour = colour
    clock = s.clock(COLOUR)
    if clock and not lower:
        now = case.now()
        if clock.suspended and not rule.suspendable:
            clock.resume(now)  # red is never suspended: what stood still runs again
        clock.shorten(now, s.calendar.after(now, rule.limit), why)
        clock.title = f"{rule.name}预警{'介入' if rule.stops_at == 'intervention' else '处置'}时限"
        clock.suspendable, clock.extendable = rule.suspendable, rule.extendable
        if clock.suspendable and not clock.suspended and s.clock("ladder"):
            clock.suspend(now, "联调期间")  # it was red for a while, which does not stand still
    if not rule.progress_every:
        case.stop_clock("progress")  # continuing follow-up is the graver colour's
    case.log("recoloured", f"预警颜色由{s.process.colours[was].name}调整为{rule.name}", by=by, reason=why,
             **{"from": was, "to": colour})  # fmt: skip
    for task in s.pending():
        s.touch(task)


def raise_by_one(case: Case, why: str) -> None:
    """The next graver colour of the scheme; the gravest stays."""
    colours = case.state.process.colours
    recolour(case, case.state.process.colour_of_rank(colours[case.state.colour].rank + 1), why)


def intervened(case: Case) -> None:
    """Somebody met a party: this meets a colour whose limit is the first intervention, and follow-up continues."""
    s = case.state
    rule = s.process.colours[s.colour]
    clock = s.clock(COLOUR)
    if clock and rule.stops_at == "intervention":
        case.stop_clock(COLOUR)
        case.log("intervened", f"{clock.title}：已介入", clock=COLOUR, overdue=clock.overdue)
    if rule.progress_every and (clock or s.clock("progress")):
        case.stop_clock("progress")
        case.start_clock(
            "progress", f"{rule.name}预警持续跟进", limit=rule.progress_every, rungs=s.process.colour_rungs
        )


def disposed(case: Case) -> None:
    """The disposal is in: every limit on disposing is met, or missed as it stands."""
    case.stop_clock(COLOUR)
    case.stop_clock("progress")
