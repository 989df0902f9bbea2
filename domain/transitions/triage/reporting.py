"""报送: which answers send a dispute up, to the desk above or to whoever dispatches it (Q-042).

“提取各类风险信息后，通过平台报送至邛崃市委政法委”: from desk to desk, and by the last one, or by whoever
approves the third push, to the committee or the centre. Each is a report with a number, alone or in a bundle; the
timeline says which lines are reports, and the numbers are given where they are written (`infra.records.reporting`).
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.case.case import Case
from domain.case.diverting import diverts, verdict_of
from domain.case.state import Decision, DisputeState, Task
from domain.policy.approvals import Road
from domain.policy.stages import PUSHES, Stage
from domain.transitions.triage.desks import KIND, is_last

APPROVAL = "approve_third_push"
GOES_ON = ("confirm", "correct", "report_up")


ANSWERS = {KIND: "confirm", APPROVAL: "approve"}
"""By which decision of its kind a task is reported up with others."""


def can_report(task: Task, stages: Sequence[Stage]) -> bool:
    """Whether to confirm or approve a task sends its dispute up, in a mechanism of these stages."""
    first = next(stage for stage in stages if stage in PUSHES)
    return task.kind == APPROVAL or (task.kind == KIND and (not is_last(task) or first is Stage.PUSH_3))


def reports_up(state: DisputeState, task: Task, decision: Decision) -> bool:
    """Whether an answer that has just taken effect sends the dispute up."""
    if task.kind == APPROVAL:
        return decision.name == "approve"
    if task.kind != KIND or decision.name not in GOES_ON:
        return False
    if not is_last(task) or state.process.first_push is Stage.PUSH_3:
        return True
    return not _approved_first(state) and diverts(state, verdict_of(state), state.divert)


def _approved_first(state: DisputeState) -> bool:
    """Whether a diversion leaves the police by an approval, which then is the report."""
    approval = state.process.approval
    return Road.DIVERTED in state.process.approved_roads and state.source not in approval.never_with_police


def note_report(case: Case, task: Task) -> None:
    """Marks the line of the answer that sent the dispute up."""
    decision = task.decision
    if decision is None or not reports_up(case.state, task, decision):
        return
    lines = (e for e in reversed(case.state.timeline) if e.kind == "decision" and e.detail["task_id"] == task.task_id)
    next(lines).detail["reported"] = True
