"""Work handed over, by the contract: delegated, transferred, done by deputies; who is refused, and who sees what."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.cli.client import Client
from domain.base import CHINA
from tests.e2e.support import People, errors_of, refusal_of

STATION = "station-gushan"
CONTACT = {"manner": "call", "who": "李某", "summary": "已电话联系"}
SETTLED = {"summary": "双方到所协商一致"}


def in_days(days: float) -> str:
    """A moment from now on, as people write it."""
    return (datetime.now(CHINA) + timedelta(days=days)).isoformat(timespec="seconds")


def box(who: Client, name: str, number: str) -> list[str]:
    """The tasks of a dispute in a person's box."""
    return [t["task_id"] for t in who.get("/v1/tasks", box=name, q=number)["items"]]


def person_id(who: Client) -> str:
    return str(who.get("/v1/me")["person_id"])


@contextmanager
def deputy(person: Client, stands_in: Client, days: float = 3) -> Iterator[dict[str, Any]]:
    """One person stands in for another, for the length of a block."""
    body = {"deputy": stands_in.username, "since": in_days(0), "until": in_days(days)}
    named = person.post("/v1/deputies", body)
    yield named
    current = [d["deputyship_id"] for d in person.get("/v1/deputies")["items"] if d["state"] == "current"]
    if named["deputyship_id"] in current:
        person.delete(f"/v1/deputies/{named['deputyship_id']}")


@pytest.fixture(scope="module")
def officers(people: People) -> tuple[Client, Client, Client]:
    """The three responsible officers of the station."""
    first, second, third = (people.at("responsible_officer", STATION, n) for n in range(3))
    return first, second, third


# --- delegate


def test_a_task_is_delegated_prepared_and_comes_back(people: People, officers: tuple[Client, ...]) -> None:
    owner, helper = officers[0], people.at("on_scene_officer", STATION, 2)
    number, task_id = people.for_any_officer()
    whole = owner.get(f"/v1/tasks/{task_id}")
    assert whole["standing"] == "free"
    assert helper.username in {c["username"] for c in whole["colleagues"]}
    assert owner.username not in {c["username"] for c in whole["colleagues"]}
    key = str(uuid.uuid4())
    body = {"to": helper.username, "note": "请先上门"}
    given = owner.post(f"/v1/tasks/{task_id}/delegate", body, key=key)
    assert (given["task"]["state"], given["task"]["delegate"]) == ("claimed", person_id(helper))
    assert owner.post(f"/v1/tasks/{task_id}/delegate", body, key=key) == given
    reused = {"to": helper.username, "note": "另一说明"}
    assert refusal_of(lambda: owner.post(f"/v1/tasks/{task_id}/delegate", reused, key=key))[1] == (
        "idempotency_key_reused"
    )
    assert box(owner, "mine", number) == box(helper, "mine", number) == [task_id]
    seen = helper.get(f"/v1/tasks/{task_id}")
    assert (seen["standing"], seen["delegate_note"]) == ("delegate", "请先上门")
    helper.post(f"/v1/disputes/{number}/comments", {"text": "已联系"})
    people.decide(task_id, "contacted", helper, **CONTACT)
    photo = helper.attach(number)
    answer = helper.post(f"/v1/tasks/{task_id}/decide",
                         {"decision": "settled", "fields": SETTLED, "attachments": [photo]})  # fmt: skip
    assert (answer["task"]["state"], answer["dispute"]["stage"]) == ("claimed", "push_2")
    task = owner.get(f"/v1/tasks/{task_id}")
    assert [(r["name"], r["proposal"]) for r in task["record"]] == [("contacted", False), ("settled", True)]
    assert task["record"][1]["evidence"][0]["attachment_id"] == photo
    assert (task["standing"], task["delegate"]) == ("mine", None)
    assert box(helper, "mine", number) == []
    assert helper.get(f"/v1/disputes/{number}")["dispute_no"] == number  # he had a part
    assert refusal_of(lambda: people.decide(task_id, "settled", helper, **SETTLED)) == (403, "not_entitled")
    people.decide(task_id, "settled", owner, **SETTLED)
    entry = next(e for e in people.timeline(number) if e["kind"] == "proposed")
    assert (entry["actor_id"], entry["detail"]["decision"]) == (person_id(helper), "settled")


def test_a_helper_from_elsewhere_sees_the_dispute_only_for_his_part(people: People) -> None:
    lead = people.at("department_handler", "natural_res")
    colleague, other = people.at("department_handler", "natural_res", 1), people.at("mediator", "justice-gushan")
    number = people.at_dispose("natural_res")
    task_id = people.wait_for(number, "dispose")["task_id"]
    assert refusal_of(lambda: other.get(f"/v1/tasks/{task_id}")) == (404, "not_found")
    refused = errors_of(lambda: lead.post(f"/v1/tasks/{task_id}/delegate", {"to": other.username}))
    assert "本单位" in refused["to"]
    lead.post(f"/v1/tasks/{task_id}/delegate", {"to": person_id(colleague)})
    assert colleague.get(f"/v1/tasks/{task_id}")["standing"] == "delegate"
    colleague.post(f"/v1/tasks/{task_id}/release", {"reason": "不熟悉"})
    assert lead.get(f"/v1/tasks/{task_id}")["delegate"] is None


def test_who_sees_by_no_post_sees_while_he_prepares_and_no_longer(people: People, officers: tuple[Client, ...]) -> None:
    helper, number = officers[0], people.quarrel()  # his post comes in only with the second push
    task_id = people.open_tasks(number)[0]["task_id"]
    hidden = (404, "not_found")
    assert refusal_of(lambda: helper.get(f"/v1/disputes/{number}")) == hidden
    assert helper.get("/v1/disputes", q=number)["items"] == []
    people.at("command_room", STATION).post(f"/v1/tasks/{task_id}/delegate", {"to": person_id(helper)})
    assert helper.get(f"/v1/disputes/{number}")["dispute_no"] == number
    people.decide(task_id, "confirm", helper)
    assert people.dispute(number)["stage"] == "triage"
    assert helper.get("/v1/disputes", q=number)["items"] == []
    for path in (f"/v1/disputes/{number}", f"/v1/tasks/{task_id}"):  # what he proposed is with who delegated it
        assert refusal_of(lambda path=path: helper.get(path)) == hidden  # type: ignore[misc]
    assert refusal_of(lambda: officers[1].get(f"/v1/disputes/{number}")) == hidden  # his part, not his post's


def test_who_may_not_delegate_is_refused(people: People, officers: tuple[Client, ...]) -> None:
    _, task_id = people.for_any_officer()
    owner, second, _ = officers
    post = f"/v1/tasks/{task_id}/delegate"
    duty = people.at("duty_leader", STATION)
    assert refusal_of(lambda: duty.post(post, {"to": second.username})) == (403, "not_entitled")
    assert "没有用户名" in errors_of(lambda: owner.post(post, {"to": "nobody-1"}))["to"]
    assert set(errors_of(lambda: owner.post(post, {"note": "一"}))) == {"to"}
    assert "自己" in errors_of(lambda: owner.post(post, {"to": owner.username}))["to"]
    owner.post(f"/v1/tasks/{task_id}/claim")
    taken = (409, "task_claimed_by_other")
    assert refusal_of(lambda: second.post(post, {"to": owner.username})) == taken
    assert refusal_of(lambda: owner.post("/v1/tasks/none/delegate", {"to": second.username})) == (404, "not_found")
    people.decide(task_id, "settled", owner, **SETTLED)
    assert refusal_of(lambda: owner.post(post, {"to": second.username})) == (409, "task_closed")


@pytest.mark.req("J-003")
def test_what_is_one_officer_s_by_name_is_handed_on_and_not_given_back(people: People) -> None:
    """“将警情二次推送的任务落实给责任民警”"""
    number = people.at_push_2()
    task = people.wait_for(number, "follow_up_responsibly")
    whole = people.supervisor.get(f"/v1/tasks/{task['task_id']}")
    owner = people.person(whole["candidates"][0]["username"])
    others = [people.at("responsible_officer", STATION, n) for n in range(3)]
    other = next(officer for officer in others if officer.username != owner.username)
    assert (task["state"], task["named"], task["assignee"]) == ("claimed", True, person_id(owner))
    assert (box(owner, "mine", number), box(other, "claimable", number)) == ([task["task_id"]], [])
    taken = (409, "task_claimed_by_other")
    assert refusal_of(lambda: people.decide(task["task_id"], "settled", other, **SETTLED)) == taken
    assert refusal_of(lambda: owner.post(f"/v1/tasks/{task['task_id']}/release"))[0] in (403, 409)
    owner.post(f"/v1/tasks/{task['task_id']}/transfer", {"to": other.username, "reason": "休假"})
    other.post(f"/v1/tasks/{task['task_id']}/claim")
    assert (box(owner, "mine", number), box(other, "mine", number)) == ([], [task["task_id"]])


# --- transfer


@pytest.mark.req("W-081")
def test_an_offered_task_is_accepted_or_rejected(people: People, officers: tuple[Client, ...]) -> None:
    owner, second, third = officers
    number, task_id = people.for_any_officer()
    post = f"/v1/tasks/{task_id}/transfer"
    assert set(errors_of(lambda: owner.post(post, {"to": second.username}))) == {"reason"}
    outsider = people.at("on_scene_officer", STATION)
    refused = errors_of(lambda: owner.post(post, {"to": outsider.username, "reason": "休假"}))
    assert "可办理" in refused["to"]
    offered = owner.post(post, {"to": second.username, "reason": "休假"})
    assert (offered["task"]["assignee"], offered["task"]["offered_to"]) == (person_id(owner), person_id(second))
    assert box(owner, "mine", number) == box(second, "claimable", number) == [task_id]
    assert box(third, "claimable", number) == []
    shown = second.get(f"/v1/tasks/{task_id}")
    assert (shown["standing"], shown["offer_reason"]) == ("offered", "休假")
    assert refusal_of(lambda: people.decide(task_id, "settled", second, **SETTLED)) == (409, "task_claimed_by_other")
    second.post(f"/v1/tasks/{task_id}/release", {"reason": "手上案件多"})
    assert box(second, "claimable", number) == []
    assert refusal_of(lambda: second.post(f"/v1/tasks/{task_id}/claim")) == (409, "task_claimed_by_other")
    owner.post(post, {"to": third.username, "reason": "休假"})
    accepted = third.post(f"/v1/tasks/{task_id}/claim")
    assert (accepted["task"]["assignee"], accepted["task"]["offered_to"]) == (person_id(third), None)
    assert (box(owner, "mine", number), box(third, "mine", number)) == ([], [task_id])
    handed = [e for e in people.timeline(number) if e["kind"].startswith("transfer_")]
    assert [e["kind"] for e in handed] == [
        "transfer_offered", "transfer_rejected", "transfer_offered", "transfer_accepted",
    ]  # fmt: skip
    assert handed[1]["detail"]["reason"] == "手上案件多"


def test_who_offered_takes_it_back(people: People, officers: tuple[Client, ...]) -> None:
    owner, second, _ = officers
    _number, task_id = people.for_any_officer()
    owner.post(f"/v1/tasks/{task_id}/transfer", {"to": second.username, "reason": "休假"})
    assert owner.post(f"/v1/tasks/{task_id}/claim")["task"]["offered_to"] is None
    assert refusal_of(lambda: second.post(f"/v1/tasks/{task_id}/claim")) == (409, "task_claimed_by_other")


# --- deputies


def test_a_deputy_acts_as_himself_on_behalf_of_the_other(people: People, officers: tuple[Client, ...]) -> None:
    owner, stands_in = officers[0], people.at("on_scene_officer", STATION, 2)
    number, task_id = people.for_any_officer()
    refused = (403, "not_entitled")
    assert refusal_of(lambda: people.decide(task_id, "contacted", stands_in, **CONTACT)) == refused
    with deputy(owner, stands_in) as named:
        assert named["state"] == "current"
        me = stands_in.get("/v1/me")
        [other] = me["deputising_for"]
        assert (other["person_id"], other["until"]) == (person_id(owner), named["until"])
        assert [post["role"] for post in other["posts"]] == ["responsible_officer"]
        assert "responsible_officer" not in {post["role"] for post in me["posts"]}
        assert box(stands_in, "claimable", number) == [task_id]
        shown = stands_in.get(f"/v1/tasks/{task_id}")
        assert (shown["standing"], shown["on_behalf_of"]["person_id"]) == ("free", person_id(owner))
        people.decide(task_id, "contacted", stands_in, **CONTACT)
        claimed = stands_in.post(f"/v1/tasks/{task_id}/claim")
        assert claimed["task"]["assignee"] == person_id(owner)
        assert box(owner, "mine", number) == box(stands_in, "mine", number) == [task_id]
        answer = people.decide(task_id, "settled", stands_in, **SETTLED)
        decision = answer["task"]["decision"]
        assert (decision["actor_id"], decision["on_behalf_of"]) == (person_id(stands_in), person_id(owner))
        assert decision["on_behalf_name"] == owner.get("/v1/me")["name"]
        assert box(stands_in, "done", number) == box(owner, "done", number) == [task_id]
    entry = next(e for e in people.timeline(number) if e["detail"].get("decision") == "settled")
    assert (entry["actor_id"], entry["on_behalf_of"]) == (person_id(stands_in), person_id(owner))
    assert entry["on_behalf_name"] == owner.get("/v1/me")["name"]
    assert stands_in.get("/v1/me")["deputising_for"] == []


def test_a_deputyship_that_was_ended_or_has_run_out_gives_nothing(people: People, officers: tuple[Client, ...]) -> None:
    owner, stands_in = officers[1], people.at("on_scene_officer", STATION)
    number, task_id = people.for_any_officer()
    with deputy(owner, stands_in) as named:
        assert box(stands_in, "claimable", number) == [task_id]
        over = stands_in.delete(f"/v1/deputies/{named['deputyship_id']}")  # the deputy himself may
        assert (over["state"], over["ended_by"]) == ("over", person_id(stands_in))
        assert box(stands_in, "claimable", number) == []
        assert refusal_of(lambda: people.decide(task_id, "contacted", stands_in, **CONTACT)) == (403, "not_entitled")
        assert refusal_of(lambda: owner.delete(f"/v1/deputies/{named['deputyship_id']}")) == (409, "conflict")
    with deputy(owner, stands_in, days=1.2 / 86400):
        deadline = time.monotonic() + 60
        while stands_in.get("/v1/me")["deputising_for"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    later = owner.post("/v1/deputies", {"deputy": stands_in.username, "since": in_days(1), "until": in_days(2)})
    assert (later["state"], stands_in.get("/v1/me")["deputising_for"]) == ("ahead", [])
    owner.delete(f"/v1/deputies/{later['deputyship_id']}")


def test_what_the_other_claimed_is_answered_by_his_deputy_only(people: People, officers: tuple[Client, ...]) -> None:
    owner, second, third = officers
    _number, task_id = people.for_any_officer()
    owner.post(f"/v1/tasks/{task_id}/claim")
    taken = (409, "task_claimed_by_other")
    assert refusal_of(lambda: people.decide(task_id, "contacted", second, **CONTACT)) == taken
    with deputy(owner, second):
        assert refusal_of(lambda: people.decide(task_id, "contacted", third, **CONTACT)) == taken
        answer = people.decide(task_id, "contacted", second, **CONTACT)
        assert answer["task"]["record"][-1]["on_behalf_of"] == person_id(owner)
        handed = second.post(f"/v1/tasks/{task_id}/transfer", {"to": third.username, "reason": "代为移交"})
        assert handed["task"]["offered_to"] == person_id(third)


def test_actions_are_taken_on_behalf_and_approved_by_neither(people: People) -> None:
    number = people.at_push_2()
    chief, stands_in = people.at("station_chief", STATION), people.at("on_scene_officer", STATION, 1)
    assert [a["name"] for a in stands_in.get(f"/v1/disputes/{number}")["actions"]] == ["correct_party"]
    with deputy(chief, stands_in):
        assert "escalate" in {a["name"] for a in stands_in.get(f"/v1/disputes/{number}")["actions"]}
        people.act(number, "escalate", stands_in)
    entry = next(e for e in people.timeline(number) if e["kind"] == "action")
    assert (entry["actor_id"], entry["on_behalf_of"]) == (person_id(stands_in), person_id(chief))


def test_nobody_judges_work_he_did_on_behalf_or_had_done(people: People) -> None:
    first, second = people.at("duty_leader", STATION), people.at("duty_leader", STATION, 1)
    scene = people.at("on_scene_officer", STATION)
    number = people.at_push_1()
    task_id = people.open_tasks(number)[0]["task_id"]
    with deputy(scene, first):
        people.decide(task_id, "settled", first, summary="双方同意离开")
        judged = people.open_tasks(number, "evaluate")[0]["task_id"]
        barred = (403, "four_eyes")
        assert refusal_of(lambda: people.decide(judged, "accept", first)) == barred
        assert box(first, "claimable", number) == []
    with deputy(second, scene):  # he was represented in the work, and now stands in for the judge
        assert refusal_of(lambda: people.decide(judged, "accept", scene)) == barred
        assert box(scene, "claimable", number) == []
        assert scene.get(f"/v1/tasks/{judged}")["standing"] == "barred"
    people.decide(judged, "accept", second)


def test_naming_a_deputy_is_refused_where_it_does_not_fit(people: People, officers: tuple[Client, ...]) -> None:
    owner, second, third = officers
    names = {"deputy": second.username, "since": in_days(0), "until": in_days(5)}

    def wrong(who: Client = owner, **more: Any) -> dict[str, str]:
        return errors_of(lambda: who.post("/v1/deputies", {**names, **more}))

    assert "本人" in wrong(deputy=owner.username)["deputy"]
    assert "没有用户名" in wrong(deputy="nobody-1")["deputy"]
    assert "90天" in wrong(until=in_days(91))["until"]
    assert set(wrong(until=in_days(-1), since=in_days(-2))) == {"until"}
    assert set(wrong(until="明天")) == {"until"}
    assert set(wrong(other=1)) == {"other"}
    assert set(errors_of(lambda: owner.post("/v1/deputies", {}))) == {"deputy", "since", "until"}
    auditor, security = people.with_role("auditor"), people.with_role("admin_security")
    assert set(wrong(deputy=auditor.username)) == {"deputy"}
    assert set(wrong(security)) == {"person"}
    assert set(wrong(security, person="nobody-1")) == {"person"}
    for_another = {**names, "deputy": third.username, "person": owner.username}
    assert refusal_of(lambda: second.post("/v1/deputies", for_another)) == (403, "not_entitled")
    with deputy(owner, second):
        assert refusal_of(lambda: owner.post("/v1/deputies", names)) == (409, "conflict")


def test_deputies_of_others_are_named_and_ended_by_those_who_may(people: People, officers: tuple[Client, ...]) -> None:
    owner, second, third = officers
    security, auditor = people.with_role("admin_security"), people.with_role("auditor")
    key = str(uuid.uuid4())
    body = {"deputy": second.username, "since": in_days(0), "until": in_days(3), "person": owner.username}
    named = security.post("/v1/deputies", body, key=key)
    assert security.post("/v1/deputies", body, key=key) == named
    assert (named["person"]["username"], named["deputy"]["username"]) == (owner.username, second.username)
    assert named["named_by"] == person_id(security)
    ids = [
        [d["deputyship_id"] for d in who.get("/v1/deputies")["items"]]
        for who in (owner, second, auditor, people.supervisor, third)
    ]
    assert all(named["deputyship_id"] in found for found in ids[:4])
    assert named["deputyship_id"] not in ids[4]
    first = auditor.get("/v1/deputies", limit=1)
    assert [d["deputyship_id"] for d in first["items"]] == [named["deputyship_id"]]
    assert refusal_of(lambda: third.delete(f"/v1/deputies/{named['deputyship_id']}")) == (404, "not_found")
    assert refusal_of(lambda: third.delete("/v1/deputies/none")) == (404, "not_found")
    assert people.supervisor.delete(f"/v1/deputies/{named['deputyship_id']}")["state"] == "over"


def test_deputising_is_not_handed_on_and_leaves_administration_out(
    people: People, officers: tuple[Client, ...]
) -> None:
    owner, second, _ = officers
    far = people.at("on_scene_officer", STATION)
    _, task_id = people.for_any_officer()
    with deputy(owner, second), deputy(second, far):
        lent = {other["person_id"] for other in far.get("/v1/me")["deputising_for"]}
        assert lent == {person_id(second)}
        answer = people.decide(task_id, "contacted", far, **CONTACT)
        assert answer["task"]["record"][-1]["on_behalf_of"] == person_id(second)


def test_what_a_deputy_reads_is_noted_under_his_own_name(people: People, officers: tuple[Client, ...]) -> None:
    owner, stands_in = officers[2], people.at("mediator", "justice-gushan")
    number = people.at_push_2()
    assert refusal_of(lambda: stands_in.get(f"/v1/disputes/{number}")) == (404, "not_found")
    with deputy(owner, stands_in):
        assert stands_in.get(f"/v1/disputes/{number}")["dispute_no"] == number
    log = people.with_role("auditor").get("/v1/audit/access", dispute_no=number, limit=200)["items"]
    noted = {(e["person_id"], e["outcome"]) for e in log if e["what"] == "read"}
    assert {(person_id(stands_in), "not_found"), (person_id(stands_in), "ok")} <= noted
    assert person_id(owner) not in {person for person, _ in noted}
    named = people.with_role("auditor").get("/v1/audit/access", person=owner.username)["items"]
    assert {"deputy:name", "deputy:end"} <= {e["what"] for e in named}
