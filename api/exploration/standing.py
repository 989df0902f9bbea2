"""Where a case stands, with everything left out that leads nowhere else: no times, no names, no ids, not in which
round, and while it is followed up not its colour: a desk gives what flares up its colour anew.

Two cases that stand alike may go the same ways. What is told apart is what rules look at; where a rule looks at
something else the exploration goes fewer ways than there are, never other ones. How far a case may still go is not
where it stands, but what it has left.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from api.exploration.moves import steers
from domain.case.case import COLOUR, PROGRESS, PROTECTION
from domain.case.ladder import used_up
from domain.case.lawful_tables import AGAIN, MOST_BY_POLICE, barred, police_tables, refusals
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
"""what two desks of one mind may say"""
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
    if any(_turns_aside(state, task) for task in state.pending()):
        return (state.stage, *_questions(state))
    judged = any(_at_desk(task) for task in state.pending())
    at_desks = judged or state.stage is Stage.TRIAGE
    concluded = state.concluded_at is not None
    return (
        state.stage,
        state.colour if state.stage is not Stage.FOLLOW_UP else "",
        _raised_by_return(state, rounds),
        state.police and at_desks,
        state.left_police and not concluded and (judged or bool(state.process.approved_roads)),
        not set(state.risk_kinds).isdisjoint(state.process.protection_for),
        _channel(state) if at_desks else (),
        _said(state),
        *_questions(state),
        tuple(sorted(c.name for c in state.clocks if c.name in CLOCKS and c.stopped_at is None)),
        _parts(state),
        _tables(state),
        _handed_in(state),
        _owed(state),
        concluded,
    )


def _turns_aside(state: DisputeState, task: Task) -> bool:
    """Whether what is asked ends the case or leaves it where it stood before, and so was seen already: a change that
    waits for approval, a whistle that somebody blew.
    """
    if task.kind == "approve_change":
        return "change" in task.about
    called = task.about.get("summons")
    return called is not None and state.summons[called - 1].cause == "summon"


def _raised_by_return(state: DisputeState, rounds: int) -> int:
    """How many returns from now the colour is raised by one; 0 where no return within the bounds raises it."""
    after = state.process.raising.after_returns
    to_come = after - state.returns if isinstance(after, int) else 0
    return to_come if 0 < to_come <= rounds - state.round else 0


def _parts(state: DisputeState) -> tuple[tuple[str, bool, str], ...]:
    """Of push 3 who has handed in and who is out; whoever is asked is told by the question, and a dispatch forgets them
    all. Once it is judged, who would redo it; at a table to which the units are called, who they are.
    """
    mine = [part for part in state.assigned if part.round == state.round]
    if state.stage is Stage.PUSH_3 and not state.pending("dispatch"):
        asked = {task.about.get("organisation") for task in state.pending()}
        answered = (part for part in mine if part.organisation.code not in asked)
        return tuple(
            sorted((p.organisation.code, p.lead, "in" if p.standing == "disposed" else "out") for p in answered)
        )
    if state.stage in JUDGED and state.disposal and state.disposal.stage is Stage.PUSH_3:
        return tuple(sorted((p.organisation.code, p.lead, "") for p in mine if p.standing == "disposed"))
    ladder = state.process.ladder
    if state.stage is Stage.MEDIATION and ladder and any(tier.summon for tier in ladder.tiers):
        return tuple(sorted((p.organisation.code, p.lead, "") for p in state.assigned))
    return ()


def _waits(task: Task) -> bool:
    return steers(task.kind) and (task.pending or task.state == "scheduled")


def _at_desk(task: Task) -> bool:
    return KINDS[task.kind].by_levels


def _channel(state: DisputeState) -> tuple[Hashable, ...]:
    """What desks and the first push go by of the source that the case came by; whom it asks leads nowhere else."""
    source, approval = state.process.sources.get(state.source), state.process.approval
    by_police = state.source in approval.never_with_police
    if source is None:
        return (1, (), False, "may", by_police)
    return (desks_in(state), tuple(source.together_for), source.push_at_once, source.divert, by_police)


def _said(state: DisputeState) -> tuple[str, ...]:
    """Of what desks said since the first was last asked: who finds what ends a grave matter and is of one mind with
    another needs nobody. What a desk before the last says of diverting, the last may say as well.
    """
    said = set[str]()
    for task in filter(_at_desk, state.tasks):
        if task.about.get("level", 1) == 1:
            said.clear()
        if task.decision and task.decision.name in ENDS:
            said.add(task.decision.name)
    waiting = any(_at_desk(task) and not task.beside for task in state.pending())
    return tuple(sorted(said)) if waiting else ()


def _questions(state: DisputeState) -> tuple[Hashable, Hashable]:
    """What is asked and will be; which visits of a party, and not of which one."""
    waiting = [task for task in state.tasks if _waits(task)]
    visits: dict[str, list[tuple[str, ...]]] = {}
    for task in waiting:
        if task.kind == "visit":
            visits.setdefault(task.about["party"], []).append(_asked(task, state))
    others = sorted(_asked(task, state) for task in waiting if task.kind != "visit")
    return tuple(others), tuple(sorted(tuple(sorted(each)) for each in visits.values()))


def _asked(task: Task, state: DisputeState) -> tuple[str, ...]:
    about = [f"{key}={task.about[key]}" for key in _ABOUT if key in task.about]
    if task.kind == "approve_change" and "action" not in task.about:
        about.append(str(task.about.get("title")))
    if task.kind == "visit" and task.about["try"] >= state.process.follow_up.tries:
        about.append("last try")
    return (task.kind, "scheduled" if task.state == "scheduled" else "", *about)


def _tables(state: DisputeState) -> tuple[Hashable, ...]:
    """What is left of the ladder: how many 治安调解 were held, how often it has failed in this round and, as long as
    they are at it, which tables a party refused. Why nobody may sit down any more is one. Once it is judged a return
    lets them refuse anew.
    """
    ladder, held = state.process.ladder, min(len(police_tables(state)), MOST_BY_POLICE)
    if ladder is None or state.concluded_at:
        return ()
    if state.stage in JUDGED:
        return (held,)
    if used_up(state) or all(barred(state, tier) for tier in ladder.tiers):
        return ("none",) if state.stage is not Stage.MEDIATION else ("none", held)
    refused = {each.tier for each in refusals(state)} if state.stage is Stage.MEDIATION else set()
    kinds = {tier.mediation or "" for tier in ladder.tiers if tier.code in refused}
    return (held, tuple(sorted(kinds)), state.ladder_failed.count(state.round))


def _handed_in(state: DisputeState) -> str:
    """Where it was disposed of in this round, while that is judged or waits at its own stage for what comes before."""
    disposal = state.disposal
    if disposal is None or disposal.round != state.round or state.concluded_at:
        return ""
    return disposal.where if state.stage in (*JUDGED, disposal.stage) else ""


def _owed(state: DisputeState) -> bool:
    """Whether something of the last agreement, of whatever round, is still to be looked after: once it is judged."""
    if state.stage not in (*JUDGED, Stage.FOLLOW_UP):
        return False
    owed = (each.state for agreement in state.agreements[-1:] for each in agreement.obligations)
    return any(each in ("pending", "overdue") for each in owed)
