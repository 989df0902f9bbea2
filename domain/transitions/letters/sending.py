"""Sending letters beside a dispute: by hand, and to who is late; and what follows from an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.base import wall_time
from domain.case.case import Case
from domain.case.letters.notice import ANSWER, NOTICE, Notice, carried, with_step
from domain.case.splitting.reports import splitters
from domain.case.state import Decision, DisputeState, Task
from domain.case.summons.conference import CONVENE
from domain.case.tags.tagging import taggers
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.forms.notices import SendNotice
from domain.policy.parts.notices import NOTICES
from domain.policy.spans import Span
from domain.transitions.supervision import holder_of

SEND = "send_notice"
LONGEST = timedelta(days=365)
"""[DESIGN] An answer is asked for within a year at most."""


def own_roles(state: DisputeState) -> dict[str, list[str]]:
    """The roles that may take an action, of those of which the playbook says so."""
    senders, conference = state.process.notices.senders, state.process.conference
    asked = {**({SEND: senders} if senders else {}), **({CONVENE: conference.by} if conference else {})}
    return {**asked, **taggers(state), **splitters(state)}


def notice_errors(
    state: DisputeState, actor: Actor, organisations: Mapping[str, OrganisationRef], form: SendNotice, at: datetime
) -> list[dict[str, str]]:
    """What a letter may be by itself, and still not be sent by this person in this case."""
    errors = []
    to, post = organisations.get(form.to), _post_for(state, actor, form.kind)
    if post is None:
        errors.append({"field": "kind", "message": f"您的岗位不能发出{NOTICES[form.kind]}"})
    if to is None:
        errors.append({"field": "to", "message": f"没有“{form.to}”这个单位"})
    elif post and to.path == post.path:
        errors.append({"field": "to", "message": "函件不能发给本单位"})
    elif any((n := carried(task)) and (n.kind, n.to) == (form.kind, to.path) for task in state.pending(ANSWER)):
        message = f"{to.name}尚未反馈本案已发出的{NOTICES[form.kind]}，请待其反馈，或由督办人督办"
        errors.append({"field": "to", "message": message})
    if form.due and not at < form.due <= at + LONGEST:
        errors.append({"field": "due", "message": f"反馈期限须晚于现在（{wall_time(at)}），且不超过一年"})
    return errors


def send_notice(case: Case, actor: Actor, to: OrganisationRef, form: SendNotice) -> Task:
    """A letter goes out: the organisation is asked for its answer, until the day given or as long as its kind of
    question has.
    """
    post = _post_for(case.state, actor, form.kind)
    assert post, "who sends it may"
    notice = Notice(kind=form.kind, role=post.role, path=post.path, by=actor.name, by_id=actor.person_id, to=to.path,
                    text=form.text)  # fmt: skip
    minutes = max(int((form.due - case.now()) / timedelta(minutes=1)), 1) if form.due else 0
    return case.open(ANSWER, about={**_to(to), "title": notice.title, NOTICE: notice.model_dump(mode="json")},
                     limit=Span(minutes=minutes) if minutes else None)  # fmt: skip


def urged(case: Case, supervision: Task, decision: Decision) -> None:
    """A written reminder: with it a letter goes to each organisation that is late, where the playbook has it so, and
    is answered by those who are asked what it is late with. An unanswered letter is not followed by another.
    """
    late = [task for task in holder_of(case.state, supervision) if task.addressees and task.kind != ANSWER]
    waiting = {n.to for task in case.state.pending(ANSWER) if (n := carried(task)) and n.kind == "supervision"}
    for task in late:
        path = str(task.about.get("path") or task.addressees[0].path)
        about = with_step(case.state, "urge", path, decision, str(decision.fields.get("message", "")))
        ref = case.state.organisations.get(path) or OrganisationRef(code=path.rpartition("/")[2], name="", path=path)
        if about and path not in waiting:
            waiting.add(path)
            title = NOTICES[about[NOTICE]["kind"]]
            case.open(ANSWER, to=task.addressees, about={**_to(ref), "title": title, **about})


def answered(case: Case, task: Task, decision: Decision) -> None:
    """The answer to a letter: whoever sent it is told, and nobody supervises it any more."""
    notice = carried(task)
    if notice is None or decision.actor_id is None or task.decision is None:
        return
    if task.kind == ANSWER:
        late = [each for each in case.state.pending("supervise") if each.about.get("task_id") == task.task_id]
        case.void(late, "已反馈")
    said = decision.fields.get("answer") or decision.fields.get("reason") or decision.fields.get("ground") or ""
    case.log("notice_answered", f"{notice.title}已反馈", by=decision, task_id=task.task_id, notice=notice.kind,
             path=notice.to, person=notice.by_id, text=str(said)[:200])  # fmt: skip


def _post_for(state: DisputeState, actor: Actor, kind: str) -> Post | None:
    """The post by which somebody may send a kind of letter."""
    able = {role for of, roles in state.process.notices.sent_by.items() if of == kind for role in roles}
    return next((post for post in actor.posts if actor.rights(post) & able), None)


def _to(ref: OrganisationRef) -> dict[str, str]:
    return {"path": ref.path, "organisation": ref.code, "name": ref.name}
