"""Nothing is readable or doable that is not granted: every endpoint, every role, from every distance to the dispute.

The persons are those of the demo county: for each role one in an organisation of the dispute's own, one above, one
below, one beside it and one elsewhere, as far as there are such. What each may see is worked out here from the
dispute's history, without the queries that answer them. An endpoint that no rule of `GRANTS` speaks of fails the test.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from api.audit.replaying import replay
from api.client import picture
from api.security import Tokens
from domain.catalogue import ACTIONS
from domain.organisation import INTAKE_ROLES, ROLES, Sight, parent, within
from domain.places import Directory
from domain.state import DisputeState, Task
from infra.demo import county
from infra.engine import connect
from tests.e2e.support import People
from tests.instance import Instance

AUDITORS = {"auditor", "supervisor", "leader"}
LOG_READERS = {"auditor", "admin_audit"}
DIRECTORY = Directory(organisations=county.organisations())
ROOT = next(o.path for o in DIRECTORY.organisations if parent(o.path) == o.path or o.path.count("/") == 1)


@dataclass(frozen=True)
class Person:
    """Somebody of the demo county, with posts as (role, path), and how far from the dispute he was chosen."""

    person_id: str
    username: str
    posts: tuple[tuple[str, str], ...]
    chosen: str

    def has(self, *roles: str) -> bool:
        """Whether any post is one of the roles."""
        return any(role in roles for role, _ in self.posts)

    def at_root(self, *roles: str) -> bool:
        """Whether a post at the county itself is one of the roles."""
        return any(role in roles and path == ROOT for role, path in self.posts)


@dataclass
class Scene:
    """What the requests are about: a dispute, its open task, and things that belong to somebody else."""

    number: str
    state: DisputeState
    task: Task
    holder: str
    attachment: str
    incident: dict[str, Any]
    reporter: str
    elsewhere: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> set[tuple[str, str]]:
        """Every (role, path) that has, or had, a part; homes have no role."""
        posts = {(p.role, p.path) for t in self.state.tasks for p in (*t.addressees, *t.watchers, *t.former)}
        homes = (self.state.places.get(place) for place in ("station", "town_centre", "village", "grid"))
        return posts | {("", path) for path in homes if path}

    def sees(self, person: Person) -> bool:
        """Whether a person may see the dispute, by his posts or because he reported it."""
        return person.person_id == self.reporter or any(self._reaches(*post) for post in person.posts)

    def _reaches(self, role: str, path: str) -> bool:
        match ROLES[role].sight:
            case Sight.SUBTREE:
                return any(within(there, path) for _, there in self.parts)
            case Sight.ORGANISATION:
                return any(there == path for _, there in self.parts)
            case Sight.OWN:
                return (role, path) in self.parts
            case Sight.NONE:
                return False

    def answers(self, person: Person) -> bool:
        """Whether a post of the person is asked, or the same post above one that is."""
        asked = [(post.role, post.path) for post in self.task.addressees]
        return any(role == wanted and within(there, path) for role, path in person.posts for wanted, there in asked)


Expected = Callable[[Person, Scene], set[int]]
Request = Callable[[Scene], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Grant:
    """A request to an endpoint, and with which statuses it may be answered to whom."""

    request: Request
    expected: Expected


def at(path: str, **more: Any) -> Request:
    """A request to a path, with the scene's things in its braces."""

    def of(scene: Scene) -> tuple[str, dict[str, Any]]:
        filled = path.format(
            no=scene.number, task_id=scene.task.task_id, attachment_id=scene.attachment, **scene.elsewhere
        )
        return filled, {k: v(scene) if callable(v) else v for k, v in more.items()}

    return of


def anybody(person: Person, scene: Scene) -> set[int]:
    """Whoever is signed in."""
    return {200}


def only(*roles: str) -> Expected:
    """A role anywhere."""
    return lambda person, _: {200, 201} if person.has(*roles) else {403}


def at_the_root(*roles: str) -> Expected:
    """A role at the county itself."""
    return lambda person, _: {200, 202} if person.at_root(*roles) else {403}


def whoever_sees(person: Person, scene: Scene) -> set[int]:
    """The dispute's own."""
    return {200, 201} if scene.sees(person) else {404}


def auditing(person: Person, scene: Scene) -> set[int]:
    """Auditing roles that see the dispute; others who see it are refused, the rest find nothing."""
    if not scene.sees(person):
        return {404}
    return {200, 202} if person.has(*AUDITORS) else {403}


def decoding(person: Person, scene: Scene) -> set[int]:
    """Of those, only at the county itself."""
    granted = auditing(person, scene)
    return granted if granted != {200, 202} or person.at_root(*AUDITORS) else {403}


def whoever_is_asked(person: Person, scene: Scene) -> set[int]:
    """Those asked are told that another has taken it; everybody else that it is not theirs."""
    return {409} if scene.answers(person) else {403}


def overseers(person: Person, scene: Scene) -> set[int]:
    """Posts that oversee what is below them."""
    return {200} if any(ROLES[role].sight is Sight.SUBTREE for role, _ in person.posts) else {403}


def nobody(person: Person, scene: Scene) -> set[int]:
    """What belongs to somebody else."""
    return {404}


def drillers(person: Person, scene: Scene) -> set[int]:
    """Whoever may move time, of a dispute he sees; the duration sent is none."""
    if not scene.sees(person):
        return {404}
    return {422} if person.has("supervisor", "leader", "admin_system") else {403}


NAMED = {"to": "gushan-onscene-1", "note": "请代为准备", "reason": "另有任务"}
GRANTS: dict[tuple[str, str], Grant] = {
    ("GET", "/v1/me"): Grant(at("/v1/me"), anybody),
    ("GET", "/v1/deputies"): Grant(at("/v1/deputies"), anybody),
    ("POST", "/v1/deputies"): Grant(at("/v1/deputies", json={}), lambda *_: {422}),
    ("DELETE", "/v1/deputies/{deputyship_id}"): Grant(at("/v1/deputies/{uuid}"), nobody),
    ("POST", "/v1/incidents"): Grant(at("/v1/incidents", json=lambda scene: scene.incident), only(*INTAKE_ROLES)),
    ("POST", "/v1/triage"): Grant(at("/v1/triage", json={"narrative": "邻里因噪音争吵"}), only(*INTAKE_ROLES)),
    ("GET", "/v1/disputes"): Grant(at("/v1/disputes"), anybody),
    ("GET", "/v1/disputes/{no}"): Grant(at("/v1/disputes/{no}"), whoever_sees),
    ("GET", "/v1/disputes/{no}/timeline"): Grant(at("/v1/disputes/{no}/timeline"), whoever_sees),
    ("POST", "/v1/disputes/{no}/comments"): Grant(
        at("/v1/disputes/{no}/comments", json={"text": "知悉"}), whoever_sees
    ),
    ("POST", "/v1/disputes/{no}/watch"): Grant(at("/v1/disputes/{no}/watch"), whoever_sees),
    ("DELETE", "/v1/disputes/{no}/watch"): Grant(at("/v1/disputes/{no}/watch"), whoever_sees),
    ("POST", "/v1/attachments"): Grant(
        at("/v1/attachments", data=lambda scene: {"dispute_no": scene.number},
           files=lambda _: {"file": ("现场.png", picture(), "image/png")}),
        whoever_sees,
    ),
    ("GET", "/v1/attachments/{attachment_id}"): Grant(at("/v1/attachments/{attachment_id}"), whoever_sees),
    ("GET", "/v1/disputes/{no}/history"): Grant(at("/v1/disputes/{no}/history"), auditing),
    ("GET", "/v1/disputes/{no}/history?decoded=1"): Grant(at("/v1/disputes/{no}/history?decoded=1"), decoding),
    ("GET", "/v1/disputes/{no}/history/words"): Grant(at("/v1/disputes/{no}/history/words"), auditing),
    ("GET", "/v1/disputes/{no}/state"): Grant(at("/v1/disputes/{no}/state"), auditing),
    ("POST", "/v1/audit/replays"): Grant(
        at("/v1/audit/replays", json=lambda scene: {"dispute_no": scene.number}), auditing
    ),
    ("POST", "/v1/audit/replays of a period"): Grant(
        at("/v1/audit/replays", json={"from": "2020-01-01", "to": "2020-01-02"}), at_the_root(*AUDITORS)
    ),
    ("GET", "/v1/audit/access"): Grant(at("/v1/audit/access"), at_the_root(*LOG_READERS)),
    ("GET", "/v1/jobs"): Grant(at("/v1/jobs"), anybody),
    ("GET", "/v1/jobs/{job_id}"): Grant(at("/v1/jobs/{job}"), nobody),
    ("GET", "/v1/tasks"): Grant(at("/v1/tasks"), anybody),
    ("GET", "/v1/tasks/{task_id}"): Grant(at("/v1/tasks/{task_id}"), whoever_sees),
    ("POST", "/v1/tasks/{task_id}/claim"): Grant(at("/v1/tasks/{task_id}/claim"), whoever_is_asked),
    ("POST", "/v1/tasks/{task_id}/release"): Grant(at("/v1/tasks/{task_id}/release"), whoever_is_asked),
    ("POST", "/v1/tasks/{task_id}/delegate"): Grant(
        at("/v1/tasks/{task_id}/delegate", json={"to": NAMED["to"], "note": NAMED["note"]}), whoever_is_asked
    ),
    ("POST", "/v1/tasks/{task_id}/transfer"): Grant(
        at("/v1/tasks/{task_id}/transfer", json={"to": NAMED["to"], "reason": NAMED["reason"]}), whoever_is_asked
    ),
    ("POST", "/v1/tasks/{task_id}/decide"): Grant(
        at("/v1/tasks/{task_id}/decide", json={"decision": "progress", "fields": {"summary": "已联系"}}),
        whoever_is_asked,
    ),
    ("GET", "/v1/messages"): Grant(at("/v1/messages"), anybody),
    ("POST", "/v1/messages/read"): Grant(at("/v1/messages/read"), anybody),
    ("POST", "/v1/messages/{message_id}/read"): Grant(at("/v1/messages/{message}/read"), nobody),
    ("GET", "/v1/indicators"): Grant(at("/v1/indicators"), overseers),
    ("GET", "/v1/indicators/cases"): Grant(
        at("/v1/indicators/cases?indicator=disposed&part=numerator"), overseers
    ),
    ("GET", "/v1/indicators.xlsx"): Grant(at("/v1/indicators.xlsx"), overseers),
    ("GET", "/v1/organisations"): Grant(at("/v1/organisations"), anybody),
    ("GET", "/v1/people"): Grant(at("/v1/people"), anybody),
    ("GET", "/v1/grids"): Grant(at("/v1/grids"), anybody),
    ("GET", "/v1/categories"): Grant(at("/v1/categories"), anybody),
    ("GET", "/v1/playbooks"): Grant(at("/v1/playbooks"), anybody),
    ("POST", "/v1/drill/advance"): Grant(
        at("/v1/drill/advance", json=lambda scene: {"dispute_no": scene.number, "by": "P0D"}), drillers
    ),
    ("POST", "/v1/drill/digest"): Grant(at("/v1/drill/digest"), only("supervisor", "leader", "admin_system")),
}  # fmt: skip
"""Endpoint -> who is answered what; a name behind the path tells two requests to one endpoint apart."""
ACTION = ("POST", "/v1/disputes/{no}/actions/{name}")
STREAM = ("GET", "/v1/events")
OPEN = {("POST", "/v1/auth/token"), ("GET", "/healthz"), ("GET", "/readyz")}
"""Answered without sign-in."""
RELATIONS: dict[str, Callable[[str, set[str]], bool]] = {
    "own": lambda path, parts: path in parts,
    "above": lambda path, parts: any(part != path and within(part, path) for part in parts),
    "below": lambda path, parts: any(part != path and within(path, part) for part in parts),
    "beside": lambda path, parts: any(parent(part) == parent(path) for part in parts),
    "elsewhere": lambda path, parts: True,
}
"""How far an organisation is from those that have a part; the first that holds."""


def endpoint(key: tuple[str, str]) -> tuple[str, str]:
    """The endpoint that a rule is about."""
    method, path = key
    return method, path.split("?")[0].split(" ")[0]


@pytest.fixture(scope="module")
def scene(jinhua: Instance) -> Iterator[Scene]:
    """A dispute disposed of by two departments, its lead's task taken by somebody."""
    people = People(jinhua.base, jinhua.var / "demo.json")
    house = uuid.uuid4().int % 900_000 + 10_000
    now = "2026-11-20T10:00:00+08:00"
    incident = {
        "source": "110", "source_no": f"A{uuid.uuid4().hex[:12]}", "occurred_at": now, "reported_at": now,
        "place": {"address": f"古山镇金江龙村{house}号"}, "narrative": "两户因宅基地边界争执，砌墙被拦",
        "parties": [{"name": f"甲{house}", "side": "a"}, {"name": f"乙{house}", "side": "b"}],
    }  # fmt: skip
    reporter = people.with_role("call_taker")
    number = reporter.post("/v1/incidents", incident)["dispute_no"]
    people.answer(number, "confirm_triage", "confirm")
    people.answer(number, "handle_on_scene", "unsettled")
    people.answer(number, "follow_up_responsibly", "request_third_push", suggested=["natural_res"])
    people.answer(number, "approve_third_push", "approve", suggested=["natural_res"])
    people.answer(number, "dispatch", "assign", lead="natural_res", cooperating=["agri"])
    for _ in range(2):
        people.answer(number, "accept_assignment", "accept")
    task_id = people.wait_for(number, "dispose")["task_id"]
    holder = people.at("department_handler", "natural_res", 1)
    holder.post(f"/v1/tasks/{task_id}/claim")
    attachment = holder.attach(number)
    job = people.at("supervisor", "county", 1).post("/v1/audit/replays", {"dispute_no": number})["job_id"]
    state = asyncio.run(state_of(jinhua, number))
    task = state.task(task_id)
    assert task is not None
    yield Scene(
        number=number, state=state, task=task, holder=holder.get("/v1/me")["person_id"], attachment=attachment,
        incident=incident, reporter=reporter.get("/v1/me")["person_id"],
        elsewhere={"uuid": str(uuid.uuid4()), "job": job, "message": str(uuid.uuid4())},
    )  # fmt: skip
    assert asyncio.run(state_of(jinhua, number)).revision == state.revision, "somebody did something after all"


async def state_of(instance: Instance, number: str) -> DisputeState:
    """The case as its history tells it."""
    client = await connect(instance.settings)
    state = (await replay(await client.get_workflow_handle(number).fetch_history(), client.data_converter)).state
    assert state is not None
    return state


@pytest.fixture(scope="module")
def persons(scene: Scene) -> list[Person]:
    """For each role, somebody at each distance there is; not the one who holds the task."""
    from infra.demo.people import people  # the county's thousand, made anew: their ids are the same on every run

    paths = {path for _, path in scene.parts}
    chosen: dict[tuple[str, str], Person] = {}
    for person in people(county.organisations()):
        posts = tuple((post.role, post.organisation.path) for post in person.posts)
        if person.person_id == scene.holder:
            continue
        for role, path in posts:
            relation = next(name for name, holds in RELATIONS.items() if holds(path, paths))
            known = Person(person.person_id, person.username, posts, f"{role}, {relation}")
            chosen.setdefault((role, relation), known)
    assert {role for role, _ in chosen} == set(ROLES)
    assert {relation for _, relation in chosen} == set(RELATIONS)
    return list({person.person_id: person for person in chosen.values()}.values())


class Door:
    """Requests as anybody, without a sign-in each: tokens signed with the installation's own key."""

    def __init__(self, instance: Instance) -> None:
        self._http = httpx2.Client(base_url=instance.base, timeout=60, trust_env=False)
        self._tokens = Tokens(instance.settings.key_file, 1)

    def __call__(self, person: Person | None, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._tokens.issue(person.person_id)}"} if person else {}
        return self._http.request(method, path, headers=headers, **more)

    def stream(self, person: Person | None) -> int:
        """The status of the stream of events, which is closed at once."""
        headers = {"Authorization": f"Bearer {self._tokens.issue(person.person_id)}"} if person else {}
        with self._http.stream("GET", "/v1/events", headers=headers) as answer:
            return answer.status_code


@pytest.fixture(scope="module")
def door(jinhua: Instance) -> Iterator[Door]:
    """The way in."""
    opened = Door(jinhua)
    yield opened
    opened._http.close()


def test_every_endpoint_has_a_rule(jinhua: Instance) -> None:
    document = httpx2.get(f"{jinhua.base}/openapi.json", trust_env=False).json()
    endpoints = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert endpoints == {endpoint(key) for key in GRANTS} | {ACTION, STREAM} | OPEN


def test_nothing_is_answered_without_a_sign_in(door: Door, scene: Scene) -> None:
    for key, grant in GRANTS.items():
        path, more = grant.request(scene)
        answer = door(None, key[0], path, **more)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), key
    assert door.stream(None) == 401


@pytest.mark.timeout(600)
def test_everybody_is_answered_as_his_posts_grant(door: Door, scene: Scene, persons: list[Person]) -> None:
    wrong = []
    for person in persons:
        for key, grant in GRANTS.items():
            path, more = grant.request(scene)
            answer, expected = door(person, key[0], path, **more), grant.expected(person, scene)
            if answer.status_code not in expected:
                wrong.append(f"{person.chosen} ({person.username}) {key}: {answer.status_code}, not {expected}")
    print(f"{len(persons)} persons, {len(GRANTS)} requests each")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.timeout(600)
def test_actions_are_refused_to_whom_they_are_not_granted(door: Door, scene: Scene, persons: list[Person]) -> None:
    wrong = []
    paths = {path for _, path in scene.parts}
    for person in persons:
        for name, spec in ACTIONS.items():
            mine = any(role in spec.roles and any(within(p, path) for p in paths) for role, path in person.posts)
            answer = door(person, "POST", f"/v1/disputes/{scene.number}/actions/{name}", json={})
            granted = {422, 409} if mine else {403, 409}
            expected = granted if scene.sees(person) else {404}
            if answer.status_code not in expected:
                wrong.append(f"{person.chosen} ({person.username}) {name}: {answer.status_code}, not {expected}")
    assert wrong == []


def test_lists_hold_what_a_person_sees_and_no_more(door: Door, scene: Scene, persons: list[Person]) -> None:
    wrong = []
    for person in persons:
        found = door(person, "GET", f"/v1/disputes?q={scene.number}").json()["items"]
        if bool(found) != scene.sees(person):
            wrong.append(f"{person.chosen} ({person.username}): {len(found)} disputes")
        for box in ("mine", "claimable", "done"):
            tasks = door(person, "GET", f"/v1/tasks?box={box}&q={scene.number}&limit=200").json()["items"]
            theirs = [t["task_id"] for t in tasks if not _asked(scene, person, t["task_id"])]
            wrong += [f"{person.chosen} ({person.username}) {box}: {task_id}" for task_id in theirs]
    assert wrong == []


def test_the_stream_opens_for_whoever_is_signed_in(door: Door, persons: list[Person]) -> None:
    assert door.stream(persons[0]) == 200


def _asked(scene: Scene, person: Person, task_id: str) -> bool:
    task = scene.state.task(task_id)
    assert task is not None
    if task.decision and task.decision.actor_id == person.person_id:
        return True
    asked = [(post.role, post.path) for post in task.addressees]
    return any(role == wanted and within(there, path) for role, path in person.posts for wanted, there in asked)
