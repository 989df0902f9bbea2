"""函件: letters to one organisation beside a dispute (提示函, 交办单, 督办单, 退回通知), each proved delivered, seen
and answered (H-036, W-082).

A notice is no thing of its own: it is what a question carries. One that is sent by hand, or to who is late, is asked
beside the story (`answer_notice`); one that goes out with a dispatch or a return is carried by the very question that
these ask. So it is delivered, seen, reminded of, supervised and answered as any question is. Its number is no part of
the case: it is given where the case is published (`infra.records.notices`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, Protocol

from domain.base import Model
from domain.case.clocks import Clock
from domain.case.state import Decision, DisputeState, Task
from domain.people.organisation import OrganisationRef, Post
from domain.policy.catalogue import KINDS
from domain.policy.forms.judgement import RETURN_REASONS
from domain.policy.parts.notices import NOTICES, NoticeKind, Occasion

ANSWER = "answer_notice"
NOTICE = "notice"
"""Where a task's `about` holds the notice that it carries."""
NoticeState = Literal["open", "answered", "unanswered", "withdrawn"]


class Notice(Model):
    """A letter as its question carries it."""

    kind: NoticeKind
    role: str
    path: str
    """of who sends it: the post"""
    by: str
    """his name"""
    by_id: str | None = None
    to: str
    """path of the organisation that it goes to"""
    text: str
    due_at: datetime | None = None
    """until when an answer was asked for as it went out"""

    @property
    def title(self) -> str:
        """What offices call it."""
        return NOTICES[self.kind]


class Sending(Protocol):
    """A case in motion, as far as a letter needs it: `domain.case.case.Case`, which sends as it asks."""

    state: DisputeState
    now: Callable[[], datetime]

    def log(self, kind: str, title: str, *, by: Any = None, **detail: Any) -> None:
        """A line on the timeline."""


def carried(task: Task) -> Notice | None:
    """The notice that a question carries, if it does."""
    return Notice.model_validate(task.about[NOTICE]) if NOTICE in task.about else None


def with_step(state: DisputeState, occasion: Occasion, to: str, decision: Decision | None, text: str) -> dict[str, Any]:
    """What a question's `about` holds of the notice that goes out with a step of the mechanism; nothing where none
    does, or nobody took the step.
    """
    kind = state.process.notices.sent_with.get(occasion)
    if kind is None or decision is None or decision.post is None:
        return {}
    notice = Notice(kind=kind, role=decision.post.role, path=decision.post.path, by=decision.actor_name or "",
                    by_id=decision.actor_id, to=to, text=text)  # fmt: skip
    return {NOTICE: notice.model_dump(mode="json")}


def serve(case: Sending, task: Task) -> None:
    """A question begins: with it goes the notice that it carries, or that of the return which it is asked for."""
    if NOTICE not in task.about:
        task.about = {**task.about, **_of_return(case.state, task)}
    notice = carried(task)
    if notice is None:
        return
    clock = own_clock(case.state, task)
    if clock:
        notice.due_at = clock.due_at
    task.about = {**task.about, NOTICE: notice.model_dump(mode="json")}
    ref = case.state.organisations.get(notice.to)
    case.log("notice_sent", f"发出{notice.title}：{ref.name if ref else ''}", task_id=task.task_id, notice=notice.kind,
             path=notice.to, due_at=notice.due_at, sender=notice.by)  # fmt: skip


def unlettered(about: dict[str, Any]) -> dict[str, Any]:
    """What a question is about, without the letter that it carries."""
    return {key: value for key, value in about.items() if key != NOTICE}


def own_clock(state: DisputeState, task: Task) -> Clock | None:
    """The deadline of the question itself."""
    return state.clock(f"task:{task.task_id}")


def _of_return(state: DisputeState, task: Task) -> dict[str, Any]:
    """The notice of the return by which this question is asked again: once for each organisation and round."""
    spec, before = KINDS[task.kind], task.round - 1
    if not task.redo_of or not (spec.leads or spec.disposes or spec.under_ladder):
        return {}
    verdict = next((v for v in reversed(state.evaluations) if (v.round, v.verdict) == (before, "return")), None)
    judged = [t.decision for t in state.tasks if KINDS[t.kind].judges and t.round == before and t.decision]
    returned = next((d for d in reversed(judged) if d.name == "return"), None)
    to = str(task.about.get("path") or (task.addressees[0].path if task.addressees else ""))
    told = (carried(t) for t in state.tasks if t.round == task.round)
    if verdict is None or any(each and (each.kind, each.to) == ("return", to) for each in told):
        return {}
    text = "：".join(filter(None, (RETURN_REASONS.get(verdict.reason, verdict.reason), verdict.explanation)))
    return with_step(state, "return", to, returned, text or "退回重办")


def readdress(task: Task, to: OrganisationRef | None) -> None:
    """A question goes to another organisation, and with it the notice: that to the first one is withdrawn."""
    notice = carried(task)
    if notice is None or to is None or notice.to == to.path:
        return
    about = {**task.about, NOTICE: notice.model_copy(update={"to": to.path}).model_dump(mode="json")}
    if task.kind == ANSWER:
        about |= {"path": to.path, "organisation": to.code, "name": to.name}
    task.about = about


def sender(task: Task) -> Post | None:
    """Who sent the notice that a question carries."""
    notice = carried(task)
    return Post(role=notice.role, path=notice.path) if notice else None


def state_of(task: Task, to: str) -> NoticeState:
    """How the notice to an organisation stands; `to` is its path, which the question may have left since."""
    notice = carried(task)
    if notice is None or notice.to != to:
        return "withdrawn"
    if task.pending or task.state == "scheduled":
        return "open"
    if task.state == "void" and task.kind != ANSWER:  # the story took back what it had asked
        return "withdrawn"
    answered = task.decision is not None and task.decision.actor_id is not None
    return "answered" if answered else "unanswered"
