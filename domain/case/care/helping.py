"""帮扶措施 (H-064): what is done for the people behind a quarrel, each by a department with its date and result.

“社区组织为老人子女做了精神鉴定、送医治疗，并办理残疾证、低保等”. Each is a question beside the stage; the dispute may
be concluded meanwhile, and is not closed before every one has its answer (有人一管到底).
"""

from __future__ import annotations

from datetime import date, datetime

from domain.base import Model, china
from domain.case.case import Case
from domain.case.state import DisputeState
from domain.people.organisation import OrganisationRef
from domain.policy.forms.helping import ArrangeHelp, Helped

HELP = "help_out"
MOST = 20
"""Measures of one dispute, at most."""


class HelpMeasure(Model):
    """A measure as others are shown it."""

    task_id: str
    measure: str
    whom: str
    organisation: str
    arranged_at: datetime
    state: str
    """open, done, not_possible, void"""
    on: date | None = None
    result: str = ""


def may_help(state: DisputeState) -> bool:
    """Whether the mechanism knows such measures."""
    return HELP in state.process.tasks


def arrange_help(case: Case, form: ArrangeHelp, body: OrganisationRef) -> None:
    """Asks the department; the measure and for whom it is stand in the question, and not in its title, which lists and
    searches have in the clear.
    """
    number = 1 + sum(task.kind == HELP for task in case.state.tasks)
    about = {"organisation": body.code, "path": body.path, "measure": form.measure, "whom": form.whom,
             "title": f"第{number}项"}  # fmt: skip
    case.open(HELP, about=about)


def helping(state: DisputeState) -> bool:
    """Whether somebody has still to answer: the dispute is not closed meanwhile."""
    return bool(state.pending(HELP))


def help_errors(state: DisputeState, form: ArrangeHelp) -> list[dict[str, str]]:
    """What is wrong with a measure in this case, as field errors."""
    tasks = [task for task in state.tasks if task.kind == HELP]
    same = (form.measure, form.whom, form.organisation)
    if any(task.pending and (task.about["measure"], task.about["whom"], task.about["organisation"]) == same
           for task in tasks):  # fmt: skip
        return [{"field": "measure", "message": f"“{form.measure}”已在为{form.whom}办理"}]
    if len(tasks) >= MOST:
        return [{"field": "measure", "message": f"一件纠纷的帮扶措施至多{MOST}项"}]
    return []


def helped_errors(form: Helped, at: datetime, state: DisputeState) -> list[dict[str, str]]:
    """Nothing is done in the future, nor before the quarrel was known."""
    first, today = china(state.opened_at).date(), china(at).date()
    if first <= form.on <= today:
        return []
    return [{"field": "on", "message": f"{form.on}不对：须在{first}至{today}之间"}]


def measures(state: DisputeState) -> list[HelpMeasure]:
    """Every measure, in the order in which they were arranged."""
    found = []
    for task in (each for each in state.tasks if each.kind == HELP):
        answer = task.decision
        done = answer is not None and answer.name == "done"
        found.append(HelpMeasure(
            task_id=task.task_id, measure=task.about["measure"], whom=task.about["whom"],
            organisation=task.about["organisation"], arranged_at=task.opened_at,
            state=answer.name if answer else "open" if task.pending else "void",
            on=answer.fields["on"] if answer and done else None,
            result=(answer.fields["result"] if done else answer.fields["reason"]) if answer else "",
        ))  # fmt: skip
    return found
