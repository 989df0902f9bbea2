"""Who may answer what, written a second time without the rules under test; and what people fill in.

A person's id says which post he holds (`role@path#n`), so that the record alone shows whether he was entitled. *Jack*
is one person with every post there is; a deputy acts as himself on behalf of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from api.tasks.examples import example
from domain.base import china
from domain.case.lawful_tables import AGAIN
from domain.case.letters.notice import carried
from domain.case.records import Evidence
from domain.case.splitting.reports import joined
from domain.case.state import Decision, DisputeState, Task
from domain.case.summons.conference import CONVENE
from domain.case.tags.tagging import TAG
from domain.people.organisation import Actor, OrganisationRef, Post, parent, within
from domain.policy.action_catalogue import ACTIONS, PROMOTION, SPLIT
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from domain.transitions.evidence import last_met, round_began
from domain.transitions.letters.sending import own_roles
from domain.transitions.supervision import holder_of, of_body
from domain.transitions.tables.venues import venues_of
from domain.transitions.triage.matters import matters_of
from tests.domain.support import HOUSING, MARKET, PLACES, another_officer, candidates_for
from tests.domain.tags_law import tagging

T = TypeVar("T")
TOWN = OrganisationRef(code="town", name="古山镇", path=PLACES["township"])


class Chance(Protocol):
    """Who decides what is left open: hypothesis, or a seed."""

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""

    def flag(self) -> bool:
        """Yes or no."""


ORGANISATIONS = {ref.code: ref for ref in (HOUSING, MARKET, TOWN)}
STUDIO = OrganisationRef(code="studio", name="村矛盾纠纷调解工作室", path="/c/t/v/studio", venue="mediation_studio")
KNOWN = ORGANISATIONS | {STUDIO.code: STUDIO}
"""What the API finds by code: those, and a venue for sessions."""
CATEGORIES = {"parking": "停车纠纷", "noise": "噪声纠纷"}
LETTER = Evidence(attachment_id="a2", media_type="application/pdf", sha256="0" * 64)
JACK = "jack"
Drawn = Callable[[Chance, DisputeState, datetime], dict[str, Any]]


def holder(post: Post, number: int = 1, *, deputy: bool = False) -> Actor:
    """Somebody with exactly this post. A deputy acts on behalf of the first holder."""
    who = f"{post.role}@{post.path}#{number}"
    behalf = f"{post.role}@{post.path}#1" if deputy else None
    return Actor(person_id=who, name=f"{post.role}{number}", posts=[post], on_behalf_of=behalf)


def jack(posts: list[Post]) -> Actor:
    """The one who holds all posts at once."""
    return Actor(person_id=JACK, name="多岗", posts=posts)


def people_for(posts: list[Post], root: str) -> Iterator[Actor]:
    """Everybody who answers for one of the posts: at the place, one level up, at the top; a deputy; Jack."""
    for post in posts:
        for path in dict.fromkeys((post.path, parent(post.path), root)):
            if within(post.path, path):
                yield holder(Post(role=post.role, path=path))
        yield holder(post, 2)
        yield holder(post, 3, deputy=True)
    yield jack(posts)


def selves(actor: Actor | Decision) -> set[str]:
    """The persons whose hand an act is: who acted, and on whose behalf."""
    who = actor.person_id if isinstance(actor, Actor) else actor.actor_id
    return {person for person in (who, actor.on_behalf_of) if person}


def barred(state: DisputeState, task: Task) -> set[str]:
    """Four eyes: nobody judges what he had a hand in, nor sits on two seats, nor approves what he proposed."""
    if task.kind == "confirm_triage":  # each desk of a chain by another person
        desks = (t for t in state.tasks if t.kind == task.kind and t.round == task.round)
        others = [t for t in desks if t.about.get("level") != task.about.get("level")]
        return {who for t in others for d in (*t.record, *([t.decision] if t.decision else [])) for who in selves(d)}
    if task.kind == "approve_change" and "proposer" in task.about:
        proposed = next(e for e in state.timeline if e.detail.get("task_id") == task.task_id)  # when it was opened
        about = proposed.detail["about"]
        return {who for who in (about["proposer"], about.get("proposed_for")) if who}  # nobody: the clock proposed it
    if task.kind != "evaluate":
        return set()
    hands: set[str] = set()
    for other in state.tasks:
        if other.round == task.round and (KINDS[other.kind].handles or KINDS[other.kind].judges) and other is not task:
            for decision in [*other.record, *([other.decision] if other.decision else [])]:
                hands |= selves(decision)
    tables = [(sitting.round, sitting.participants) for sitting in state.sessions]
    tables += [(held.round, held.participants) for whistle in state.summons for held in whistle.conferences]
    for held_in, there in tables:
        hands |= {who["person"] for who in there if held_in == task.round and "person" in who}
    return hands


def may_answer(state: DisputeState, task: Task) -> list[Actor]:
    """Those who may answer a task, one of each sort; only the holder of a claim while there is one."""
    bars = barred(state, task)
    people = [actor for actor in people_for(task.addressees, state.places["county"]) if not selves(actor) & bars]
    return [actor for actor in people if task.assignee in (None, actor.person_id)]


def answered_for(actor: Actor, posts: list[Post]) -> bool:
    """Whether one of the actor's posts is one of these, or the same role above it."""
    return any(
        mine.role == post.role and f"{post.path}/".startswith(f"{mine.path}/") for mine in actor.posts for post in posts
    )


def may_act(state: DisputeState, action: str, fields: dict[str, Any] | None = None) -> list[Actor]:
    """People with one of the action's roles at an organisation that has a part in the case, or above one; of a letter
    those whom the playbook lets send its kind.
    """
    if action == "summon" and state.process.summons:  # whoever the playbook says, at the very place or above it
        asked = [Post(role=p.role, path=state.places[p.at]) for p in state.process.summons.by]
        return [*map(holder, asked), *(holder(post, 3, deputy=True) for post in asked)]
    paths = [state.places["station"], state.places["county"], *(p.path for t in state.tasks for p in t.addressees)]
    roles = sorted(ACTIONS[action].roles)
    if action == "send_notice":
        kinds = [fields["kind"]] if fields and "kind" in fields else ["advice", "assignment", "supervision"]
        roles = sorted({role for kind, of in state.process.notices.sent_by.items() if kind in kinds for role in of})
        to = ORGANISATIONS.get(str((fields or {}).get("to")))
        paths = [path for path in paths if to is None or path != to.path]  # nobody writes to his own organisation
    roles = own_roles(state).get(action, roles) if action in (CONVENE, TAG) else roles
    posts = [Post(role=role, path=path) for role in roles for path in dict.fromkeys(paths)]
    return [*map(holder, posts), *(holder(post, 3, deputy=True) for post in posts)]


def strangers(task: Task) -> list[Actor]:
    """People who have nothing to do with a task: another role, another place, a place below."""
    post = task.addressees[0]
    other = "court_liaison" if post.role != "court_liaison" else "mediator"
    return [
        actor
        for actor in (
            holder(Post(role=other, path=post.path)),
            holder(Post(role=post.role, path="/elsewhere")),
            holder(Post(role=post.role, path=f"{post.path}x")),
            Actor(person_id="nobody", name="无岗", posts=[]),
        )
        if not answered_for(actor, task.addressees)
    ]


# --- what people fill in


def fields_for(draw: Chance, state: DisputeState, task: Task, decision: str, at: datetime) -> dict[str, Any]:
    """A valid form for a decision, with all that a form may leave open drawn."""
    document = {
        "suggested": [code for code in state.suggested if code in ORGANISATIONS] or ["housing"],
        "dispute_no": "D2026-000009", "colour": state.colour, "category": "noise", "police": state.police,
        "demands": {key: demand.model_dump(mode="json") for key, demand in state.process.all_demands.items()},
        "disposal_pictures": state.process.disposal_pictures,
        "parties": [party.model_dump() for party in state.parties],
    }  # fmt: skip
    fields = example(task.kind, decision, task.about, document, people=candidates_for(state, task))
    if "met" in fields:
        last = last_met(state, task)
        new = decision != "progress" or last is None or last < at
        fields["met"] = [{"who": "双方当事人", "at": at.isoformat(), "where": "村委会"}] if new else []
    if (task.kind, decision) == ("supervise", "reassign"):
        fields["organisation"] = draw.pick(free_for(state, holder_of(state, task)))
    for (kind, name), drawn in _DRAWN.items():
        if name == decision and kind in ("", task.kind):
            fields |= drawn(draw, state, at)
    if task.kind == "handle_on_scene" and not state.process.has(Stage.PUSH_2):
        fields.pop("push_on", None)
    return fields


def _maybe_agreed(draw: Chance, state: DisputeState, at: datetime) -> dict[str, Any]:
    if not draw.flag():
        return {}
    return {"terms": ["双方和解"], "obligations": obligations(draw, state, at)}


def _assigned(draw: Chance, state: DisputeState, at: datetime) -> dict[str, Any]:
    lead = draw.pick(list(ORGANISATIONS))
    others = [code for code in ORGANISATIONS if code != lead]
    return {"lead": lead, "cooperating": others[: draw.number(0, 2)]}


def _scene_is_safe(state: DisputeState) -> bool:
    """Nobody has said that it is not; where the officer diverts from the scene, somebody has said that it is."""
    source = state.process.sources.get(state.source)
    said = state.process.diversion.from_scene and source is not None and source.push_at_once
    return state.scene_safe is True if said else state.scene_safe is not False


def _ladder_ends(state: DisputeState, at: datetime) -> datetime:
    clock, again = state.clock("ladder"), state.clock(AGAIN)
    ends = clock.due_at if clock and not clock.suspended and clock.due_at > at else at + timedelta(days=28)
    return min(ends, again.due_at) if again else ends


def _flags(*names: str) -> Drawn:
    return lambda draw, state, at: {name: draw.flag() for name in names}


_DRAWN: dict[tuple[str, str], Drawn] = {
    ("", "settled"): _maybe_agreed,
    ("", "disposed"): _maybe_agreed,
    ("handle_on_scene", "settled"): lambda d, s, at: {"push_on": d.flag(), "reason": "仍有风险"},
    ("confirm_triage", "confirm"): lambda d, s, at: {"police_handled": "已出警", **d.pick(
        [{}, {"divert": s.process.has(Stage.PUSH_3) and not s.police and _scene_is_safe(s), "reason": "按清单"},
         {"scene_safe": d.pick([True, False])}])},
    ("confirm_triage", "correct"): lambda d, s, at: {
        "police": d.flag(), "police_handled": "已出警", "scene_safe": d.pick([None, True, False]),
        "matter": d.pick([None, *matters_of(s)]),
        **d.pick([{"colour": d.pick(list(s.process.colours))},
                  {"colour": None, "harm": d.number(1, 3), "urgency": d.number(1, 3)}])},
    ("confirm_triage", "report_up"): lambda d, s, at: {"police_handled": "已出警", "bundle": d.pick([None, "BS-1"])},
    ("confirm_triage", "no_risk"): lambda d, s, at: {"ground": "偶发口角", "answered": "已电话答复"},
    ("confirm_triage", "police_case"): lambda d, s, at: {"answered": "已电话答复"},
    ("handle_on_scene", "unsettled"): lambda d, s, at: {
        "urgent": d.flag(), "criminal_risk": d.flag(), "scene_safe": d.pick([None, True, False])},
    ("handle_on_scene", "divert"): lambda d, s, at: {"suggested": d.pick([[], list(ORGANISATIONS)[:1]])},
    ("help_out", "done"): lambda d, s, at: {"on": china(at).date().isoformat()},
    ("follow_up_responsibly", "contacted"): lambda d, s, at: {"manner": d.pick(["call", "visit"])},
    ("follow_up_responsibly", "request_third_push"): _flags("urgent"),
    ("", "progress"): lambda d, s, at: d.pick([{}, {"met": []}]),
    ("dispatch", "assign"): _assigned,
    ("mediate", "not_agreed"): lambda d, s, at: {"venue": d.pick([None, STUDIO.code]) if venues_of(s) else None},
    ("mediate", "agreed"): lambda d, s, at: {
        "confirmation": d.flag() and s.process.has(Stage.CONFIRMATION), "obligations": obligations(d, s, at)},
    ("mediate", "adjourned"): lambda d, s, at: {
        "until": min(at + timedelta(hours=d.number(0, 240)), _ladder_ends(s, at)).isoformat()},
    ("court_protection", "granted"): lambda d, s, at: {
        "until": (at + timedelta(days=d.number(0, 180))).date().isoformat()},
    ("apply_protection", "apply"): _flags("urgent"),
    ("confer", "agreed"): lambda d, s, at: {"items": [
        {"what": f"事项{n}", "organisation": d.pick(list(ORGANISATIONS)), "role": "department_handler",
         "due": (at + timedelta(hours=d.number(1, 200))).isoformat()}
        for n in range(d.number(0, 3))]},
    ("evaluate", "return"): lambda d, s, at: {"redo": d.pick(["same", "dispatch"])},
    ("visit", "relapsed"): lambda d, s, at: {"colour": d.pick(list(s.process.colours))},
}  # fmt: skip
"""What is left open in a form, by kind and decision, or by decision alone."""


def action_fields(draw: Chance, state: DisputeState, action: str, at: datetime) -> dict[str, Any]:
    """A valid form for an action."""
    fields: dict[str, Any] = {"reason": "按实际情况填写", **(grounds_of(draw, state) if action == PROMOTION else {})}
    fields |= tagging(draw, state) if action == TAG else {}
    fields |= {"incident_id": draw.pick(list(joined(state)))} if action == SPLIT else {}
    match action:
        case "merge_into" | "transfer_out":
            fields |= {"to": "市外单位"} if action == "transfer_out" else {"dispute_no": "D2026-000009"}
        case "reassign":
            beside = [t.about["organisation"] for t in state.pending()
                      if KINDS[t.kind].delivers and not t.about["lead"]]  # fmt: skip
            several = len(beside) > 1 and not any(t.about.get("lead") for t in state.pending())
            if beside and (several or draw.flag()):
                fields["of"] = draw.pick(beside)
            fields["organisation"] = draw.pick(free_for(state, of_body(state, fields.get("of", ""))))
            fields["role"] = draw.pick(["department_handler", "township_leader", "responsible_officer"])
        case "arrange_help":
            fields |= {
                "measure": f"低保{len(state.tasks)}",
                "whom": "老人子女",
                "organisation": draw.pick(list(ORGANISATIONS)),
            }
        case "name_officer":
            fields["officer"] = another_officer(state)
        case "correct_party":
            fields |= _party(draw, state)
        case "send_notice":
            fields |= _letter(draw, state, at)
        case "summon" | "convene":
            fields |= _called(draw, state, at) if action == "summon" else _convened(draw, at)
        case "recolour":
            fields["colour"] = draw.pick([c for c in state.process.colours if c != state.colour])
        case "suspend":
            days = draw.pick([None, 1, 5, 40])
            fields |= {"ground": "等待鉴定", **({"until": (at + timedelta(days=days)).isoformat()} if days else {})}
        case "extend":
            latest = max([at, *(clock.due_at for clock in state.clocks if clock.stopped_at is None)])
            fields["until"] = (latest + timedelta(days=draw.number(1, 30))).isoformat()
    return fields


def grounds_of(draw: Chance, state: DisputeState) -> dict[str, Any]:
    """A ground for moving a matter up that is a person's to say, where the mechanism asks for one."""
    policy = state.process.promotion
    said = [code for code, ground in policy.criteria.items() if ground.said] if policy else []
    return {"criteria": [draw.pick(said)]} if said else {}


def _called(draw: Chance, state: DisputeState, at: datetime) -> dict[str, Any]:
    units = callable_units(state)[: draw.number(1, 3)]
    grounds = list(state.process.summons.triggers) if state.process.summons else ["complex_matter"]
    hours = draw.pick([None, 1, 30])
    return {
        "to": [{"organisation": code, "role": "department_handler"} for code in units],
        "why": draw.pick(grounds), "where": "街道会议室",
        **({"at": (at + timedelta(hours=hours)).isoformat()} if hours else {}),
    }  # fmt: skip


def callable_units(state: DisputeState) -> list[str]:
    """The organisations whose handler is not expected yet."""
    expected = {(post.role, post.path) for task in state.pending("check_in") for post in task.addressees}
    return [code for code, ref in ORGANISATIONS.items() if ("department_handler", ref.path) not in expected]


def _convened(draw: Chance, at: datetime) -> dict[str, Any]:
    asked = draw.pick([[], [{"organisation": "housing", "role": "department_handler"}]])
    return {"where": "街道会议室", "at": (at + timedelta(hours=draw.number(0, 48))).isoformat(), "to": asked}


def _party(draw: Chance, state: DisputeState) -> dict[str, Any]:
    names = [party.name for party in state.parties]
    who = draw.pick([*names, None])
    taken = set(names) - {who}
    free = [n for n in (who, *map("当事人{}".format, "cdefghijk")) if n and n not in taken]
    return {"name": draw.pick(free), **({"party": who} if who else {"side": "b"})}


def _letter(draw: Chance, state: DisputeState, at: datetime) -> dict[str, Any]:
    kind, to = draw.pick(letters_left(state) or [("advice", "housing")])
    hours = draw.pick([None, 1, 48, 24 * 90])
    due = {"due": (at + timedelta(hours=hours)).isoformat()} if hours else {}
    return {"kind": kind, "to": to, "text": "请核查消防通道占用情况", **due}


def letters_left(state: DisputeState) -> list[tuple[str, str]]:
    """The kinds of letter that may be sent, each with an organisation that has not one of the kind to answer."""
    asked = {(notice.kind, notice.to) for task in state.pending("answer_notice") if (notice := carried(task))}
    kinds, to = sorted(state.process.notices.sent_by), ORGANISATIONS.items()
    return [(kind, code) for kind in kinds for code, ref in to if (kind, ref.path) not in asked]


def free_for(state: DisputeState, tasks: list[Task]) -> list[str]:
    """The organisations that may take over what those of tasks have: none that has an open part of its own."""
    others = [t.about["path"] for t in state.pending() if KINDS[t.kind].delivers and t not in tasks]
    moved = any(KINDS[t.kind].delivers for t in tasks)
    return [code for code, ref in ORGANISATIONS.items() if not moved or ref.path not in others]


def obligations(draw: Chance, state: DisputeState, at: datetime) -> list[dict[str, Any]]:
    """None, one or two things that parties owe; nothing is due before the round began."""
    first = china(round_began(state)).date()
    return [
        {"party": "李某", "kind": "money", "what": f"第{n}期", "amount": "100.00",
         "due_on": max(first, at.date() + timedelta(days=draw.number(-3, 60))).isoformat()}
        for n in range(draw.number(0, 2))
    ]  # fmt: skip
