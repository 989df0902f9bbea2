"""推诿 (Q-084 “推诿扯皮”, F.2): what counts as passing the buck, by whom, at the ruling.

A refusal, or a lead's word after acceptance that it can't resolve the matter, counts where the dispatcher finds it
groundless. A refusal that was upheld counts for nothing, unless it is the second by which the same organisation passes
the same matter on and it has accepted it at no time between.
"""

from __future__ import annotations

from domain.case.case import Case
from domain.case.records import Assigned
from domain.case.state import DisputeState

PASSED_ON_TWICE = 2


def groundless(case: Case, assigned: Assigned, what: str) -> None:
    """The dispatcher has found it groundless: it counts, and the organisation has to act."""
    assigned.standing = "overruled"
    _counts(case, assigned, f"{assigned.organisation.name}推诿，{what}不予同意")


def passed_on(case: Case, assigned: Assigned) -> None:
    """A refusal was upheld; the second of the same matter without acceptance counts."""
    if refusals_unaccepted(case.state, assigned.organisation.path) == PASSED_ON_TWICE:
        _counts(case, assigned, f"{assigned.organisation.name}推诿，同一事项两次退单而未签收")


def refusals_unaccepted(state: DisputeState, path: str) -> int:
    """How often in a row an organisation has refused this matter since it last accepted it, or ever."""
    answers = [
        task.decision.name
        for task in state.tasks
        if task.kind == "accept_assignment" and task.about.get("path") == path and task.decision
    ]
    accepted = [n for n, answer in enumerate(answers) if answer == "accept"]
    return len(answers[accepted[-1] + 1 :] if accepted else answers)


def _counts(case: Case, assigned: Assigned, title: str) -> None:
    case.state.groundless_refusals += 1
    case.log("refusal_overruled", title, path=assigned.organisation.path, count=case.state.groundless_refusals)
