"""The inbox: a task with what is needed to answer it, and what an answer changed."""

from __future__ import annotations

from typing import Any, Literal

from api.core.schemas import Shape
from api.disputes.brief import DisputeBrief
from api.disputes.schemas import Choice, TaskItem, TaskState
from api.people.schemas import Who
from domain.case import state as s
from domain.transitions.decisions import ChangeAsked


class PostNamed(Shape):
    """A role at an organisation, by code."""

    role: str
    organisation: str


class Candidate(Who):
    """Somebody who may answer, or may be asked to help."""

    post: PostNamed


class DecisionOpen(Choice):
    """A decision that the task allows, with its form and an example that is valid."""

    ends: bool
    pictures: bool
    example: dict[str, Any]


class AskedBy(Shape):
    """Who asked for a change, and for whom."""

    name: str
    on_behalf_name: str | None


class Brief(Shape):
    """What this person needs to decide."""

    category_name: str
    parties: list[s.Party]
    incidents: list[dict[str, Any]]
    earlier_alarms: int
    history: list[dict[str, Any]]
    agreements: list[s.Agreement]
    evaluations: list[s.Verdict]
    suggested: list[str]
    risk_kinds: list[str]
    asked_by: AskedBy | None
    redo_of: str | None


class OnBehalf(Shape):
    """For whom the person would act."""

    person_id: str
    name: str | None


class WholeTask(TaskItem):
    """A task with all that is needed to answer it."""

    delegate_note: str
    offer_reason: str
    standing: Literal["ended", "offered", "mine", "delegate", "taken", "free", "barred", "watch"]
    on_behalf_of: OnBehalf | None
    candidates: list[Candidate]
    colleagues: list[Candidate]
    decisions: list[DecisionOpen]
    brief: Brief


class TaskAnswered(Shape):
    """The task as it is now; only its particulars where `published` is false."""

    task_id: str
    dispute_no: str
    kind: str
    round: int
    state: TaskState


class Decided(Shape):
    """What a decision, a claim or a handing over changed; with `change` it waits for approval."""

    task: TaskItem | TaskAnswered
    dispute: DisputeBrief
    opened_tasks: list[TaskItem]
    change: ChangeAsked | None = None
    published: bool = True


class AcceptedFor(Shape):
    """202: no worker answers; the decision takes effect, or is refused in the timeline, when one is back."""

    accepted_for: str
