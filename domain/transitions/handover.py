"""How a task changes hands: claimed and given back, delegated (委托办理: it comes back), transferred (移交: the
receiver accepts or rejects); its ring is answered. One rule, three callers, as in `domain.transitions.decisions`.

In whose hands a task is, is a person: a deputy (代班) takes it for the person represented, who has it when he is back.
"""

from __future__ import annotations

from typing import Literal

from domain.case.bells import acknowledge, answered, bell_of, seen
from domain.case.case import Case
from domain.case.naming import took_it
from domain.case.state import DisputeState, Task
from domain.errors import ClaimedByOther, Conflict, FieldsInvalid, NotEntitled
from domain.people.entitlement import answers_for, entitling_post
from domain.people.organisation import Actor
from domain.people.permissions import SEPARATE_ROLES
from domain.transitions.decisions import (
    check_open,
    check_person,
    entitled_post,
    known_task,
    other_seats,
    withdraw_offer,
)
from domain.transitions.message import Message


class Claim(Message):
    """A person takes a task to himself, or gives it back; accepts what he was offered, or rejects it for a `reason`."""

    task_id: str
    release: bool = False
    reason: str = ""


class Handover(Message):
    """A person asks another, with the posts he holds now, to prepare a task or to take it over; `why` in words."""

    task_id: str
    to: Actor
    why: str = ""


Doing = Literal["decide", "claim", "release", "hand_over"]
Standing = Literal["ended", "offered", "mine", "delegate", "taken", "free", "barred", "watch"]


def capacity(task: Task, actor: Actor, doing: Doing) -> Actor:
    """In which capacity a person does something with a task.

    First as whoever holds it in the way that the doing is about, then by a post of his own, then as somebody's deputy.
    """
    hands = {
        "decide": (task.assignee, task.delegate),
        "claim": (task.offered_to, task.assignee),
        "release": (task.offered_to, task.delegate, task.assignee),
        "hand_over": (task.assignee,),
    }[doing]
    able = actor.capacities
    held = (c for person in hands if person for c in able if c.holder == person)
    entitled = (c for c in able if entitled_post(task, c))
    return next(held, None) or next(entitled, able[0])


def standing(task: Task, actor: Actor) -> Standing:
    """How a person stands to a task: what a page offers him. The last word is the engine's."""
    able = actor.capacities
    holders = {c.holder for c in able}
    if not task.pending:
        return "ended"
    if task.offered_to in holders:
        return "offered"
    if task.assignee in holders:
        return "mine"
    if task.delegate in holders:
        return "delegate"
    if task.assignee:
        return "taken"
    entitled = [c for c in able if entitled_post(task, c)]
    if not entitled:
        return "watch"
    return "free" if any(not c.persons & set(task.excluded) for c in entitled) else "barred"


def concerned(task: Task, actor: Actor) -> bool:
    """Whether a person is one of those asked, or has the task in hand: in whoever's hands it is, it is his matter."""
    able = actor.capacities
    hands = {task.assignee, task.delegate, task.offered_to}
    return task.pending and any(c.holder in hands or entitled_post(task, c) for c in able)


def places_of(task: Task, actor: Actor) -> set[str]:
    """The organisations among whose people a person may choose a delegate: his own, and the one that was asked."""
    mine = entitled_post(task, actor)
    return {mine.path, *(to.path for to in task.addressees if answers_for(mine, to))} if mine else set()


# --- claiming


def check_claim(state: DisputeState, claim: Claim) -> Task:
    """Whether a person may claim or release a task, accept or reject an offer, hand back a delegation.

    Raises:
        NotFound, NotEntitled, FourEyes, DisputeClosed, StaleRound, TaskClosed, ClaimedByOther
        Conflict: it was named to him, and is not his to give back.
    """
    task, holder = known_task(state, claim.task_id), claim.actor.holder
    check_person(state, task, claim.actor)
    check_open(state, task, claim.actor)
    answers_offer, hands_back = holder == task.offered_to, claim.release and holder == task.delegate
    if task.assignee not in (None, holder) and not (answers_offer or hands_back):
        raise _taken(task)
    if claim.release and task.named and holder == task.assignee and not answers_offer:
        raise Conflict("该事项已落实到本人，不能退回：可移交他人，或请综合指挥室另行指定")
    return task


def take_claim(case: Case, claim: Claim) -> Task:
    """Claims, releases, or answers an offer or a delegation; claiming twice by the same person changes nothing.

    Whoever claims his own task again takes it back from a delegate and withdraws an offer.
    """
    task, by = check_claim(case.state, claim), claim.actor
    name, task_id = task.name, task.task_id
    if by.holder == task.offered_to:
        _answer_offer(case, task, claim)
    elif claim.release and by.holder == task.delegate:
        task.end_delegation()
        case.state.touch(task)
        case.log("delegation_returned", f"交回委托办理的{name}", by=by, task_id=task_id, reason=claim.reason)
    elif claim.release and task.state == "claimed":
        _take_back(case, task, by)
        task.state, task.assignee, task.assignee_name = "open", None, None
        case.state.touch(task)
        case.log("released", f"取消认领{name}", by=by, task_id=task_id, reason=claim.reason)
    elif not claim.release and task.state == "claimed":
        _take_back(case, task, by)
    elif not claim.release:
        _tie(case, task, by)
    return task


def _tie(case: Case, task: Task, by: Actor) -> None:
    task.state, task.assignee, task.assignee_name = "claimed", by.holder, by.holder_name
    answered(case, task, by)
    case.state.touch(task)
    case.log("claimed", f"认领{task.name}", by=by, task_id=task.task_id)
    took_it(case, task)


def _take_back(case: Case, task: Task, by: Actor) -> None:
    withdraw_offer(case, task, by)
    if task.delegate:
        person, name = task.delegate, task.delegate_name
        task.end_delegation()
        case.state.touch(task)
        case.log("delegation_recalled", f"收回委托办理的{task.name}", by=by, task_id=task.task_id,
                 person=person, person_name=name)  # fmt: skip


def _answer_offer(case: Case, task: Task, claim: Claim) -> None:
    by, name, owner, owner_name = claim.actor, task.name, task.assignee, task.assignee_name
    if claim.release:
        task.end_offer()
        case.state.touch(task)
        case.log("transfer_rejected", f"拒绝接收移交的{name}", by=by, task_id=task.task_id, reason=claim.reason)
        return
    task.let_go()
    task.assignee, task.assignee_name = by.holder, by.holder_name
    case.state.touch(task)
    case.log("transfer_accepted", f"接收移交的{name}", by=by, task_id=task.task_id, person=owner,
             person_name=owner_name)  # fmt: skip
    took_it(case, task)


def _taken(task: Task) -> ClaimedByOther:
    return ClaimedByOther(f"该待办已由{task.assignee_name}认领")


# --- delegating and transferring


def check_delegation(state: DisputeState, handover: Handover) -> Task:
    """Whether a task may be delegated to that person: a colleague of the same organisation, or another candidate.

    Raises:
        NotFound, NotEntitled, FourEyes, DisputeClosed, StaleRound, TaskClosed, ClaimedByOther, FieldsInvalid
    """
    task, to = _in_hand(state, handover), handover.to
    places = places_of(task, handover.actor)
    colleague = any(post.path in places and post.role not in SEPARATE_ROLES for post in to.posts)
    if not colleague and entitled_post(task, to) is None:
        raise _unfit("只能委托给本单位人员或可办理该待办的人员")
    return task


def take_delegation(case: Case, handover: Handover) -> Task:
    """Delegates a task: tied to whoever delegates, prepared by the other. An offer to somebody is off."""
    task, by, to = check_delegation(case.state, handover), handover.actor, handover.to
    if task.state == "open":
        _tie(case, task, by)
    withdraw_offer(case, task, by)
    if task.delegate != to.person_id:
        task.delegate, task.delegate_name, task.delegate_note = to.person_id, to.name, handover.why
        case.state.touch(task)
        case.log("delegated", f"委托办理{task.name}", by=by, task_id=task.task_id, person=to.person_id,
                 person_name=to.name, note=handover.why)  # fmt: skip
    return task


def check_transfer(state: DisputeState, handover: Handover) -> Task:
    """Whether a task may be offered to that person: another candidate.

    Raises:
        NotFound, NotEntitled, FourEyes, DisputeClosed, StaleRound, TaskClosed, ClaimedByOther, FieldsInvalid
    """
    task = _in_hand(state, handover)
    if entitled_post(task, handover.to) is None:
        raise _unfit("只能移交给可办理该待办的人员")
    return task


def take_transfer(case: Case, handover: Handover) -> Task:
    """Offers a task to another, instead of to anybody before; until he accepts, it stays whose it was (W-081)."""
    task, by, to = check_transfer(case.state, handover), handover.actor, handover.to
    if task.state == "open":
        _tie(case, task, by)
    if task.offered_to != to.person_id:
        withdraw_offer(case, task, by)
        task.offered_to, task.offered_name, task.offer_reason = to.person_id, to.name, handover.why
        case.state.touch(task)
        case.log("transfer_offered", f"移交{task.name}", by=by, task_id=task.task_id, person=to.person_id,
                 person_name=to.name, reason=handover.why)  # fmt: skip
    return task


def _in_hand(state: DisputeState, handover: Handover) -> Task:
    """The task, if it is in the person's own hand, or in nobody's and he could answer it; and the other is not barred.

    Raises:
        NotFound, NotEntitled, FourEyes, DisputeClosed, StaleRound, TaskClosed, ClaimedByOther, FieldsInvalid
    """
    task, by, to = known_task(state, handover.task_id), handover.actor, handover.to
    check_person(state, task, by)
    check_open(state, task, by)
    if task.assignee not in (None, by.holder):
        raise _taken(task)
    if to.person_id in by.persons:
        raise _unfit("不能交给自己")
    if to.person_id in {*task.excluded, *other_seats(state, task)}:
        raise _unfit("该人员应当回避，不得办理此事项")
    return task


def _unfit(words: str) -> FieldsInvalid:
    return FieldsInvalid(errors=[{"field": "to", "message": words}])


# --- the ring of a task


class Heard(Message):
    """A person has heard the ring of a task. He claims nothing by it, and decides nothing."""

    task_id: str


class Looked(Heard):
    """A person has opened a task: the sender does not wait, and nothing is refused."""


def check_heard(state: DisputeState, heard: Heard) -> Task:
    """Whether a person may answer the ring of a task: one of those at whose desks it rings, or rang.

    Raises:
        NotFound, NotEntitled, DisputeClosed, StaleRound, TaskClosed
    """
    task = known_task(state, heard.task_id)
    bells = task.delivery.bells if task.delivery else []
    rung_at = [post for bell in bells for post in bell.to]
    if entitling_post(heard.actor.posts, [*task.addressees, *rung_at]) is None and bell_of(task, heard.actor) is None:
        raise NotEntitled
    check_open(state, task, heard.actor)
    return task


def take_heard(case: Case, heard: Heard) -> Task:
    """Answers the ring; one that does not ring any more stays as it is."""
    task = check_heard(case.state, heard)
    bell = bell_of(task, heard.actor)
    if bell:
        seen(case, task, heard.actor)
        acknowledge(case, task, bell, heard.actor)
        case.log("acknowledged", f"{task.name}应铃", by=heard.actor, task_id=task.task_id)
    return task


def take_look(case: Case, looked: Looked) -> None:
    """Puts on record who of those asked saw a delivered task first; anything else changes nothing."""
    task = case.state.task(looked.task_id)
    if task is None or not task.pending or task.delivery is None or task.delivery.seen_at:
        return
    seen(case, task, looked.actor)
    if task.delivery.seen_at:
        case.log("seen", f"已阅{task.name}", by=looked.actor, task_id=task.task_id)
