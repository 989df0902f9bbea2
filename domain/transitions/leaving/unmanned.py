"""What becomes of a task whose people are gone: the post it is addressed to is vacant, or whoever had it in hand holds
no post by which he may answer. It goes to whom it was handed on to, back to the post, or one level up, and says so.

The engine can't know who holds a post: the API looks and tells (`Sweep`). It looks at a picture that may be old, and
tells again what it is not sure to have told. So each finding says how it found the task, and one that is not so any
more changes nothing: no task moves twice for one finding.

A push that is one officer's goes to the officer whose beat it is now; where there is none the station's command room is
asked, as where there never was one (`domain.case.naming`). Sources: Q-023, Q-101, J-003, J-041.
"""

from __future__ import annotations

from collections.abc import Collection

from domain.base import Model
from domain.case.bells import ring
from domain.case.case import Case
from domain.case.naming import NAME, follow, nameable
from domain.case.records import Beat, Named
from domain.case.responsibility import pass_on
from domain.case.state import DisputeState, Task
from domain.people.entitlement import Offer, entitling_post
from domain.people.manning import Roster, unasked
from domain.people.organisation import Actor, Post
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from domain.transitions.actions import ended
from domain.transitions.supervision import NOBODY_ABOVE, move_up


class Unmanned(Model):
    """How one open task was found. What has changed since is left alone."""

    task_id: str
    asked: list[Post]
    """its addressees"""
    gone: str | None = None
    """the person in whose hand it was, and who may answer it no more"""
    helpers: list[str] = []
    """people who prepare it or were offered it, and are gone"""
    vacant: bool = False
    """nobody answers for any of its addressees"""
    up: bool = False
    """it is to go one level up, although there may be colleagues"""
    to: Actor | None = None
    """who takes it over, with the posts he holds now"""


class Sweep(Model):
    """All that was found of one case at once."""

    tasks: list[Unmanned] = []
    left: list[Actor] = []
    """people whom the case names as its officer or its deputy and who left a post, with the posts they still hold"""
    beat: Beat | None = None
    """whose beat it is now, as the register has it"""
    by: Actor | None = None
    """who put the leaving on record; none where the sweep found it"""
    reason: str = ""


def finding(task: Task, roster: Roster, away: Collection[str]) -> Unmanned | None:
    """What a look at who holds which posts finds of a waiting task; none where it is in good hands, or where it was
    said already that nobody is there. `away` are people who hold no post at all.
    """
    helpers = [person for person in (task.delegate, task.offered_to) if person in away]
    gone = task.assignee if task.assignee and not roster.entitled(task.assignee, task.addressees) else None
    offer = Offer(addressees=task.addressees, excluded=task.excluded)
    vacant = task.assignee == gone and unasked(offer, roster)
    if not (helpers or gone or (vacant and NOBODY_ABOVE not in task.about)):
        return None
    return Unmanned(task_id=task.task_id, asked=task.addressees, gone=gone, helpers=helpers, vacant=vacant)


def take_sweep(case: Case, sweep: Sweep) -> None:
    """Does what the findings call for; of a case that is over nothing."""
    s = case.state
    if s.closed or ended(s):
        return
    _forget(case, sweep)
    moved = [task for found in sweep.tasks if (task := s.task(found.task_id)) and _take(case, sweep, found, task)]
    one = nameable(s) if s.stage is Stage.PUSH_2 else None
    if one in moved and not (one.assignee or one.level):
        follow(case)  # asks who it shall be, where nobody is known any more
    if moved:
        pass_on(s, case.now(), reassigned=True)


def _forget(case: Case, sweep: Sweep) -> None:
    """Whom the case names and who is gone gives way to whoever has the beat now, or to nobody."""
    s = case.state
    if s.responsible and _is_gone(case, sweep, s.responsible, leads=True):
        s.responsible = None
        s.touch()
    for part, words in (("officer", "管区民警"), ("deputy", "分管副所长")):
        leads = part == "officer"
        before: Named | None = getattr(s.beat, part)
        if before is None or not _is_gone(case, sweep, before, leads=leads):
            continue
        now: Named | None = getattr(sweep.beat, part) if sweep.beat else None
        now = None if now and _is_gone(case, sweep, now, leads=leads) else now
        s.beat = s.beat.model_copy(update={part: now})
        becomes = f"现为{now.name}" if now else "暂无人接任"
        case.log("beat_changed", f"{words}{before.name}已离任，{becomes}", by=sweep.by, part=part,
                 person=now.person_id if now else None, reason=sweep.reason)  # fmt: skip


def _is_gone(case: Case, sweep: Sweep, person: Named, *, leads: bool) -> bool:
    """Whether a person left and holds no post any more by which a case names one, to lead it or to watch it."""
    one = next((actor for actor in sweep.left if actor.person_id == person.person_id), None)
    if one is None:
        return False
    kinds = [p for kind, p in case.state.process.tasks.items() if p.names_one and KINDS[kind].leads is leads]
    if not kinds:  # the mechanism names nobody: he only is gone who has no post at all
        return not one.posts
    return not any(entitling_post(one.posts, case.posts(policy.by)) for policy in kinds)


def _take(case: Case, sweep: Sweep, found: Unmanned, task: Task) -> bool:
    """Takes one finding, if the task still is as it was found; whether it is somebody else's matter now."""
    if not task.pending:
        return False
    _without_helpers(case, sweep, found, task)
    as_found = _same(task.addressees, found.asked)
    if task.assignee != found.gone or not (found.gone or as_found):
        return False
    if not found.gone and NOBODY_ABOVE in task.about and not found.to:
        return False
    if found.gone:
        _lift(case, sweep, task)
    if found.to and _may_take(task, found.to):
        _hand_on(case, sweep, task, found.to)
        return True
    moved = as_found and (found.vacant or found.up) and _up(case, sweep, found, task)
    return moved or found.gone is not None


def _without_helpers(case: Case, sweep: Sweep, found: Unmanned, task: Task) -> None:
    """A delegate or a receiver who is gone: the delegation or the offer is off, and the task its holder's."""
    words = task.name
    for person, name, end, kind, what in (
        (task.delegate, task.delegate_name, task.end_delegation, "delegation_recalled", f"受托人已离岗，{words}交回"),
        (task.offered_to, task.offered_name, task.end_offer, "transfer_withdrawn", f"接收人已离岗，{words}不再移交"),
    ):
        if person and person in found.helpers:
            end()
            case.state.touch(task)
            case.log(kind, what, by=sweep.by, task_id=task.task_id, person=person, person_name=name)


def _lift(case: Case, sweep: Sweep, task: Task) -> None:
    """Nobody has it in hand any more: it is asked of its post."""
    person, name = task.assignee, task.assignee_name
    task.state, task.assignee, task.assignee_name, task.named = "open", None, None, False
    task.let_go()
    case.state.touch(task)
    case.log("holder_left", f"{task.name}：{name}已离岗", by=sweep.by, task_id=task.task_id, person=person,
             person_name=name, reason=sweep.reason)  # fmt: skip
    ring(case, task)


def _may_take(task: Task, to: Actor) -> bool:
    return entitling_post(to.posts, task.addressees) is not None and not to.persons & set(task.excluded)


def _hand_on(case: Case, sweep: Sweep, task: Task, to: Actor) -> None:
    """Another has it in hand from now on, and is told; of a push that is one officer's he is the one."""
    policy = case.state.process.tasks.get(task.kind)
    case.state.touch(task)
    ones = bool(policy and policy.names_one)
    task.state, task.assignee, task.assignee_name, task.named = "claimed", to.person_id, to.name, ones
    if ones and KINDS[task.kind].leads:
        case.state.responsible = Named(person_id=to.person_id, name=to.name)
        case.void(case.state.pending(NAME), f"{to.name}已接办")
    case.log("named", f"{task.name}交接给{to.name}", by=sweep.by, task_id=task.task_id,
             person=to.person_id, person_name=to.name, reason=sweep.reason or "原办理人已离岗")  # fmt: skip


def _up(case: Case, sweep: Sweep, found: Unmanned, task: Task) -> bool:
    """One level up, and whether it went; where there is none above and nobody is asked, that is said once."""
    asked = _named(case.state, task.addressees)
    why = f"{asked}岗位无人" if found.vacant else sweep.reason
    if move_up(case, task, why, by=sweep.by):
        ring(case, task)
        return True
    if found.vacant and NOBODY_ABOVE not in task.about:
        task.about = {**task.about, NOBODY_ABOVE: True}
        case.state.touch(task)
        case.log("unmanned", f"{task.name}无人办理：{asked}岗位无人，且无上级可提", by=sweep.by,
                 task_id=task.task_id, posts=[post.model_dump() for post in task.addressees])  # fmt: skip
    return False


def _named(state: DisputeState, posts: list[Post]) -> str:
    """Posts in words: the role, and the organisation where the case knows its name."""
    name = state.process.words.role_name
    return "、".join(dict.fromkeys(f"{_place(state, post)}{name(post.role)}" for post in posts))


def _place(state: DisputeState, post: Post) -> str:
    ref = state.organisations.get(post.path)
    return ref.name if ref else ""


def _same(one: list[Post], other: list[Post]) -> bool:
    return {(p.role, p.path) for p in one} == {(p.role, p.path) for p in other}
