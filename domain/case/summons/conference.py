"""联席会议: somebody calls the standing members together on a case, whoever else he asks, and they confer (W-040).

It goes the way of a whistle: each checks in or is absent, the session has its minutes and its people, guests who hold
no post among them, and what it plans is asked of whom it names and waited for before anybody judges.
"""

from __future__ import annotations

from datetime import datetime

from domain.base import wall_time
from domain.case.case import Case
from domain.case.state import DisputeState
from domain.case.summons.whistle import LATEST, TOLERANCE, WHERE, begin, call_together
from domain.people.organisation import Actor, OrganisationRef, Post, within
from domain.policy.forms.conference import Convene
from domain.policy.parts.conference import ConferencePolicy

CONVENE = "convene"


def may_convene_now(state: DisputeState) -> bool:
    """Whether the dispute is worked on, and the mechanism has a conference; one at a time."""
    open_yet = any(
        each.cause == "conference" and not each.conferences for each in state.summons if _waits(state, each.number)
    )
    return state.process.conference is not None and state.stage in WHERE and not open_yet


def convene_errors(state: DisputeState, form: Convene, at: datetime) -> list[dict[str, str]]:
    """What a call may be by itself and still not in this case, as field errors."""
    words, errors = state.process.words, []
    for n, each in enumerate(form.to):
        if unfit := words.unfit_role(each.role):
            errors.append({"field": f"to.{n}.role", "message": unfit})
    if not at - TOLERANCE <= form.at <= at + LATEST:
        allowed = f"须在{wall_time(at)}至{wall_time(at + LATEST)}之间"
        errors.append({"field": "at", "message": f"会议时间{wall_time(form.at)}不成立：{allowed}"})
    return errors


def convene(case: Case, form: Convene, by: Actor, units: dict[str, OrganisationRef]) -> None:
    """The conference is called: its members and whoever is asked besides are to come, each once."""
    s, policy = case.state, _policy(case.state)
    role_name, posts = s.process.words.role_name, list[Post]()
    for post in (*case.posts(policy.members), *(Post(role=x.role, path=units[x.organisation].path) for x in form.to)):
        if post not in posts:
            posts.append(post)
    mine = _post_of(s, by, policy)
    conference = begin(case, "conference", by=by, post=mine)
    conference.why, conference.reason = policy.name, form.reason
    conference.where, conference.meet_at = form.where, form.at
    known = {ref.path: ref.name for ref in (*s.organisations.values(), *units.values())}
    called = [(f"{known.get(p.path, '')}{role_name(p.role)}", [p]) for p in posts if p != mine]
    call_together(case, conference, called, policy.name)


def _post_of(state: DisputeState, by: Actor, policy: ConferencePolicy) -> Post | None:
    """The post by which somebody calls it: the one at or above a place of the case, where he has several."""
    able = [post for post in by.posts if by.rights(post) & set(policy.by)]
    near = (post for post in able if any(within(path, post.path) for path in state.places.values()))
    return next(near, able[0] if able else None)


def _waits(state: DisputeState, number: int) -> bool:
    return any(task.about.get("summons") == number for task in state.pending())


def _policy(state: DisputeState) -> ConferencePolicy:
    policy = state.process.conference
    assert policy, "nobody calls a conference without a policy"
    return policy
