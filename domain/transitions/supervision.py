"""Supervision (督办) of overdue or mishandled tasks, one level up at a time."""

from __future__ import annotations

from domain.case.case import Case
from domain.case.records import Supervision
from domain.case.state import DisputeState, Task
from domain.policy.catalogue import KINDS

TOO_MANY_DECISIONS = 1000
"""Decisions in one run after which somebody looks: the engine takes 2,000 updates a run and 51,200 events."""


def supervise(
    case: Case, cause: str, title: str, *, level: int, clock: str | None = None, task_id: str | None = None
) -> Task:
    """Opens a supervision task at a level of the playbook (the last level answers for all above it).

    `cause` is `overdue`, `silence`, `returns`, `ladder_failed`, `escalated`, `promoted` or `size`. A supervision of the
    same matter at a lower level that still waits is voided: it has gone over that desk's head.
    """
    s = case.state
    policy = s.process.supervision
    matter = clock or cause
    lower = [t for t in s.pending("supervise") if t.about.get("matter") == matter]
    case.void(lower, "已提级督办")
    addressing = policy.levels[min(level, len(policy.levels) - 1)]
    s.supervisions.append(Supervision(at=case.now(), level=level, cause=cause, clock=clock, task_id=task_id))
    case.log("supervision", title, level=level, cause=cause, clock=clock, task_id=task_id)
    return case.open(
        "supervise",
        to=case.posts([addressing]),
        about={"title": title, "level": level, "cause": cause, "matter": matter, "task_id": task_id},
        limit=policy.limit,
        rungs=policy.rungs,
    )


def holder_of(case: Case, supervision: Task) -> list[Task]:
    """The open tasks a supervision is about: the one that was late, or all that the stage waits for."""
    task = case.state.task(supervision.about.get("task_id") or "")
    if task and task.pending:
        return [task]
    return stage_tasks(case.state)


def stage_tasks(state: DisputeState) -> list[Task]:
    """The open tasks that the stage waits for; supervision, approvals and protection orders stand beside it."""
    return [task for task in state.pending() if not KINDS[task.kind].aside]
