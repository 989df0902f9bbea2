"""吹哨报到: somebody whistles, each of those called checks in or is absent, and then they confer.

A tier of the ladder and a dispatch call their people by the same whistle, where the playbook says so. A tier's people
confer at its own session, so for them nobody asks for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from domain.base import Strict, wall_time
from domain.case.case import Case
from domain.case.clocks import Clock
from domain.case.seating import place_of, sits_for
from domain.case.state import Decision, DisputeState, Task
from domain.case.summons.records import CalledPost, Whistle
from domain.people.entitlement import entitling_post
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.addressing import Addressing
from domain.policy.catalogue import KINDS
from domain.policy.forms.summons import Summon, summon_form
from domain.policy.parts.conference import ConferencePolicy
from domain.policy.parts.ladder import Tier
from domain.policy.parts.summons import SummonPolicy
from domain.policy.stages import Stage

CHECK_IN, CONFER = "check_in", "confer"
ABSENT = "absent"
WHERE = (Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3, Stage.MEDIATION)
"""The stages in which somebody may whistle: while the dispute is worked on."""
TOLERANCE = timedelta(minutes=5)
LATEST = timedelta(days=30)
"""So late at most people may be called for."""


# --- who may, and when


def may_whistle_now(state: DisputeState) -> bool:
    """Whether the dispute is where a whistle helps, and the mechanism has one."""
    return state.process.summons is not None and state.stage in WHERE


def whistlers(state: DisputeState) -> list[Post]:
    """The posts that may whistle in this dispute."""
    policy = state.process.summons
    return _posts(state, policy.by) if policy else []


def form_here(state: DisputeState) -> type[Summon]:
    """The form of a whistle, with the grounds of the case's own playbook."""
    policy = _policy(state)
    return summon_form(policy.triggers)


def ground(state: DisputeState, form: Strict) -> dict[str, str]:
    """Of a whistle its ground by name, beside its code; of any other action nothing."""
    return {"why_name": _policy(state).triggers[form.why]} if isinstance(form, Summon) else {}


def summon_errors(state: DisputeState, form: Summon, at: datetime) -> list[dict[str, str]]:
    """What a whistle may be by itself and still not in this case, as field errors."""
    words, errors = state.process.words, []
    asked = (post for task in state.pending(CHECK_IN) for post in task.addressees)
    expected = {(post.path.rpartition("/")[2], post.role) for post in asked}
    for n, each in enumerate(form.to):
        if unfit := words.unfit_role(each.role):
            errors.append({"field": f"to.{n}.role", "message": unfit})
        elif (each.organisation, each.role) in expected:
            message = f"已向该{words.role_name(each.role)}吹哨，尚未报到，不重复吹哨"
            errors.append({"field": f"to.{n}.role", "message": message})
    if form.at and not at - TOLERANCE <= form.at <= at + LATEST:
        allowed = f"须在{wall_time(at)}至{wall_time(at + LATEST)}之间"
        errors.append({"field": "at", "message": f"报到时间{wall_time(form.at)}不成立：{allowed}"})
    return errors


# --- the whistle


def blow(case: Case, form: Summon, by: Actor, units: dict[str, OrganisationRef]) -> None:
    """Somebody whistles: each of those named is asked to check in."""
    role_name = case.state.process.words.role_name
    called = []
    for each in form.to:
        unit = units[each.organisation]
        called.append((f"{unit.name}{role_name(each.role)}", [Post(role=each.role, path=unit.path)]))
    whistle = begin(case, "summon", by=by, post=entitling_post(by.posts, whistlers(case.state)))
    whistle.why, whistle.reason = _policy(case.state).triggers[form.why], form.reason
    whistle.where, whistle.meet_at = form.where, form.at
    call_together(case, whistle, called, whistle.why)


def call_units(case: Case, dispatch: Decision) -> None:
    """Whoever was dispatched to is called by who dispatched it, to confer on what each does."""
    roles = case.state.process.tasks["accept_assignment"].by
    called = [(part.organisation.name, case.posts(roles, part.organisation.path)) for part in case.state.assigned]
    whistle = begin(case, "dispatch", by=dispatch, post=dispatch.post)
    whistle.reason = str(dispatch.fields.get("instructions", ""))
    case.log("summoned", f"吹哨：{'、'.join(name for name, _ in called)}", by=dispatch, summons=whistle.number)
    call_together(case, whistle, called, "交办会商")


def call_tier(case: Case, tier: Tier, meet_at: datetime | None) -> None:
    """Whoever sits at a tier's table is called before its session, but for who convenes it: of each line the post at
    its place; where the line names none, those organisations that have a part in the dispute.
    """
    s, convenors = case.state, case.posts(tier.convenor)
    called: list[tuple[str, list[Post]]] = []
    for line in tier.requires:
        if any(sits_for(line, post, s.places) for post in convenors):
            continue
        path = place_of(line, s.places)
        at = [path] if path else [part.organisation.path for part in s.assigned]
        for there in at:
            known = s.organisations.get(there)
            posts = [Post(role=role, path=there) for role in line.any_of]
            if not path:  # an organisation may have none of these: who accepts for it comes
                signs = case.posts(s.process.tasks["accept_assignment"].by, there)
                posts += [post for post in signs if post not in posts]
            called.append((f"{known.name if known else ''}{line.name}", posts))
    if not called:
        return
    whistle = begin(case, "tier", by=None, post=None)
    whistle.why, whistle.meet_at = tier.name, meet_at
    case.log("summoned", f"吹哨：{tier.name}（{'、'.join(name for name, _ in called)}）", summons=whistle.number)
    call_together(case, whistle, called, tier.name)


def calling(state: DisputeState) -> bool:
    """Whether somebody who was called has neither come nor been found absent."""
    return bool(state.pending(CHECK_IN))


def gathered(state: DisputeState) -> bool:
    """Whether nothing of what whistles have called for is left to do: nobody to come, to confer, or to carry out."""
    return not any(KINDS[task.kind].before_judged for task in state.pending())


# --- and what follows


def checked_in(case: Case, task: Task) -> None:
    """One of those called has come, or has not; when all are accounted for they confer."""
    s, whistle, decision = case.state, whistle_of(case.state, task), task.decision
    assert decision, "only an answer counts"
    if decision.name != "arrived":
        name = next(called.name for called in whistle.called if called.task_id == task.task_id)
        words = "缺席报到" if decision.name == ABSENT else "不能到场"
        told = [[whistle.post.role, whistle.post.path]] if whistle.post else None
        case.log("absent", f"{name}{words}", by=decision if decision.actor_id else None, task_id=task.task_id,
                 reason=decision.fields.get("reason"), told=told)  # fmt: skip
    mine = [asked for called in whistle.called if (asked := s.task(called.task_id))]
    if whistle.cause != "tier" and not any(asked.pending for asked in mine):
        convene(case, whistle)


def convene(case: Case, whistle: Whistle, why: str = "", words: str = "") -> None:
    """Whoever whistled is asked to hold the joint session; the first one's time runs from the whistle. `why` is part of
    the question's title, which lists have in the clear: what people wrote goes into `words`.
    """
    s, policy, now = case.state, times_of(case.state, whistle), case.now()
    about = _about(whistle, why or whistle.why or "交办会商", words or whistle.reason)
    task = case.open(
        CONFER,
        to=[whistle.post] if whistle.post else None,
        about={**about, "called": _there(case, whistle)},
        limit=policy.confer_within,
        rungs=policy.rungs,
    )
    if not whistle.conferences:
        since = max(whistle.at, whistle.meet_at or whistle.at)
        retime(s.clock(f"task:{task.task_id}"), whistle.at, max(s.calendar.after(since, policy.confer_within), now))


def _there(case: Case, whistle: Whistle) -> list[dict[str, Any]]:
    """Who is expected at the joint session, as lines of a table: whoever whistled, and those who have come."""
    expected = [("", [whistle.post])] if whistle.post else []
    for called in whistle.called:
        task = case.state.task(called.task_id)
        if task and task.decision and task.decision.name == "arrived":
            expected.append((called.name, task.addressees))
    return [
        {"name": name, "any_of": [post.role for post in posts], "at_least": 1, "path": posts[0].path}
        for name, posts in expected
    ]


def whistle_of(state: DisputeState, task: Task) -> Whistle:
    """The whistle that a task came of."""
    number: int = task.about["summons"]
    return state.summons[number - 1]


def retime(clock: Clock | None, since: datetime, due: datetime) -> None:
    """A deadline that is counted from a whistle."""
    assert clock, "just started"
    clock.started_at, clock.due_at = since, due


def times_of(state: DisputeState, whistle: Whistle) -> SummonPolicy | ConferencePolicy:
    """The part of the process that says how long whoever is called has, and the session."""
    conference = state.process.conference
    return conference if whistle.cause == "conference" and conference else _policy(state)


def lasted(whistle: Whistle, at: datetime) -> str:
    """How long after the whistle, in words: 3天2小时, 5小时20分钟."""
    minutes = int((at - whistle.at).total_seconds()) // 60
    days, hours, left = minutes // 1440, minutes % 1440 // 60, minutes % 60
    units = ((days, "天"), (hours, "小时")) if days else ((hours, "小时"), (left, "分钟"))
    return "".join(f"{count}{unit}" for count, unit in units if count) or "不到1分钟"


def begin(
    case: Case,
    cause: Literal["summon", "tier", "dispatch", "conference"],
    *,
    by: Actor | Decision | None,
    post: Post | None,
) -> Whistle:
    """A whistle on record, from this moment on; nobody is called yet."""
    s = case.state
    whistle = Whistle(number=len(s.summons) + 1, round=s.round, stage=s.stage, at=case.now(), cause=cause, post=post)
    if by is not None:
        whistle.by = by.person_id if isinstance(by, Actor) else by.actor_id
        whistle.by_name = (by.name if isinstance(by, Actor) else by.actor_name) or ""
    s.summons.append(whistle)
    s.touch()
    return whistle


def call_together(case: Case, whistle: Whistle, called: Sequence[tuple[str, list[Post]]], what: str) -> None:
    """Asks each to check in; silence past the limit is absence."""
    s, policy = case.state, times_of(case.state, whistle)
    place = f"{whistle.where}，{wall_time(whistle.meet_at)}" if whistle.where and whistle.meet_at else whistle.where
    words = "。".join(filter(None, (f"到{place}报到" if place else "", whistle.reason)))
    for name, posts in called:
        about = _about(whistle, what, words)
        task = case.open(CHECK_IN, to=posts, about=about, limit=policy.limit, rungs=policy.rungs)
        clock = s.clock(f"task:{task.task_id}")
        assert clock, "just started"
        clock.decides = ABSENT
        if whistle.meet_at and whistle.meet_at > whistle.at:
            clock.due_at = s.calendar.after(whistle.meet_at, policy.limit)
        whistle.called.append(CalledPost(name=name, path=posts[0].path, task_id=task.task_id))


def _about(whistle: Whistle, title: str, words: str) -> dict[str, Any]:
    about = {"summons": whistle.number, "title": title}
    return {**about, "instructions": words} if words else about


def _posts(state: DisputeState, addressings: Iterable[Addressing]) -> list[Post]:
    root = state.places["county"]
    return [Post(role=each.role, path=state.places.get(each.at, root)) for each in addressings]


def _policy(state: DisputeState) -> SummonPolicy:
    policy = state.process.summons
    assert policy, "nobody whistles without a policy"
    return policy
