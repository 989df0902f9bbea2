"""What an answer does at once: supervision, approved changes, protection orders, contacts on record.

`run` does not wait for these; it waits for the answers that end a stage's own tasks.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from domain.base import CHINA
from domain.case.case import PROTECTION, Case
from domain.case.naming import named
from domain.case.state import Decision, Task
from domain.people.organisation import Post
from domain.policy.catalogue import KINDS
from domain.policy.rungs import Rungs
from domain.policy.spans import Span
from domain.transitions.actions import apply_change, reassign
from domain.transitions.approvals import approved_with, propose_ending
from domain.transitions.colours import disposed_by, intervened
from domain.transitions.supervision import holder_of, supervise
from domain.transitions.triage.desks import is_last, judged
from domain.transitions.triage.diverting_beside import divert_beside, ruled_beside

_ORDER_REMINDERS = (30, 7, 1)
"""Days before a protection order ends on which its renewal is reminded (requirements B.3)."""


def take_effect(case: Case, task: Task) -> None:
    """What the latest answer to a task does at once; a delegate's proposal does nothing."""
    decision = task.decision or task.record[-1]
    if decision.proposal:
        return
    _stops_clocks(case, task, decision)
    if KINDS[task.kind].decisions[decision.name].ending and task.decision is None:
        propose_ending(case, task, decision)
    match task.kind:
        case "name_officer":
            named(case, decision)
        case "confirm_triage":
            _at_desk(case, task, decision)
        case "approve_third_push" if task.beside:
            ruled_beside(case, task, decision)
        case "supervise":
            _supervised(case, task, decision)
        case "approve_change" if "change" in task.about:
            change = case.state.changes[task.about["change"] - 1]
            change.result = "approved" if decision.name == "approve" else "rejected"
            case.log(
                "change", f"{task.about['title']}{'获批准' if decision.name == 'approve' else '未获批准'}", by=decision
            )
            if decision.name == "approve":
                approved_with(change, decision)
                apply_change(case, change.number)
        case "apply_protection" if decision.name == "apply":
            urgent = bool(decision.fields.get("urgent"))
            case.open("court_protection", limit=Span(hours=24) if urgent else None, about={"urgent": urgent})
        case "court_protection" if decision.name == "granted":
            _protect(case, decision)


def _stops_clocks(case: Case, task: Task, decision: Decision) -> None:
    """Which deadlines an answer meets: a person was met, something disposed of, somebody contacted."""
    spec = KINDS[task.kind]
    organisation = "" if spec.leads or spec.follows else task.about.get("organisation", "")
    if (spec.disposes or spec.follows) and decision.fields.get("met"):
        intervened(case, organisation)
    if spec.disposes and decision.name == "disposed":
        disposed_by(case, organisation)
    if spec.first_contact and decision.name in ("contacted", "noted"):
        case.stop_clock(f"contact:{task.task_id}")
        if decision.fields.get("manner") == "visit":
            intervened(case)


def _at_desk(case: Case, task: Task, decision: Decision) -> None:
    """A desk of the chain answered; what stands beside the first push goes on by itself."""
    if task.decision is None:  # it ends as another case once that is approved
        return
    judged(case, task, decision)
    if task.beside and is_last(task):
        open_protection(case)
        divert_beside(case, task, decision)


def open_protection(case: Case) -> None:
    """Opens the protection-order track where the risk calls for it (Q-097): once a round, and one order at a time."""
    s = case.state
    asked = s.clock(PROTECTION) or any(t.kind == "apply_protection" and t.round == s.round for t in s.tasks)
    asked = asked or bool(s.pending("apply_protection") or s.pending("court_protection"))
    if set(s.risk_kinds) & set(s.process.protection_for) and not asked:
        case.open("apply_protection")


def _supervised(case: Case, task: Task, decision: Decision) -> None:
    for record in reversed(case.state.supervisions):
        if (record.clock or record.cause, record.level) == (task.about["matter"], task.about["level"]):
            record.result = decision.name
            break
    match decision.name:
        case "reassign":
            code = decision.fields["organisation"]
            ref = next(o for o in case.state.organisations.values() if o.code == code)
            to = [Post(role=decision.fields["role"], path=ref.path)]
            reassign(case, holder_of(case, task), to, decision.fields["reason"])
        case "promote":
            about = task.about
            supervise(case, "promoted", f"{about['title']}（提级）", level=about["level"] + 1, clock=about["matter"],
                      task_id=about.get("task_id"))  # fmt: skip
        case "excuse":
            for held in holder_of(case, task):
                if held.kind == "cooperate":
                    held.state = "done"
                    held.decision = Decision(name="excused", at=case.now(), actor_id=decision.actor_id,
                                             actor_name=decision.actor_name, fields=decision.fields)  # fmt: skip
                    case.end(held)


def _protect(case: Case, decision: Decision) -> None:
    """A protection order runs to its day, at most six months (反家庭暴力法 第30条); its renewal is reminded."""
    until = datetime.combine(datetime.fromisoformat(decision.fields["until"]).date(), time(23, 59), CHINA)
    now = case.now()
    days = max((until - now) / timedelta(days=1), 1)
    fractions = sorted({round(1 - d / days, 4) for d in _ORDER_REMINDERS if d < days})
    clock = case.start_clock(PROTECTION, "人身安全保护令有效期", limit=Span(hours=1),
                             rungs=Rungs(remind_at=fractions), decides="expires")  # fmt: skip
    clock.due_at = until
    case.log("protection", "人身安全保护令生效", by=decision, until=until, measures=decision.fields["measures"])
