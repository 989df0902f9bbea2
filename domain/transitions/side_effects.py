"""What an answer does at once: supervision, approved changes, protection orders, contacts on record.

`run` does not wait for these; it waits for the answers that end a stage's own tasks.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.case.case import Case
from domain.case.naming import named
from domain.case.protection import applied, open_protection, protect
from domain.case.state import Decision, Task
from domain.case.summons.plan import carried, conferred
from domain.case.summons.whistle import checked_in
from domain.people.organisation import Post
from domain.policy.catalogue import KINDS
from domain.transitions.actions import apply_change
from domain.transitions.approvals import approved_with, propose_ending
from domain.transitions.assignments.reassigning import reassign
from domain.transitions.colours import disposed_by, intervened
from domain.transitions.criteria import flag_complex
from domain.transitions.hazards.items import take_items
from domain.transitions.letters.sending import answered, urged
from domain.transitions.supervision import holder_of, supervise
from domain.transitions.triage.desks import is_last, judged
from domain.transitions.triage.diverting_beside import divert_beside, ruled_beside
from domain.transitions.triage.reporting import note_report


def take_effect(case: Case, task: Task) -> None:
    """What the latest answer to a task does at once; a delegate's proposal does nothing."""
    decision = task.decision or task.record[-1]
    if decision.proposal:
        return
    _stops_clocks(case, task, decision)
    case.state.scene_safe = decision.fields.get("scene_safe", case.state.scene_safe)
    flag_complex(case.state, decision.fields)
    if KINDS[task.kind].decisions[decision.name].ending and task.decision is None:
        propose_ending(case, task, decision)
    if effect := _EFFECTS.get(task.kind):
        effect(case, task, decision)
    answered(case, task, decision)
    match task.kind:
        case "approve_third_push":
            note_report(case, task)
            if task.beside:
                ruled_beside(case, task, decision)
        case "approve_change" if "change" in task.about:
            change = case.state.changes[task.about["change"] - 1]
            change.result = "approved" if decision.name == "approve" else "rejected"
            case.log(
                "change", f"{task.about['title']}{'获批准' if decision.name == 'approve' else '未获批准'}", by=decision
            )
            if decision.name == "approve":
                approved_with(change, decision)
                apply_change(case, change.number)
        case "apply_protection" | "court_protection":
            _protection(case, decision)


def _protection(case: Case, decision: Decision) -> None:
    match decision.name:
        case "apply":
            applied(case, decision)
        case "granted":
            protect(case, decision)


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
    note_report(case, task)
    if task.beside and is_last(task):
        open_protection(case)
        divert_beside(case, task, decision)


def _supervised(case: Case, task: Task, decision: Decision) -> None:
    for record in reversed(case.state.supervisions):
        if (record.clock or record.cause, record.level) == (task.about["matter"], task.about["level"]):
            record.result = decision.name
            break
    match decision.name:
        case "urge":
            urged(case, task, decision)
        case "reassign":
            code = decision.fields["organisation"]
            ref = next(o for o in case.state.organisations.values() if o.code == code)
            to = [Post(role=decision.fields["role"], path=ref.path)]
            reassign(case, holder_of(case.state, task), to, decision.fields["reason"])
        case "promote":
            about = task.about
            supervise(case, "promoted", f"{about['title']}（提级）", level=about["level"] + 1, clock=about["matter"],
                      task_id=about.get("task_id"))  # fmt: skip
        case "excuse":
            for held in holder_of(case.state, task):
                if held.kind == "cooperate":
                    held.state = "done"
                    held.decision = Decision(name="excused", at=case.now(), actor_id=decision.actor_id,
                                             actor_name=decision.actor_name, fields=decision.fields)  # fmt: skip
                    case.end(held)


_EFFECTS: dict[str, Callable[[Case, Task, Decision], None]] = {
    "name_officer": lambda case, task, decision: named(case, decision),
    "confirm_triage": _at_desk,
    "check_in": lambda case, task, decision: checked_in(case, task),
    "confer": conferred,
    "carry_out": carried,
    "rectify": take_items,
    "rule_items": take_items,
    "verify": take_items,
    "supervise": _supervised,
}
"""What the answer to a kind of task does, whatever was answered."""
