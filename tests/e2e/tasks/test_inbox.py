"""The inbox, lists, files and comments of the contract: who may answer, what is refused, who sees what."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

import pytest

from api.cli.client import Client, picture
from tests.e2e.support import NARRATIVE, People, Raw, errors_of, is_chinese, refusal_of

STATION = "station-gushan"
FOREIGN: list[Any] = [[{"a": 1}, 2], [None, None], [1.5], [["x"]], {}, []]
"""What a cursor of ours never holds."""


def made_up(parts: Any) -> str:
    """A cursor as somebody might make one up."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


# --- answering


def test_a_task_tells_who_may_answer_it_with_what(people: People) -> None:
    number = people.at_push_1()
    [open_task] = people.open_tasks(number)
    task = people.supervisor.get(f"/v1/tasks/{open_task['task_id']}")
    assert task["kind"] == "handle_on_scene"
    assert {c["post"]["role"] for c in task["candidates"]} == {"on_scene_officer"}
    for decision in task["decisions"]:
        assert decision["schema"]["example"] == decision["example"]
        assert decision["schema"]["type"] == "object"
    assert task["brief"]["incidents"][0]["narrative"] == NARRATIVE
    officer = people.at("on_scene_officer", STATION)
    boxed = officer.get("/v1/tasks", box="claimable", q=number)["items"]
    assert [t["task_id"] for t in boxed] == [task["task_id"]]
    watching = people.at("duty_leader", STATION).get("/v1/tasks", box="watched", q=number)["items"]
    assert [t["task_id"] for t in watching] == [task["task_id"]]


def test_an_answer_tells_what_it_changed(people: People) -> None:
    number = people.quarrel()
    answer = people.answer(number, "confirm_triage", "confirm")
    assert (answer["task"]["state"], answer["task"]["kind"]) == ("done", "confirm_triage")
    assert answer["dispute"]["stage"] == "push_1"
    assert [t["kind"] for t in answer["opened_tasks"]] == ["handle_on_scene"]
    assert people.dispute(number)["revision"] == answer["dispute"]["revision"]


@pytest.mark.req("W-043")
def test_claiming_ties_a_task_to_a_person(people: People) -> None:
    number = people.quarrel()
    task_id = people.open_tasks(number)[0]["task_id"]
    first, second = people.at("command_room", STATION), people.at("command_room", STATION, 1)
    claimed = first.post(f"/v1/tasks/{task_id}/claim")
    assert claimed["task"]["state"] == "claimed"
    assert claimed["task"]["assignee_name"]
    assert first.post(f"/v1/tasks/{task_id}/claim")["task"]["state"] == "claimed"
    assert [t["task_id"] for t in first.get("/v1/tasks", box="mine", q=number)["items"]] == [task_id]
    taken = (409, "task_claimed_by_other")
    assert refusal_of(lambda: second.post(f"/v1/tasks/{task_id}/claim")) == taken
    assert refusal_of(lambda: second.post(f"/v1/tasks/{task_id}/release")) == taken
    assert refusal_of(lambda: people.decide(task_id, "confirm", second)) == taken
    first.post(f"/v1/tasks/{task_id}/release")
    people.decide(task_id, "confirm", second)
    assert [t["task_id"] for t in second.get("/v1/tasks", box="done", q=number)["items"]] == [task_id]


def test_what_is_done_is_closed(people: People) -> None:
    number = people.quarrel()
    task_id = people.open_tasks(number)[0]["task_id"]
    desk = people.at("command_room", STATION)
    people.decide(task_id, "confirm", desk)
    assert refusal_of(lambda: people.decide(task_id, "confirm", desk)) == (409, "task_closed")
    assert refusal_of(lambda: desk.post(f"/v1/tasks/{task_id}/claim")) == (409, "task_closed")
    assert refusal_of(lambda: people.decide("no-such-task", "confirm", desk)) == (404, "not_found")


def test_a_task_of_an_earlier_round_is_stale(people: People) -> None:
    number = people.at_push_1()
    first = people.open_tasks(number)[0]
    officer = people.at("on_scene_officer", STATION)
    settled = {"summary": "双方同意离开"}
    people.decide(first["task_id"], "settled", officer, **settled)
    people.answer(number, "evaluate", "return")
    [again] = people.open_tasks(number)
    assert (again["round"], again["redo_of"]) == (2, first["task_id"])
    assert refusal_of(lambda: people.decide(first["task_id"], "settled", officer, **settled)) == (409, "stale_round")


def test_only_what_the_task_offers_may_be_decided(people: People) -> None:
    number = people.quarrel()
    task_id = people.open_tasks(number)[0]["task_id"]
    desk = people.at("command_room", STATION)
    assert refusal_of(lambda: people.decide(task_id, "refuse", desk)) == (409, "decision_not_allowed")


def test_only_who_is_asked_may_answer(people: People) -> None:
    number = people.quarrel()
    task_id = people.open_tasks(number)[0]["task_id"]
    duty = people.at("duty_leader", STATION)
    assert refusal_of(lambda: people.decide(task_id, "confirm", duty)) == (403, "not_entitled")
    assert refusal_of(lambda: people.decide(task_id, "confirm", people.supervisor)) == (403, "not_entitled")


def test_nobody_approves_his_own_change(people: People) -> None:
    number = people.at_push_1()
    people.act(number, "recolour", colour="blue")
    task = people.wait_for(number, "approve_change")
    assert refusal_of(lambda: people.decide(task["task_id"], "approve", people.supervisor)) == (403, "four_eyes")
    shown = people.supervisor.get(f"/v1/tasks/{task['task_id']}")
    assert people.supervisor.username not in {c["username"] for c in shown["candidates"]}


def test_fields_are_checked_with_messages_in_chinese(people: People) -> None:
    _, task_id = people.for_any_officer()
    officer = people.at("responsible_officer", STATION)

    def errors(decision: str, **fields: Any) -> dict[str, str]:
        found = errors_of(lambda: people.decide(task_id, decision, officer, **fields))
        assert all(is_chinese(message) for message in found.values()), found
        return found

    assert set(errors("contacted", manner="letter", mood="好")) == {"manner", "who", "summary", "mood"}
    assert set(errors("request_third_push", reason=" ")) == {"reason"}
    assert errors("request_third_push", reason="一", suggested=["moon"]) == {"suggested": "没有“moon”这个单位"}
    owed = {"party": "甲", "kind": "money", "what": "货款", "due_on": "不久"}
    assert set(errors("settled", summary="一", obligations=[owed])) == {"obligations.0.due_on"}
    owed |= {"due_on": "2027-01-01"}
    assert errors("settled", summary="一", obligations=[owed]) == {"obligations.0": "款项须填写金额"}


# --- lists


def test_lists_are_paged_by_keyset(people: People) -> None:
    wanted = {people.quarrel() for _ in range(5)}
    for sort in ("dispute_no", "-dispute_no", "opened_at", "-opened_at"):
        whole = pages(people.supervisor, "/v1/disputes", limit=200, sort=sort)
        paged = pages(people.supervisor, "/v1/disputes", limit=2, sort=sort)
        assert [d["dispute_no"] for d in paged] == [d["dispute_no"] for d in whole]
        assert wanted <= {d["dispute_no"] for d in whole}
    entries = pages(people.supervisor, f"/v1/disputes/{people.at_push_2()}/timeline", limit=3)
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))


def test_the_inbox_is_paged_the_most_urgent_first(people: People) -> None:
    for narrative in (NARRATIVE, "楼上邻居夜间噪音扰民，两家发生口角", NARRATIVE):
        people.wait_for(people.quarrel(narrative), "confirm_triage")  # the desk did not report it: a moment later
    desk = people.at("command_room", STATION)
    whole = desk.get("/v1/tasks", limit=200)["items"]
    assert [t["urgency"] for t in whole] == sorted((t["urgency"] for t in whole), reverse=True)
    assert [t["task_id"] for t in pages(desk, "/v1/tasks", limit=2)] == [t["task_id"] for t in whole]


def test_the_inbox_goes_by_real_due_time_within_classes_of_urgency(people: People) -> None:
    """A blue with an hour left stands above a red with a day, by each dispute's own clock; what is overdue first."""
    numbers = [people.quarrel(text) for text in (NARRATIVE, "男子持刀扬言报复邻居，要砍人", NARRATIVE, NARRATIVE)]
    for number in numbers:
        people.answer(number, "confirm_triage", "confirm")
    pressing, red, later, late = numbers
    people.advance(late, "P40D")
    task = people.wait_for(pressing, "handle_on_scene")
    length = datetime.fromisoformat(task["due_at"]) - datetime.fromisoformat(task["opened_at"])
    people.advance(pressing, f"PT{int(length.total_seconds() // 3600) - 1}H")
    items = [t for t in pages(people.at("on_scene_officer", STATION), "/v1/tasks", kind="handle_on_scene", limit=3)
             if t["dispute_no"] in numbers]  # fmt: skip
    assert [t["dispute_no"] for t in items] == [late, pressing, red, later]
    assert [t["urgency"] >= 1000 for t in items] == [True, False, False, False]
    assert items[1]["urgency"] == 400
    assert items[1]["due_at"] > items[2]["due_at"], "whose clock is ahead"


def test_a_page_is_asked_for_properly(people: People) -> None:
    who = people.supervisor
    assert set(errors_of(lambda: who.get("/v1/disputes", limit=201))) == {"limit"}
    assert set(errors_of(lambda: who.get("/v1/tasks", box="everything"))) == {"box"}
    assert set(errors_of(lambda: who.get("/v1/disputes", organisation="moon"))) == {"organisation"}


@pytest.mark.parametrize("cursor", ["nonsense", "é", *(made_up(parts) for parts in FOREIGN)])
def test_a_cursor_is_one_of_ours(people: People, cursor: str) -> None:
    for path in ("/v1/disputes", "/v1/tasks", "/v1/organisations", "/v1/people"):
        assert set(errors_of(lambda path=path: people.supervisor.get(path, cursor=cursor))) == {"cursor"}  # type: ignore[misc]


def test_an_instant_lies_in_our_time(people: People) -> None:
    for at in ("0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"):
        params = {"from": at}
        assert set(errors_of(lambda: people.supervisor.get("/v1/disputes", **params))) == {"from"}  # noqa: B023
        assert set(errors_of(lambda: people.alarm(NARRATIVE, occurred_at=at))) == {"occurred_at"}  # noqa: B023
    number = people.at_push_1()
    far = "9999-12-31T23:59:59+08:00"
    assert set(errors_of(lambda: people.act(number, "extend", until=far))) == {"until"}
    owed = {"party": "甲", "kind": "act", "what": "道歉", "due_on": "9999-12-31"}
    wrong = errors_of(lambda: people.answer(number, "handle_on_scene", "settled", obligations=[owed]))
    assert set(wrong) == {"obligations.0.due_on"}


def test_disputes_are_filtered(people: People) -> None:
    number = people.at_push_2()
    case = people.dispute(number)

    def found(**filters: Any) -> bool:
        items = pages(people.supervisor, "/v1/disputes", limit=200, **filters)
        return number in {d["dispute_no"] for d in items}

    for name in ("colour", "stage", "category", "source", "holder", "organisation"):
        assert found(**{name: case[name]}), name
    assert found(q=number)
    assert not found(colour="red")
    assert not found(stage="closed")
    assert not found(organisation="station-baiyang")
    assert not found(overdue=True)
    assert found(**{"from": case["opened_at"]})
    assert not found(to=case["opened_at"])


# --- jurisdiction


def test_another_station_sees_nothing_of_it(people: People) -> None:
    number = people.at_push_1()
    task_id = people.open_tasks(number)[0]["task_id"]
    officer = people.at("on_scene_officer", STATION)
    attachment = officer.attach(number)
    officer.post(f"/v1/disputes/{number}/comments", {"text": "见附件", "attachments": [attachment]})
    stranger = people.at("duty_leader", "station-baiyang")
    for path in (
        f"/v1/disputes/{number}", f"/v1/disputes/{number}/timeline", f"/v1/tasks/{task_id}",
        f"/v1/attachments/{attachment}",
    ):  # fmt: skip
        assert refusal_of(lambda path=path: stranger.get(path)) == (404, "not_found"), path  # type: ignore[misc]
    assert refusal_of(lambda: stranger.post(f"/v1/disputes/{number}/comments", {"text": "看看"})) == (404, "not_found")
    assert refusal_of(lambda: people.act(number, "withdraw", stranger)) == (404, "not_found")
    assert refusal_of(lambda: people.decide(task_id, "settled", stranger, summary="一")) == (403, "not_entitled")
    assert refusal_of(lambda: stranger.attach(number)) == (404, "not_found")
    assert stranger.get("/v1/disputes", q=number)["items"] == []


# --- files and comments


def test_a_comment_stands_beside_the_process(people: People) -> None:
    number = people.quarrel()
    before = people.dispute(number)["revision"]
    people.at("duty_leader", STATION).post(f"/v1/disputes/{number}/comments", {"text": " 请留意双方亲属 "})
    case = people.dispute(number)
    assert [c["text"] for c in case["comments"]] == ["请留意双方亲属"]
    assert case["revision"] == before
    empty = errors_of(lambda: people.supervisor.post(f"/v1/disputes/{number}/comments", {"text": " "}))
    assert empty == {"text": "不能为空"}


@pytest.mark.req("Q-045")
def test_a_file_is_kept_as_it_was_sent(people: People, supervisor: Raw) -> None:
    number = people.quarrel()
    content = picture()
    sent = supervisor(
        "POST", "/v1/attachments", data={"dispute_no": number}, files={"file": ("名字.exe", content, "text/html")}
    )
    assert sent.status_code == 201
    body = sent.json()
    assert body["media_type"] == "image/png"  # by its content, whatever it is called
    assert (body["size"], body["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    got = supervisor("GET", f"/v1/attachments/{body['attachment_id']}")
    assert got.content == content
    assert (got.headers["content-type"], got.headers["cache-control"]) == ("image/png", "no-store")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert [a["attachment_id"] for a in people.dispute(number)["attachments"]] == [body["attachment_id"]]


def test_a_file_of_another_type_or_too_large_is_refused(people: People, supervisor: Raw) -> None:
    number = people.quarrel()
    for content, status, code in (
        (b"<script>alert(1)</script>", 415, "media_type_refused"),
        (picture() + b"\0" * (20 * 2**20), 413, "too_large"),
    ):
        answer = supervisor(
            "POST", "/v1/attachments", data={"dispute_no": number}, files={"file": ("现场.png", content, "image/png")}
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert people.dispute(number)["attachments"] == []


def test_evidence_belongs_to_the_dispute(people: People) -> None:
    mine, other = people.at_dispose(), people.quarrel()
    foreign = people.supervisor.attach(other)
    task = people.wait_for(mine, "dispose")
    shown = people.supervisor.get(f"/v1/tasks/{task['task_id']}")
    handler = people.person(shown["candidates"][0]["username"])
    fields = next(d for d in shown["decisions"] if d["name"] == "disposed")["example"]
    for attachments in ([], [foreign]):
        body = {"decision": "disposed", "fields": fields, "attachments": attachments}
        errors = errors_of(lambda body=body: handler.post(f"/v1/tasks/{task['task_id']}/decide", body))  # type: ignore[misc]
        assert list(errors) == ["attachments"]


def pages(who: Client, path: str, **params: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = who.get(path, **params, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items
