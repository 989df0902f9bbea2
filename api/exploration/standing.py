"""Where a case stands, with everything left out that leads nowhere else: no times, no names, no ids, and not in which
round.

Two cases that stand alike may go the same ways. What is told apart is what rules look at; where a rule looks at
something else the exploration goes fewer ways than there are, never other ones. How far a case may still go is not
where it stands, but what it has left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass

from api.exploration.moves import steers
from domain.case.case import COLOUR, PROGRESS, PROTECTION
from domain.case.lawful_tables import AGAIN
from domain.case.state import DisputeState, Task
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from domain.transitions.triage.desks import desks_in

CLOCKS = (COLOUR, PROGRESS, PROTECTION, AGAIN, "ladder", "tier")
_ABOUT = (
    "tier",
    "session",
    "seat",
    "level",
    "road",
    "action",
    "party",
    "visit",
    "agreement",
    "item",
    "lead",
    "organisation",
)
JUDGED = (Stage.CONFIRMATION, Stage.EVALUATION)
"""where it was resolved says who judges, and where a return leads"""
BEYOND = "beyond"
ENDS = ("no_risk", "police_case")
"""what two desks of one mind may say; all else goes on"""
Standing = tuple[Hashable, ...]


@dataclass(frozen=True)
class Left:
    """How far a case may still be followed: rounds to come, and interruptions."""

    rounds: int
    interruptions: int

    def covers(self, other: Left) -> bool:
        """Whether whatever may be gone with the other may be gone with this."""
        return self.rounds >= other.rounds and self.interruptions >= other.interruptions


def standing_of(state: DisputeState, *, rounds: int) -> Standing:
    """What tells this case from others. One in more than so many `rounds` stands beyond them, wherever that is."""
    if state.closed:
        return (Stage.CLOSED, state.outcome)
    if state.round > rounds:
        return (BEYOND,)
    judged = any(_at_desk(task) for task in state.pending())
    at_desks = judged or state.stage is Stage.TRIAGE
    disposal = state.disposal if state.disposal and state.disposal.round == state.round else None
    concluded = state.concluded_at is not None
    return (
        state.stage,
        state.colour,
        _raised_by_return(state, rounds),
        state.police and at_desks,
        state.left_police and not concluded and (judged or bool(state.process.approved_roads)),
        not set(state.risk_kinds).isdisjoint(state.process.protection_for),
        state.source if at_desks else "",
        _said(state) if at_desks else (),
        tuple(sorted(_asked(task) for task in state.tasks if _waits(task))),
        tuple(sorted(c.name for c in state.clocks if c.name in CLOCKS and c.stopped_at is None)),
        _parts(state),
        (disposal.where if state.stage in JUDGED else "there") if disposal and not concluded else "",
        _owed(state),
        concluded,
    )


def _raised_by_return(state: DisputeState, rounds: int) -> int:
    """How many returns from now the colour is raised by one; 0 where no return within the bounds raises it."""
    after = state.process.raising.after_returns
    to_come = after - state.returns if isinstance(after, int) else 0
    return to_come if 0 < to_come <= rounds - state.round else 0


def _parts(state: DisputeState) -> tuple[tuple[str, bool, str], ...]:
    """Each organisation's part while push 3 lasts; afterwards only that there were some, until what they did is judged.
    Silence that counts as signing leads where signing leads.
    """
    if state.concluded_at is not None:
        return ()
    mine = [part for part in state.assigned if part.round == state.round]
    if state.stage is not Stage.PUSH_3:
        return tuple({(part.organisation.code, True, "") for part in mine if part.lead})
    signed = {"deemed": "accepted"}
    return tuple(sorted((p.organisation.code, p.lead, signed.get(p.standing, p.standing)) for p in mine))


def _waits(task: Task) -> bool:
    return steers(task.kind) and (task.pending or task.state == "scheduled")


def _at_desk(task: Task) -> bool:
    return KINDS[task.kind].by_levels


def _said(state: DisputeState) -> tuple[Hashable, ...]:
    """What is told apart of what desks said since the first was last asked: how many were of which mind, of two of one
    mind no third counts; and of a chain what it says of diverting, which the last desk may leave as it is.
    """
    said = Counter[str]()
    for task in filter(_at_desk, state.tasks):
        if task.about.get("level", 1) == 1:
            said.clear()
        if task.decision:
            said[task.decision.name if task.decision.name in ENDS else "on"] += 1
    minds = ((name, min(count, 2 if name in ENDS else 1)) for name, count in sorted(said.items()))
    return (*minds, state.divert if desks_in(state) > 1 else None)


def _asked(task: Task) -> tuple[str, ...]:
    about = (f"{key}={task.about[key]}" for key in _ABOUT if key in task.about)
    return (task.kind, "scheduled" if task.state == "scheduled" else "", *about)


def _owed(state: DisputeState) -> bool:
    """Whether something that was agreed on in this round is still to be looked after."""
    last = state.agreements[-1:]
    owed = (o.state for agreement in last if agreement.round == state.round for o in agreement.obligations)
    return any(each in ("pending", "overdue") for each in owed)
