"""Whistles as others see them (吹哨报到): who was called and came, when they were of one mind, how far the plan is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from domain.base import Model, Strict
from domain.case.state import DisputeState, Task
from domain.case.summons.records import CalledPost, Conference, Planned, Whistle
from domain.case.summons.whistle import whistlers
from domain.people.organisation import Post
from domain.policy.action_catalogue import SUMMON
from domain.policy.forms.summons import summon_form
from domain.transitions.assignments.promoting import form_asked

Standing = Literal["open", "arrived", "unable", "absent", "done", "void"]


class ShownCalled(Model):
    """One who was called, and whether he came."""

    name: str
    organisation: str
    role: str
    task_id: str
    standing: Standing
    at: datetime | None
    """when he checked in, or it was found that he does not come"""
    who: str = ""
    """who came"""
    reason: str = ""
    elapsed: int | None = None
    """seconds since the whistle"""


class ShownConference(Model):
    """A joint session, with the seconds since the whistle."""

    at: datetime
    task_id: str
    result: str
    participants: list[dict[str, Any]]
    minutes: str
    elapsed: int


class ShownPlanned(Model):
    """One thing of the plan, whose it is now and how it stands."""

    number: int
    what: str
    organisation: str
    role: str
    due_at: datetime
    task_id: str
    standing: Standing
    at: datetime | None
    overdue: bool
    elapsed: int | None = None
    """seconds from the whistle until it was done"""


class ShownWhistle(Model):
    """One whistle and all that came of it."""

    number: int
    round: int
    stage: str
    at: datetime
    by: str | None
    by_name: str
    post: Post | None
    cause: str
    why: str
    reason: str
    where: str
    meet_at: datetime | None
    called: list[ShownCalled]
    conferences: list[ShownConference]
    items: list[ShownPlanned]


class Whistling(Model):
    """Who may whistle in this dispute, and on which grounds."""

    by: list[Post]
    triggers: dict[str, str]


def may_whistle(document: Mapping[str, Any]) -> list[Post]:
    """The posts that may whistle in a dispute, by its document."""
    return Whistling.model_validate(document["whistling"]).by if document.get("whistling") else []


def action_form(name: str, document: Mapping[str, Any]) -> type[Strict]:
    """The form of an action on a dispute, by its document: the grounds of a whistle are its own playbook's."""
    if name == SUMMON and document.get("whistling"):
        return summon_form(document["whistling"]["triggers"])
    return form_asked(name, document["demands"])


def whistling(state: DisputeState) -> Whistling | None:
    """Of a mechanism that has whistles."""
    policy = state.process.summons
    return Whistling(by=whistlers(state), triggers=policy.triggers) if policy else None


def shown_summons(state: DisputeState) -> list[ShownWhistle]:
    """All whistles of a case; how those called and the planned things stand is read off their tasks."""
    return [_whistle(state, whistle) for whistle in state.summons]


def _whistle(state: DisputeState, whistle: Whistle) -> ShownWhistle:
    own = {name: getattr(whistle, name) for name in ShownWhistle.model_fields if name not in _MADE}
    return ShownWhistle(
        **own,
        called=[_called(state, whistle, each) for each in whistle.called],
        conferences=[_conference(whistle, each) for each in whistle.conferences],
        items=[_planned(state, whistle, each) for each in whistle.items],
    )


_MADE = ("called", "conferences", "items")


def _called(state: DisputeState, whistle: Whistle, called: CalledPost) -> ShownCalled:
    task = _task(state, called.task_id)
    decision = task.decision
    return ShownCalled(
        name=called.name,
        organisation=_code(called.path),
        role=task.addressees[0].role,
        task_id=called.task_id,
        standing=_standing(task),
        at=decision.at if decision else None,
        who=str(decision.fields.get("who") or decision.actor_name or "") if decision else "",
        reason=str(decision.fields.get("reason") or "") if decision else "",
        elapsed=_elapsed(whistle, decision.at) if decision else None,
    )


def _conference(whistle: Whistle, sitting: Conference) -> ShownConference:
    return ShownConference(
        at=sitting.at, task_id=sitting.task_id, result=sitting.result, participants=sitting.participants,
        minutes=sitting.minutes, elapsed=_elapsed(whistle, sitting.at),
    )  # fmt: skip


def _planned(state: DisputeState, whistle: Whistle, item: Planned) -> ShownPlanned:
    task = _task(state, item.task_id)
    at = task.decision.at if task.decision else None
    clock = next((c for c in reversed(state.clocks) if c.name == f"task:{item.task_id}"), None)
    return ShownPlanned(
        number=item.number,
        what=item.what,
        organisation=_code(task.addressees[0].path),
        role=task.addressees[0].role,
        due_at=item.due_at,
        task_id=item.task_id,
        standing=_standing(task),
        at=at,
        overdue=bool(clock and clock.overdue),
        elapsed=_elapsed(whistle, at) if at else None,
    )


def _standing(task: Task) -> Standing:
    if task.decision is None:
        return "void" if task.ended_at else "open"
    name: Standing = task.decision.name  # type: ignore[assignment]
    return name


def _task(state: DisputeState, task_id: str) -> Task:
    task = state.task(task_id)
    assert task, "a whistle names tasks that there are"
    return task


def _elapsed(whistle: Whistle, at: datetime) -> int:
    return int((at - whistle.at).total_seconds())


def _code(path: str) -> str:
    return path.rpartition("/")[2]
