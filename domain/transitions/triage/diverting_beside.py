"""Diverting a dispute whose first push went out at once: the desk beside it finds that it is another's matter.

The push goes on until it is approved that the dispute leaves the police (J-023); then it is taken out of it.
"""

from __future__ import annotations

from domain.case.case import Case
from domain.case.diverting import diverts, note_diversion, verdict_of
from domain.case.state import Decision, Task
from domain.policy.approvals import ROAD_NAMES, Road
from domain.policy.stages import Stage
from domain.transitions.actions import interrupt
from domain.transitions.triage.desks import POLICE_STAGES

ASKED = "approve_third_push"


def divert_beside(case: Case, task: Task, decision: Decision) -> None:
    """What follows of the last desk's word beside the push: diverted by approval where the playbook wants it."""
    s = case.state
    if s.left_police or s.stage not in POLICE_STAGES:
        return
    verdict, why = verdict_of(s), decision.fields.get("reason", "")
    if not diverts(s, verdict, s.divert):
        note_diversion(case, verdict, diverted=False, by=decision, reason=why)
    elif Road.DIVERTED not in s.process.approved_roads or s.source in s.process.approval.never_with_police:
        _leave_police(case, decision)
    else:
        title = f"三推审批（{ROAD_NAMES[Road.DIVERTED]}）"
        about = {"suggested": s.suggested, "why": why, "road": Road.DIVERTED.value, "title": title}
        case.open(ASKED, about={**about, "asked_by": task.task_id}, beside=True)


def ruled_beside(case: Case, task: Task, decision: Decision) -> None:
    """Whether a desk's diversion was approved."""
    s = case.state
    desk = s.task(task.about["asked_by"])
    asked = desk.decision if desk and desk.decision else decision
    never = verdict_of(s).verdict == "never"  # the scene became unsafe, or the police must come first, meanwhile
    if decision.name == "approve" and not never:
        s.suggested = decision.fields["suggested"] or s.suggested
        _leave_police(case, asked)
    else:
        why = "批准前情况有变" if never else "未获批准"
        note_diversion(case, verdict_of(s), diverted=False, by=asked, reason=why)


def _leave_police(case: Case, asked: Decision) -> None:
    """Takes the dispute out of the push it is in, and to dispatch; nothing where it has gone on meanwhile."""
    s = case.state
    if s.stage not in POLICE_STAGES or s.interruption is not None:
        return
    note_diversion(case, verdict_of(s), diverted=True, by=asked, reason=asked.fields.get("reason", ""))
    s.left_police = True
    case.void([task for task in s.pending(ASKED) if task.beside], "已推送")
    interrupt(case, "diverted", goto=Stage.PUSH_3)
