"""落实到人: a push to the responsible officer is one person's, the deputy in charge follows it to the end, and the duty
leader is told (J-003, J-030 “落实给责任民警和所队领导，由他们全程跟踪处置”, J-041 “向值班领导汇报后”).

Who has a beat is in the register of beats; the case was told when the dispute was reported. Where nobody is known the
station's command room is asked; it may name another at any time, and so may those who lead the station.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.case.case import Case
from domain.case.records import Named
from domain.case.state import Decision, DisputeState, Task
from domain.people.entitlement import entitling_post
from domain.people.organisation import Actor, Post
from domain.policy.catalogue import KINDS

NAME, WATCH = "name_officer", "watch_through"


def nameable(state: DisputeState) -> Task | None:
    """The open task that one officer is named for; none where there is none, or where it was given to others."""
    for task in state.pending():
        policy = state.process.tasks.get(task.kind)
        if policy and policy.names_one and KINDS[task.kind].leads:
            officers = {addressing.role for addressing in policy.by}
            return task if any(post.role in officers for post in task.addressees) else None
    return None


def given_to_others(case: Case) -> None:
    """A push that went elsewhere asks nobody any more which officer it shall be."""
    if nameable(case.state) is None:
        case.void(case.state.pending(NAME), "已改由他人办理")


def follow(case: Case) -> None:
    """Beside the push: the deputy's own watch, once a life; where no officer is known the question who it shall be."""
    s, tasks = case.state, case.state.process.tasks
    if WATCH in tasks and not s.pending(WATCH):
        case.open(WATCH)
    known = s.responsible or s.beat.officer
    if NAME in tasks and known is None and not s.pending(NAME):
        case.open(NAME)


def check_naming(state: DisputeState, officer: str, people: dict[str, Actor]) -> list[dict[str, str]]:
    """What is wrong with naming a person (his id), as field errors."""
    task, person = nameable(state), people.get(officer)
    if task is None:  # the push was answered in this very moment: nothing comes of it
        return []
    if person is None:
        return _wrong(f"没有用户名或编号为“{officer}”的人员")
    if entitling_post(person.posts, task.addressees) is None:
        roles = _roles(state, task.addressees)
        return _wrong(f"{person.name}不是本单位的{roles}，不能指定")
    if officer == task.assignee:
        return _wrong(f"已由{person.name}负责")
    return []


def name_officer(case: Case, person: Named, why: str, by: Any) -> None:
    """Another officer is named, or the first one; the question who it shall be is answered."""
    task = nameable(case.state)
    if task is None:  # the push went on in this very moment
        return
    case.state.responsible = person
    case.name(task, person, by=by, why=why)
    case.void(case.state.pending(NAME), "已指定责任民警")


def named(case: Case, decision: Decision) -> None:
    """The command room has answered who it shall be."""
    officer = Named(person_id=decision.fields["officer"], name=decision.fields["officer_name"])
    name_officer(case, officer, decision.fields.get("reason", ""), decision)


def took_it(case: Case, task: Task) -> None:
    """Somebody took the task himself, or was handed it: he is the one it is named to."""
    if task is nameable(case.state) and task.assignee:
        case.state.responsible = Named(person_id=task.assignee, name=task.assignee_name or "")
        case.void(case.state.pending(NAME), f"{task.assignee_name}已领办")


def report(case: Case, task: Task, decision: Decision) -> None:
    """Whoever pushes it on reports to those the playbook names: a message and a line of the timeline, no approval."""
    policy = case.state.process.tasks.get(task.kind)
    posts = case.posts(policy.reports_to) if policy else []
    if not posts:
        return
    roles = _roles(case.state, posts)
    case.log("reported", f"已向{roles}汇报，继续推送", by=decision, task_id=task.task_id, task_kind=task.kind,
             reason=decision.fields.get("reason"), told=[[post.role, post.path] for post in posts])  # fmt: skip


def _roles(state: DisputeState, posts: Iterable[Post]) -> str:
    return "、".join(dict.fromkeys(state.process.words.role_name(post.role) for post in posts))


def _wrong(words: str) -> list[dict[str, str]]:
    return [{"field": "officer", "message": words}]
