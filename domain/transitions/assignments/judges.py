"""Who had a hand in a round may not judge it, also where his hand came in while the judges were asked already.

Continuing follow-up (Q-033) goes on beside the evaluation: whoever reports then has handled the round like all others.
"""

from __future__ import annotations

from domain.case.case import Case
from domain.case.state import Decision, Task
from domain.policy.catalogue import KINDS


def bar_judges(case: Case, task: Task, decision: Decision) -> None:
    """Bars whoever answers a task that handles the round, and whom he stands in for, from its open evaluations."""
    hands = {person for person in (decision.actor_id, decision.on_behalf_of) if person}
    if not (hands and KINDS[task.kind].handles):
        return
    for judged in case.state.tasks:
        open_still = judged.pending or judged.state == "scheduled"
        if not (open_still and KINDS[judged.kind].judges and judged.round == task.round):
            continue
        if hands <= set(judged.excluded):
            continue
        judged.excluded = sorted({*judged.excluded, *hands})
        if judged.assignee in hands:
            judged.state, judged.assignee, judged.assignee_name = "open", None, None
            judged.let_go()
            case.log("released", f"退回{judged.name}：已参与本轮办理", task_id=judged.task_id)
        case.state.touch(judged)
