"""责任链: who holds the case, and who held it from when to when (Q-022, Q-023, W-081).

Held is a case by whoever its stage asks. Of the organisations of push 3 it is the lead: from the delivery on where the
playbook says that responsibility passes so (“铃铛一响、责任捆绑”), else once it has accepted; until then, and while a
refusal is ruled upon, it stays whose it was (首问责任). Who takes part beside the lead holds only his part.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from domain.case.records import Holding
from domain.case.state import DisputeState, Task
from domain.policy.catalogue import KINDS

How = Literal["asked", "delivery", "acceptance", "reassigned"]


def held_by(state: DisputeState) -> Task | None:
    """The open question by which somebody holds the case now; none where it stays whose it was."""
    return next((task for task in state.pending() if _holds(state, task)), None)


def pass_on(state: DisputeState, at: datetime, *, reassigned: bool = False) -> None:
    """Puts it on record where the case has gone to somebody else."""
    task = held_by(state)
    if task is None or not task.addressees:
        return
    post, last = task.addressees[0], state.chain[-1] if state.chain else None
    if last and (last.role, last.path, last.round) == (post.role, post.path, state.round):
        return
    if last:
        last.until = at
    by: How = "reassigned" if reassigned else _how(state, task)
    held = Holding(
        role=post.role, path=post.path, round=state.round, stage=state.stage, since=at, task_id=task.task_id, by=by
    )
    state.chain.append(held)
    state.touch()


def _how(state: DisputeState, task: Task) -> How:
    if task.kind == "accept_assignment":
        return "delivery"
    return "acceptance" if _accepted(state, task) else "asked"


def _holds(state: DisputeState, task: Task) -> bool:
    spec = KINDS[task.kind]
    if task.aside or (spec.to_organisation and not spec.leads and task.kind != "accept_assignment"):
        return False
    if task.kind == "accept_assignment":
        return state.process.responsibility_passes == "delivery" and bool(task.about.get("lead"))
    return True


def _accepted(state: DisputeState, task: Task) -> bool:
    """Whether the question came of an assignment that was accepted; a redo asks without one."""
    path = task.about.get("path")
    return KINDS[task.kind].disposes and any(
        t.kind == "accept_assignment" and t.round == state.round and t.about.get("path") == path for t in state.tasks
    )
