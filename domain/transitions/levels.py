"""One level up: where a task goes whose holder is passed over (提级), or whose post nobody holds."""

from __future__ import annotations

from domain.case.case import Case
from domain.case.state import DisputeState, Task
from domain.people.organisation import Post
from domain.policy.catalogue import KINDS
from domain.transitions.supervision import stage_tasks


def levels_above(case: Case, task: Task) -> list[list[Post]]:
    """The posts above those that the playbook asks for this kind, level by level; the levels of supervision last."""
    process = case.state.process
    policy = process.tasks.get(task.kind)
    own = policy.above if policy else []
    levels = [*own, *([addressing] for addressing in process.supervision.levels)]
    return [case.posts(level, task.about.get("path")) for level in levels]


def move_up(case: Case, task: Task, why: str) -> bool:
    """Takes an open task to the next level that is not its own; claims, delegations and offers on it are lifted.

    Whoever was asked before may look on and answers it no more. False where there is nothing above: it stays.
    """
    levels = levels_above(case, task)
    while task.level < len(levels):
        to = levels[task.level]
        task.level += 1
        if all(post in task.addressees for post in to):
            continue
        task.former = [*task.former, *task.addressees]
        task.addressees, task.state, task.assignee, task.assignee_name = to, "open", None, None
        task.let_go()
        case.state.touch(task)
        case.log("reassigned", f"{KINDS[task.kind].name}提级", task_id=task.task_id, reason=why, level=task.level,
                 to=[post.model_dump() for post in to])  # fmt: skip
        return True
    return False


def held(state: DisputeState) -> list[Task]:
    """The open tasks of whoever holds the dispute: of who leads, else all that the stage waits for."""
    tasks = stage_tasks(state)
    return [task for task in tasks if KINDS[task.kind].leads] or tasks
