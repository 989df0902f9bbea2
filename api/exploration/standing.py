"""Where a case stands, with everything left out that leads nowhere else: no times, no names, no ids, no past rounds.

Two cases that stand alike may go the same ways. What is told apart is what rules look at; where a rule looks at
something else the exploration goes fewer ways than there are, never other ones.
"""

from __future__ import annotations

from collections.abc import Hashable

from api.exploration.moves import steers
from domain.case.case import COLOUR, PROGRESS, PROTECTION
from domain.case.lawful_tables import AGAIN
from domain.case.state import DisputeState, Task
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage

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
BEYOND = "beyond"
ENDS = ("no_risk", "police_case")
"""what two desks of one mind may say; all else goes on"""
Standing = tuple[Hashable, ...]


def standing_of(state: DisputeState, *, interrupted: bool, rounds: int) -> Standing:
    """What tells this case from others; `interrupted` is whether its interruption is used up. One that is in more than
    so many `rounds` stands beyond them, wherever that is.
    """
    if state.closed:
        return (Stage.CLOSED, state.outcome)
    if state.round > rounds:
        return (BEYOND,)
    this, at_desks = state.round, state.stage is Stage.TRIAGE or any(_at_desk(task) for task in state.pending())
    disposal = state.disposal if state.disposal and state.disposal.round == this else None
    return (
        state.stage,
        this,
        interrupted,
        state.colour,
        state.police and at_desks,
        state.left_police and state.concluded_at is None,
        not set(state.risk_kinds).isdisjoint(state.process.protection_for),
        state.source if at_desks else "",
        (state.divert, *_said(state)) if at_desks else (),
        tuple(sorted(_asked(task) for task in state.tasks if _waits(task))),
        tuple(sorted(c.name for c in state.clocks if c.name in CLOCKS and c.stopped_at is None)),
        _parts(state),
        disposal.where if disposal and state.concluded_at is None else "",
        _owed(state),
        sum(1 for verdict in state.evaluations if verdict.round == this),
        len(state.summons),
        state.concluded_at is not None,
    )


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


def _said(state: DisputeState) -> list[tuple[str, str]]:
    """What each desk said since the first was last asked: a later one's word, or two of one mind, count by it."""
    said = dict[str, str]()
    for task in filter(_at_desk, state.tasks):
        level = str(task.about.get("level", 1))
        if level == "1":
            said.clear()
        if task.decision:
            said[level] = task.decision.name if task.decision.name in ENDS else "on"
    return sorted(said.items())


def _asked(task: Task) -> tuple[str, ...]:
    about = (f"{key}={task.about[key]}" for key in _ABOUT if key in task.about)
    return (task.kind, "scheduled" if task.state == "scheduled" else "", "again" if task.redo_of else "", *about)


def _owed(state: DisputeState) -> tuple[str, ...]:
    last = state.agreements[-1:]
    owed = (o.state for agreement in last if agreement.round == state.round for o in agreement.obligations)
    return tuple(sorted(each for each in owed if each in ("pending", "overdue")))
