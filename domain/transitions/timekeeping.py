"""Deadlines over time: when the next one is due, and everything that fell due applied in order, once.

The clock never decides the story; it makes facts (a reminder, an overdue mark, a supervision task, a deemed answer)
that the story then sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.case.bells import KNOWN, RING, deemed_known, ring_on
from domain.case.case import COLOUR, PROGRESS, PROTECTION, Case
from domain.case.clocks import REMINDERS, Clock, RungName
from domain.case.lawful_tables import AGAIN
from domain.case.protection import ask_for_renewal
from domain.case.state import Decision, DisputeState, Task
from domain.case.summons.whistle import CHECK_IN, checked_in
from domain.policy.catalogue import KINDS, title_of
from domain.transitions.decisions import put_on_record
from domain.transitions.supervision import supervise, unapproved

_ORDER = {name: 1 + [*RungName].index(RungName(name.split("_")[0])) for name in (*REMINDERS, *RungName)}
Due = tuple[datetime, int, str, Clock | Task]


def next_due(state: DisputeState) -> tuple[datetime, str] | None:
    """When something next falls due, and what, in words for an operator; none if nothing ever will."""
    due = min(_upcoming(state), key=lambda d: d[:2], default=None)
    if due is None:
        return None
    at, _, rung, subject = due
    what = subject.title if isinstance(subject, Clock) else subject.name
    return at, f"{what}: {rung}"


def fire_due(case: Case) -> bool:
    """Applies all that is due by now, earliest first; whether anything was.

    Each step may start or stop other clocks, so what is next is asked anew each time.
    """
    did = False
    while (due := min(_upcoming(case.state), key=lambda d: d[:2], default=None)) and due[0] <= case.now():
        _, _, rung, subject = due
        if isinstance(subject, Task):
            case.begin(subject)
        elif rung == "resumes":
            _resume(case, subject)
        else:
            subject.fired.append(rung)
            _fire(case, subject, rung)
        did = True
    return did


def _upcoming(state: DisputeState) -> Iterator[Due]:
    """Each open clock's next rung, each suspension's end and each scheduled task's beginning."""
    if state.closed:
        return
    for task in state.tasks:
        if task.state == "scheduled":
            yield task.opened_at, 0, "opens", task
    for clock in state.clocks:
        if clock.suspended and clock.suspensions[-1].until:
            yield clock.suspensions[-1].until, 0, "resumes", clock
        elif rung := clock.next_rung(state.calendar):
            at, name = rung
            yield at, _ORDER[name], name, clock


def _resume(case: Case, clock: Clock) -> None:
    clock.resume(case.now())
    case.log("clock_resumed", f"{clock.title}恢复计时", clock=clock.name, due_at=clock.due_at)


def _fire(case: Case, clock: Clock, rung: str) -> None:
    task = case.state.task(clock.task_id) if clock.task_id else None
    facts = {"clock": clock.name, "rung": rung, "due_at": clock.due_at, "task_id": clock.task_id, "path": clock.body}
    match rung:
        case RungName.DUE:
            case.log("due", f"{clock.title}到期", **facts)
        case RungName.OVERDUE:
            clock.overdue = True
            case.log("overdue", f"{clock.title}超期", **facts)
            if task and task.pending and KINDS[task.kind].approves and clock.name == f"task:{task.task_id}":
                unapproved(case, task, clock)
        case RungName.SUPERVISION:
            supervise(case, "overdue", f"{clock.title}超期督办", level=0, clock=clock.name, task_id=clock.task_id)
        case RungName.PROMOTION:
            clock.level += 1
            case.log("promotion", f"{clock.title}督办提级", **facts)
            supervise(case, "overdue", f"{clock.title}提级督办", level=clock.level, clock=clock.name,
                      task_id=clock.task_id)  # fmt: skip
        case RungName.DECIDES if task and clock.name.startswith(RING):
            ring_on(case, task, clock)
        case RungName.DECIDES if task and clock.name.startswith(KNOWN):
            deemed_known(case, task, clock)
        case RungName.DECIDES if task and clock.decides:
            _decide(case, task, clock.decides)
        case RungName.DECIDES:  # nobody is asked: a validity has run out
            _runs_out(case, clock, facts)
        case _:
            case.log("reminder", f"{clock.title}临期提醒", **facts)
            if clock.name == PROTECTION and rung == f"{RungName.REMINDER}_1":
                ask_for_renewal(case, clock)
    for judged in tasks_due_by(case.state, clock):
        case.state.touch(judged)


def _decide(case: Case, task: Task, decision: str) -> None:
    """Silence past the clock is an answer: what the playbook says it means."""
    case.log("expired", f"{task.name}到期，视为“{title_of(task.kind, decision)}”", task_id=task.task_id)
    empty = KINDS[task.kind].decisions[decision].form()
    fields = empty.model_dump(mode="json", exclude_none=True)
    put_on_record(case, task, Decision(name=decision, fields=fields, at=case.now()))
    if task.kind == CHECK_IN:
        checked_in(case, task)
    policy = case.state.process.tasks.get(task.kind)
    if policy and case.state.colour in policy.silence_supervised:
        supervise(case, "silence", f"{task.name}逾期未办督办", level=0, task_id=task.task_id)


def _runs_out(case: Case, clock: Clock, facts: dict[str, Any]) -> None:
    clock.stop(case.now())
    case.log("expired", f"{clock.title}届满", **facts)
    if clock.name == AGAIN:
        end_table(case, "再次治安调解期限届满（程序规定第183条）")


def end_table(case: Case, why: str) -> None:
    """The law lets nobody sit at this table any more: its session ends, and the ladder goes where it may."""
    for task in case.state.tasks:
        if KINDS[task.kind].under_ladder and (task.pending or task.state == "scheduled"):
            case.log("expired", why, task_id=task.task_id)
            put_on_record(case, task, Decision(name="lapsed", at=case.now()))


def tasks_due_by(state: DisputeState, clock: Clock) -> list[Task]:
    """The open tasks whose due date the clock gives."""
    return [task for task in state.pending() if gives_due_date(clock.name, clock.task_id, task)]


def gives_due_date(clock: str, task_id: str | None, task: Task) -> bool:
    """Whether the clock of that name gives a task's due date: its own task, or all under the ladder; the colour's and
    the follow-up's give the holder's, and `colour:<code>` that of the organisation beside him.
    """
    spec = KINDS[task.kind]
    if task_id:
        return task.task_id == task_id and not clock.startswith((RING, KNOWN))
    name, _, code = clock.partition(":")
    if name not in (COLOUR, PROGRESS):
        return clock in ("ladder", "tier", AGAIN) and spec.under_ladder
    if code:
        return spec.under_colour and not spec.leads and task.about.get("organisation") == code
    return spec.leads if name == COLOUR else spec.leads or spec.follows


def due_clock(state: DisputeState, task: Task) -> Clock | None:
    """The clock that presses a task most: the earliest of those that judge it and run; one that stands still comes
    last, for its deadline moves on with every day.
    """
    clocks = [c for c in state.clocks if c.stopped_at is None and any(t is task for t in tasks_due_by(state, c))]
    return min(clocks, key=lambda c: (c.suspended, c.due_at), default=None)
