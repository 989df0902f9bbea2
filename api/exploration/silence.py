"""Whether silence reaches a person: a case is left alone, and time passes until what waits is heard of by others."""

from __future__ import annotations

from datetime import timedelta

from api.exploration.moves import steers
from api.exploration.standing import standing_of
from domain.case.state import DisputeState, Entry, Task
from domain.transitions.timekeeping import tasks_due_by
from workflows.harness.life import Life

LONGEST = timedelta(days=3 * 365)
"""How long a case is left alone: longer than any deadline of a playbook that people work by."""
MOST_EVENTS = 500


def unheard(life: Life, *, rounds: int) -> list[Task]:
    """The questions of which nobody else ever hears if nobody answers; the life is over when this is known.

    Heard of is a question that is supervised, goes a level up, or is answered by silence itself: then the case has
    moved, and what is asked there is looked at there.
    """
    state = life.state
    heard = {task_id for entry in state.timeline for task_id in _heard(state, entry)}
    waiting = {t.task_id: t.level for t in state.pending() if steers(t.kind) and not t.level and t.task_id not in heard}
    stood, until = standing_of(state, rounds=rounds), life.at + LONGEST
    for _ in range(MOST_EVENTS):
        due = life.due()
        if not waiting or due is None or due[0] > until:
            break
        told = len(state.timeline)
        life.pass_time(max(due[0] - life.at, timedelta()))
        for entry in state.timeline[told:]:
            for task_id in _heard(state, entry):
                waiting.pop(task_id, None)
        raised = [task_id for task_id, level in waiting.items() if _task(state, task_id).level > level]
        for task_id in raised:
            del waiting[task_id]
        if state.closed or standing_of(state, rounds=rounds) != stood:
            return []
    return [_task(state, task_id) for task_id in waiting]


def _heard(state: DisputeState, entry: Entry) -> list[str]:
    """The questions that a line of the timeline takes to somebody else."""
    if entry.kind not in ("supervision", "promotion", "unmanned"):
        return []
    if task_id := entry.detail.get("task_id"):
        return [task_id]
    clock = next((c for c in state.clocks if c.name == entry.detail.get("clock")), None)
    return [task.task_id for task in tasks_due_by(state, clock)] if clock else []


def _task(state: DisputeState, task_id: str) -> Task:
    task = state.task(task_id)
    assert task is not None, "a question that was there"
    return task
