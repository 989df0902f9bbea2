"""Supervision (督办) of overdue or mishandled tasks, one level up at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from domain.case.case import COLOUR, PROGRESS, Case
from domain.case.clocks import Clock
from domain.case.naming import given_to_others
from domain.case.records import Supervision
from domain.case.state import DisputeState, Task
from domain.people.organisation import Post
from domain.policy.catalogue import KINDS
from domain.policy.process import Process

NOBODY_ABOVE = "unmanned"
"""In a task's `about` where nobody holds the posts that are asked, and there is no level above."""
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


def holder_of(state: DisputeState, supervision: Task) -> list[Task]:
    """The open tasks a supervision is about: the one that was late, those of the organisation whose limit was, else
    the holder's.
    """
    task = state.task(supervision.about.get("task_id") or "")
    if task and task.pending:
        return [task]
    name, _, code = str(supervision.about.get("matter", "")).partition(":")
    return of_body(state, code if name in (COLOUR, PROGRESS) else "")


def of_body(state: DisputeState, code: str) -> list[Task]:
    """The open tasks of one organisation of push 3 that has a part beside the holder, by its code; of the holder ("")
    what he leads, or all that the stage waits for where nobody leads.
    """
    tasks = stage_tasks(state)
    if code:
        return [t for t in tasks if KINDS[t.kind].delivers and not _led(t) and t.about.get("organisation") == code]
    return [task for task in tasks if _led(task)] or tasks


def _led(task: Task) -> bool:
    """Whether a task is the holder's: it is about no organisation beside him."""
    return not task.about.get("organisation") or bool(task.about.get("lead", KINDS[task.kind].leads))


def stage_tasks(state: DisputeState) -> list[Task]:
    """The open tasks that the stage waits for; supervision, approvals and protection orders stand beside it."""
    return [task for task in state.pending() if not task.aside]


# --- one level up: where a task goes whose holder is passed over (提级), or whose post nobody holds


def levels_above(case: Case, task: Task) -> list[list[Post]]:
    """The posts above those that the playbook asks for this kind, level by level; the levels of supervision last."""
    process = case.state.process
    policy = process.tasks.get(task.kind)
    own = policy.above if policy else []
    levels = [*own, *([addressing] for addressing in process.supervision.levels)]
    return [case.posts(level, task.about.get("path")) for level in levels]


def move_up(case: Case, task: Task, why: str, *, by: Any = None) -> bool:
    """Takes an open task to the next level that is not its own; claims, delegations and offers on it are lifted.

    Whoever was asked before may look on and answers it no more. False where there is nothing above: it stays.
    """
    levels = levels_above(case, task)
    while task.level < len(levels):
        to = levels[task.level]
        task.level += 1
        if all(post in task.addressees for post in to):
            continue
        _give(case, task, to, why, by=by)
        return True
    return False


def _give(case: Case, task: Task, to: list[Post], why: str, *, by: Any = None) -> None:
    task.former = [*task.former, *task.addressees]
    task.addressees, task.state, task.assignee, task.assignee_name = to, "open", None, None
    task.named = False
    task.about.pop(NOBODY_ABOVE, None)
    task.let_go()
    case.state.touch(task)
    case.log("reassigned", f"{task.name}提级", by=by, task_id=task.task_id, reason=why, level=task.level,
             to=[post.model_dump() for post in to])  # fmt: skip
    given_to_others(case)


def put_to(case: Case, task: Task, to: list[Post], why: str) -> bool:
    """Takes an open task to posts that a playbook names for it, as `move_up` does; false where it is theirs already."""
    if all(post in task.addressees for post in to):
        return False
    task.level += 1
    _give(case, task, to, why)
    return True


def unapproved(case: Case, task: Task, clock: Clock) -> None:
    """Nobody has approved in time: the approval goes a level up, where it has its whole time again; at the last level
    it stays, overdue, and is supervised. Silence never approves.
    """
    s, timing = case.state, case.state.process.timing(task.kind)
    if timing is None or (limit := timing.limit_for(s.colour)) is None or not move_up(case, task, "逾期未审批"):
        return
    clock.stop(case.now())
    case.start_clock(clock.name, clock.title, limit=limit, rungs=timing.rungs, task_id=task.task_id)


def approval_level(process: Process, proposed_by: Collection[Post] = ()) -> int:
    """At which level of supervision an approval begins: above the highest that whoever proposes it holds, else at the
    first; behind the last where there is nobody above him.
    """
    roles = {post.role for post in proposed_by}
    return 1 + max((n for n, level in enumerate(process.supervision.levels) if level.role in roles), default=-1)


def approvers(case: Case, level: int = 0) -> list[Post]:
    """Who is asked to approve: a level of supervision where the playbook gives approvals a time; all at once where it
    gives none, or nobody is above whoever proposes it.
    """
    supervision = case.state.process.supervision
    one = supervision.levels[level : level + 1] if supervision.approvals else []
    return case.posts(one or supervision.levels)


def held(state: DisputeState) -> list[Task]:
    """The open tasks of whoever holds the dispute: of who leads, else all that the stage waits for."""
    tasks = stage_tasks(state)
    return [task for task in tasks if KINDS[task.kind].leads] or tasks
