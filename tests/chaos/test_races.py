"""Many people, one case, at once: one wins, the others are told why, nobody hangs and nothing breaks."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.cli.client import Client, Refusal
from infra.database.tables.people import PersonRow, PostRow
from tests.chaos.support import Clerk, agrees, from_engine, insist, until
from tests.instance import Instance

CROWD = 20
Outcome = tuple[int, str, dict[str, Any]]


@pytest.fixture
def clerk(chaos: Instance) -> Clerk:
    """A clerk with a dispute of its own, waiting for its triage."""
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    return clerk


def outcome(do: Callable[[], dict[str, Any]]) -> Outcome:
    """(status, code, body) of a request."""
    try:
        body = do()
    except Refusal as refusal:
        return refusal.status, refusal.code, refusal.body
    return 202 if "accepted_for" in body else 200, "", body


def at_once(requests: Sequence[Callable[[], dict[str, Any]]]) -> list[Outcome]:
    """Sends requests from as many threads in the same moment."""
    start = threading.Barrier(len(requests))

    def one(do: Callable[[], dict[str, Any]]) -> Outcome:
        start.wait()
        return outcome(do)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(one, requests))


def decide(who: Client, task_id: str, body: dict[str, Any], key: str | None = None) -> Callable[[], dict[str, Any]]:
    """A decision to be sent."""
    return lambda: who.post(f"/v1/tasks/{task_id}/decide", body, key=key or str(uuid.uuid4()))


def candidates(clerk: Clerk, kind: str) -> tuple[str, list[Client]]:
    """A task and everybody who may answer it, signed in."""
    task = clerk.task(kind)
    people = [clerk.county.person(c["username"]) for c in task["candidates"]]
    for person in people:
        person.get("/v1/me")
    return task["task_id"], people


def test_of_two_who_claim_at_once_one_is_told_of_the_other(clerk: Clerk) -> None:
    task_id, people = candidates(clerk, "confirm_triage")
    answers = at_once([lambda who=who: who.post(f"/v1/tasks/{task_id}/claim") for who in people[:2]])  # type: ignore[misc]
    assert sorted((status, code) for status, code, _ in answers) == [(200, ""), (409, "task_claimed_by_other")]
    [taken] = clerk.county.open_tasks(clerk.number)
    assert taken["state"] == "claimed"
    loser = people[[status for status, _, _ in answers].index(409)]
    assert outcome(decide(loser, task_id, {"decision": "confirm"}))[:2] == (409, "task_claimed_by_other")


def test_the_same_key_at_once_has_one_effect_and_one_answer(chaos: Instance, clerk: Clerk) -> None:
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    key = str(uuid.uuid4())
    first, second, third = at_once([decide(who, task_id, body, key)] * 3)
    assert first == second == third
    assert first[0] == 200
    assert outcome(decide(who, task_id, body, key)) == first
    assert [e["kind"] for e in clerk.county.timeline(clerk.number)].count("decision") == 1


def test_the_same_key_with_other_content_is_refused(clerk: Clerk) -> None:
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    key = str(uuid.uuid4())
    assert outcome(decide(who, task_id, body, key))[0] == 200
    other = {**body, "note": "另一内容"}
    assert outcome(decide(who, task_id, other, key))[:2] == (422, "idempotency_key_reused")


def test_of_two_contents_at_once_under_one_key_one_is_taken_and_the_other_refused(clerk: Clerk) -> None:
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    key = str(uuid.uuid4())
    bodies = [body, {"decision": "correct", "fields": {"reason": "改", "urgent": True}}]
    answers = at_once([decide(who, task_id, each, key) for each in bodies])
    assert sorted((status, code) for status, code, _ in answers) == [(200, ""), (422, "idempotency_key_reused")]
    [taken] = [e for e in clerk.county.timeline(clerk.number) if e["kind"] == "decision"]
    assert taken["detail"]["decision"] == bodies[[status for status, _, _ in answers].index(200)]["decision"]


def test_a_refusal_is_the_stored_answer_of_its_key_too(clerk: Clerk) -> None:
    task_id, people = candidates(clerk, "confirm_triage")
    assert outcome(decide(people[0], task_id, {"decision": "confirm"}))[0] == 200
    key = str(uuid.uuid4())
    refused = outcome(decide(people[1], task_id, {"decision": "confirm"}, key))
    assert refused[:2] == (409, "task_closed")
    assert outcome(decide(people[1], task_id, {"decision": "confirm"}, key)) == refused


def test_the_last_decision_of_a_life_repeated_gets_its_answer(chaos: Instance, clerk: Clerk) -> None:
    """Its answer was lost with the connection, and the workflow has ended meanwhile."""
    clerk.answer("confirm_triage", "confirm")
    who, task_id, body = clerk.prepare("handle_on_scene", "criminal_case")
    key = str(uuid.uuid4())
    lock = sqlite3.connect(chaos.var / "santui.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        unstored = clerk.send(who, task_id, body, key)  # can't be stored, so it is as good as lost
        assert unstored["published"] is False
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    status, code, again = outcome(decide(who, task_id, body, key))
    assert (status, code) == (200, "")
    assert again["task"]["state"] == "done"
    agrees(chaos, clerk)


@pytest.mark.parametrize("after", [0.0, 0.7, 1.0, 1.3])
def test_of_a_decision_and_the_clocks_expiry_one_wins_and_the_loser_is_told(
    after: float, chaos: Instance, clerk: Clerk
) -> None:
    who, task_id, body = clerk.prepare("confirm_triage", "correct", urgent=True)
    clerk.county.supervisor.get("/v1/me")
    decision = decide(who, task_id, body)

    def late() -> dict[str, Any]:
        threading.Event().wait(after)
        return decision()

    decided, advanced = at_once([late, lambda: clerk.county.advance(clerk.number, "PT30M")])
    assert advanced[0] == 200
    state, _ = from_engine(chaos, clerk.number)
    by_clock = [e.actor_id is None for e in state.timeline if e.kind == "decision"]
    expired = [e for e in state.timeline if e.kind == "expired"]
    assert len(by_clock) == 1
    if decided[0] == 200:
        assert (by_clock, expired) == ([False], [])
    else:
        assert (decided[:2], by_clock, len(expired)) == ((409, "task_closed"), [True], 1)
        assert "到时限" in decided[2]["detail"]
    print(f"sent after {after} s: {'the person' if decided[0] == 200 else 'the clock'} won")


def test_a_decision_for_an_earlier_round_is_refused(chaos: Instance, clerk: Clerk) -> None:
    clerk.answer("confirm_triage", "confirm")
    who, task_id, body = clerk.prepare("handle_on_scene", "settled")
    clerk.send(who, task_id, body)
    clerk.answer("evaluate", "return")
    clerk.task("handle_on_scene")
    assert outcome(decide(who, task_id, body))[:2] == (409, "stale_round")
    agrees(chaos, clerk)


def test_twenty_people_decide_one_task_at_once_and_one_is_taken(chaos: Instance, clerk: Clerk) -> None:
    crowd = enlist(chaos, clerk, CROWD)
    task_id = clerk.task("confirm_triage")["task_id"]
    answers = at_once([decide(who, task_id, {"decision": "confirm", "fields": {}}) for who in crowd])
    assert Counter((status, code) for status, code, _ in answers) == {(200, ""): 1, (409, "task_closed"): CROWD - 1}
    state, _ = from_engine(chaos, clerk.number)
    [taken] = [e for e in state.timeline if e.kind == "decision"]
    winner = crowd[[status for status, _, _ in answers].index(200)]
    assert taken.actor_id == winner.get("/v1/me")["person_id"]


def enlist(chaos: Instance, clerk: Clerk, count: int) -> list[Client]:
    """New officers of the command room, straight into the tables, signed in; their passwords are the demo's."""
    like = clerk.county.with_role("command_room", "station-gushan").get("/v1/me")["person_id"]
    crowd = [f"crowd-{uuid.uuid4().hex[:8]}" for _ in range(count)]
    database = sqlite3.connect(chaos.var / "santui.db", timeout=10)
    for one in crowd:
        own = {"person_id": one, "username": one, "name": one, "post_id": one}
        for table, role in ((PersonRow, ""), (PostRow, " AND role = 'command_room'")):
            columns = list(table.model_fields)
            chosen = ", ".join(f":{c}" if c in own else c for c in columns)
            into, of = f"INSERT INTO {table.__tablename__} ({', '.join(columns)})", f"FROM {table.__tablename__}"
            database.execute(f"{into} SELECT {chosen} {of} WHERE person_id = :like{role}", {**own, "like": like})
    database.commit()
    database.close()
    people = [Client(clerk.county.base, username, "santui-demo-2026") for username in crowd]
    for person in people:
        insist(lambda person=person: person.get("/v1/me"))  # type: ignore[misc]
    return people


def test_fifteen_records_on_one_dispute_at_once_are_all_taken(chaos: Instance, clerk: Clerk) -> None:
    clerk.answer("confirm_triage", "confirm")
    clerk.answer("handle_on_scene", "unsettled")
    who, task_id, body = clerk.prepare("follow_up_responsibly", "contacted")
    answers = at_once([decide(who, task_id, {**body, "note": f"第{n}次联系"}) for n in range(15)])
    assert Counter(status for status, _, _ in answers) == {200: 15}
    state, _ = from_engine(chaos, clerk.number)
    notes = {decision.note for task in state.tasks for decision in task.record}
    assert notes == {f"第{n}次联系" for n in range(15)}


def test_two_alarms_of_one_quarrel_at_once_make_one_dispute(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    where = {"place": {"address": f"古山镇前黄村{uuid.uuid4().int % 900 + 100}号"}}
    clerk.county.with_role("call_taker").get("/v1/me")
    answers = at_once([lambda: clerk.county.alarm("双方因停车发生争吵，互相推搡", **where)] * 4)
    assert len({body["dispute_no"] for _, _, body in answers}) == 1
    assert sorted(body["joined"] for _, _, body in answers) == [False, True, True, True]
    clerk.number = answers[0][2]["dispute_no"]
    until(lambda: len(clerk.county.dispute(clerk.number)["incidents"]) == 4)


def test_one_report_sent_many_times_at_once_is_one_incident(chaos: Instance) -> None:
    clerk = Clerk(chaos.county)
    source_no = f"S{uuid.uuid4().hex[:12]}"
    now = "2026-11-20T10:00:00+08:00"
    where = {"place": {"address": f"古山镇坑口村{uuid.uuid4().int % 900 + 100}号"}, "source_no": source_no,
             "occurred_at": now, "reported_at": now}  # fmt: skip
    clerk.county.with_role("call_taker").get("/v1/me")
    answers = at_once([lambda: clerk.county.alarm("双方因停车发生争吵", **where)] * 5)
    assert {status for status, _, _ in answers} == {200}
    assert len({(body["incident_id"], body["dispute_no"]) for _, _, body in answers}) == 1
    clerk.number = answers[0][2]["dispute_no"]
    until(lambda: clerk._open("confirm_triage"))
    assert len(clerk.county.dispute(clerk.number)["incidents"]) == 1
