"""推诿 (Q-084 “推诿扯皮”, F.2): what counts as passing the buck, by whom, at the ruling.

A refusal, or a lead's word after acceptance that it can't resolve the matter, counts where the dispatcher finds it
groundless. A refusal that was upheld counts for nothing, unless it is the second by which the same organisation passes
the same matter on and it has accepted it at no time between. What counts is told the organisation and its leaders.
"""

from __future__ import annotations

from domain.case.case import Case
from domain.case.records import Assigned
from domain.case.state import Decision, DisputeState
from domain.people.organisation import Post

PASSED_ON_TWICE = 2
LEADERS = ("department_leader", "township_leader")


def groundless(case: Case, assigned: Assigned, what: str, ruling: Decision) -> None:
    """The dispatcher has found it groundless: it counts, and the organisation has to act."""
    assigned.standing = "overruled"
    _counts(case, assigned, f"{assigned.organisation.name}推诿，{what}不予同意", ruling)


def passed_on(case: Case, assigned: Assigned, ruling: Decision) -> None:
    """A refusal was upheld; the second of the same matter without acceptance counts."""
    if refusals_unaccepted(case.state, assigned.organisation.path) == PASSED_ON_TWICE:
        _counts(case, assigned, f"{assigned.organisation.name}推诿，同一事项两次退单而未签收", ruling)


def refusals_unaccepted(state: DisputeState, path: str) -> int:
    """How often in a row an organisation has refused this matter since it last accepted it, or ever."""
    answers = [
        task.decision.name
        for task in state.tasks
        if task.kind == "accept_assignment" and task.about.get("path") == path and task.decision
    ]
    accepted = [n for n, answer in enumerate(answers) if answer == "accept"]
    return len(answers[accepted[-1] + 1 :] if accepted else answers)


def _counts(case: Case, assigned: Assigned, title: str, ruling: Decision) -> None:
    case.state.groundless_refusals += 1
    path = assigned.organisation.path
    told = [[post.role, post.path] for post in _told(case, path)]
    case.log("refusal_overruled", title, by=ruling, path=path, count=case.state.groundless_refusals,
             reason=ruling.fields.get("reason"), told=told)  # fmt: skip


def _told(case: Case, path: str) -> list[Post]:
    """Who answers for the organisation: whoever is asked to sign there, and its leaders in any case."""
    asked = case.state.process.tasks.get("accept_assignment")
    posts = [post for post in case.posts(asked.by if asked else (), path) if post.path == path]
    leaders = (Post(role=role, path=path) for role in LEADERS)
    return [*posts, *(post for post in leaders if post not in posts)]
