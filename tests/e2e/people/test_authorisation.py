"""Nothing is readable or doable that is not granted: every endpoint, every role, from every distance to the dispute.

The persons are those of the demo county: for each role one in an organisation of the dispute's own, one above, one
below, one beside it and one elsewhere, as far as there are such. An endpoint that no rule of `grants` speaks of fails
the test.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.cli.client import Client
from api.histories.replay import replay
from domain.case.state import DisputeState
from domain.people.organisation import ROLES, within
from domain.policy.action_catalogue import ACTIONS
from infra.demo import county
from infra.demo.people import people as everybody
from infra.temporal.client import connect
from tests.e2e.people.grants import (
    ACTION,
    GRANTS,
    OPEN,
    RELATIONS,
    SIGNING_OUT,
    STREAM,
    endpoint,
)
from tests.e2e.people.grants_of_hazards import OF_HAZARDS
from tests.e2e.people.grants_of_organisations import OF_ORGANISATIONS
from tests.e2e.people.rules import anybody, nobody
from tests.e2e.people.scene import Person, Scene
from tests.e2e.support import People
from tests.instance import Instance
from tests.sign_ins import tokens_of

ALL = {**GRANTS, **OF_HAZARDS, **OF_ORGANISATIONS}


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
    reporter, repeater = people.with_role("call_taker"), people.with_role("hotline_operator")
    first = reporter.post("/v1/incidents", incident)
    number = first["dispute_no"]
    again = repeater.post("/v1/incidents", {**incident, "source_no": f"{incident['source_no']}b"})
    assert (again["dispute_no"], again["joined"]) == (number, True)
    people.answer(number, "confirm_triage", "confirm")
    letter = {"dispute_no": number, "kind": "advice", "to": "agri", "text": "涉及承包地边界，请予核实"}
    notice = people.at("station_chief", "station-gushan").post("/v1/notices", letter)["number"]
    people.answer(number, "handle_on_scene", "unsettled")
    people.answer(number, "follow_up_responsibly", "request_third_push", suggested=["natural_res"])
    people.answer(number, "approve_third_push", "approve", suggested=["natural_res"])
    people.answer(number, "dispatch", "assign", lead="natural_res", cooperating=["agri"])
    for _ in range(2):
        people.answer(number, "accept_assignment", "accept")
    task_id = people.wait_for(number, "dispose")["task_id"]
    holder = people.at("department_handler", "natural_res", 1)
    holder.post(f"/v1/tasks/{task_id}/claim")
    attachment, pending = holder.attach(number), holder.attach(number)
    holder.post(f"/v1/disputes/{number}/comments", {"text": "见附件", "attachments": [attachment]})
    job = people.at("supervisor", "county", 1).post("/v1/audit/replays", {"dispute_no": number})["job_id"]
    state = asyncio.run(state_of(jinhua, number))
    task = state.task(task_id)
    assert task is not None
    yield Scene(
        number=number, state=state, task=task, holder=holder.get("/v1/me")["person_id"], attachment=attachment,
        incident=incident, reporter=reporter.get("/v1/me")["person_id"], repeater=repeater.get("/v1/me")["person_id"],
        elsewhere={"incident_id": first["incident_id"], "joined": again["incident_id"],
                   "uuid": str(uuid.uuid4()), "job": job, "message": str(uuid.uuid4()), "pending": pending,
                   "report": report_of(people.supervisor, number), "notice": notice},
    )  # fmt: skip
    after = asyncio.run(state_of(jinhua, number))
    assert {entry.kind for entry in after.timeline[len(state.timeline) :]} == {"hotline_note"}
    assert standing(after) == standing(state), "somebody did more than pass on what he heard"


def report_of(reader: Client, number: str) -> str:
    """The number of the report by which a dispute left the police."""
    for each in reader.get("/v1/reports", limit=50)["items"]:
        if any(line["dispute_no"] == number for line in reader.get(f"/v1/reports/{each['number']}")["items"]):
            return str(each["number"])
    raise AssertionError(f"{number} is in no report")


async def state_of(instance: Instance, number: str) -> DisputeState:
    """The case as its history tells it."""
    client = await connect(instance.settings)
    state = (await replay(await client.get_workflow_handle(number).fetch_history(), client.data_converter)).state
    assert state is not None
    return state


def standing(state: DisputeState) -> list[dict[str, Any]]:
    """How the tasks stand, whatever was told to those who hold them."""
    return [task.model_dump(exclude={"revision"}) for task in state.tasks]


@pytest.fixture(scope="module")
def persons(scene: Scene) -> list[Person]:
    """For each role, somebody at each distance there is; not the one who holds the task."""
    paths = {path for _, path in scene.parts}
    chosen: dict[tuple[str, str], Person] = {}
    for person in everybody(county.organisations()):  # made anew: their ids are the same on every run
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
    """Requests as anybody: sign-ins that were put on record for all of them."""

    def __init__(self, instance: Instance, persons: list[Person]) -> None:
        self._http = httpx2.Client(base_url=instance.base, timeout=60, trust_env=False)
        self._tokens = tokens_of(instance.settings, [person.person_id for person in persons])

    def __call__(self, person: Person | None, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._tokens[person.person_id]}"} if person else {}
        return self._http.request(method, path, headers=headers, **more)

    def stream(self, person: Person | None) -> int:
        """The status of the stream of events, which is closed at once."""
        headers = {"Authorization": f"Bearer {self._tokens[person.person_id]}"} if person else {}
        with self._http.stream("GET", "/v1/events", headers=headers) as answer:
            return answer.status_code


@pytest.fixture(scope="module")
def door(jinhua: Instance, persons: list[Person]) -> Iterator[Door]:
    """The way in."""
    opened = Door(jinhua, persons)
    yield opened
    opened._http.close()


def test_every_endpoint_has_a_rule(jinhua: Instance) -> None:
    document = httpx2.get(f"{jinhua.base}/openapi.json", trust_env=False, timeout=60).json()
    endpoints = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert endpoints == {endpoint(key) for key in ALL} | {ACTION, STREAM} | OPEN | SIGNING_OUT


def test_nothing_is_answered_without_a_sign_in(door: Door, scene: Scene) -> None:
    for key, grant in ALL.items():
        path, more = grant.request(scene)
        answer = door(None, key[0], path, **more)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), key
    assert door.stream(None) == 401


@pytest.mark.timeout(600)
def test_everybody_is_answered_as_his_posts_grant(door: Door, scene: Scene, persons: list[Person]) -> None:
    wrong, asked, met = [], 0, set[frozenset[str]]()
    for person in persons:
        roles = frozenset(role for role, _ in person.posts)
        met_before = roles in met
        met.add(roles)
        for key, grant in ALL.items():
            if met_before and grant.expected in (anybody, nobody):
                continue  # it was asked by these roles; where they stand makes no difference to it
            asked += 1
            path, more = grant.request(scene)
            answer, expected = door(person, key[0], path, **more), grant.expected(person, scene)
            if answer.status_code not in expected:
                wrong.append(f"{person.chosen} ({person.username}) {key}: {answer.status_code}, not {expected}")
    print(f"{len(persons)} persons, {asked} requests of {len(ALL)} kinds")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.timeout(600)
def test_actions_are_refused_to_whom_they_are_not_granted(door: Door, scene: Scene, persons: list[Person]) -> None:
    wrong = []
    paths = {path for _, path in scene.parts}
    for person in persons:
        for name in ACTIONS:
            may = scene.roles_for(name)
            mine = any(role in may and any(within(p, path) for p in paths) for role, path in person.posts)
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
