"""Intake under its contract: no alarm is swallowed, joining gives no sight, and what can't be read is said field by
field."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from api.cli.client import Client
from tests.e2e.support import People, Raw, is_chinese, refusal_of
from tests.instance import Instance

KNIFE = "男子持刀威胁邻居，扬言杀人"
JSON = {"Content-Type": "application/json"}
NOW = "2026-11-20T10:00:00+08:00"


def report(**more: Any) -> dict[str, Any]:
    """A quarrel at a house of its own."""
    house = uuid.uuid4().int % 900_000 + 10_000
    return {
        "source": "110", "source_no": f"N{uuid.uuid4().hex[:12]}", "occurred_at": NOW, "reported_at": NOW,
        "place": {"address": f"古山镇金江龙村{house}号"}, "narrative": "两户因宅基地边界争执，砌墙被拦",
        "parties": [{"name": f"甲{house}", "phone": "13800001234", "side": "a"}, {"name": f"乙{house}", "side": "b"}],
        **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def call_taker(jinhua: Instance, people: People) -> Iterator[Raw]:
    """Bare HTTP as a call taker."""
    raw = Raw(jinhua.base, jinhua.var / "demo.json", people.with_role("call_taker").username)
    yield raw
    raw.close()


# --- the same number with other content


def test_the_knife_alarm_under_a_number_that_another_has_is_taken_in_and_told_to_the_desk(
    call_taker: Raw, people: People
) -> None:
    quiet = report()
    first = call_taker("POST", "/v1/incidents", json=quiet).json()
    knife = report(source_no=quiet["source_no"], narrative=KNIFE)
    answer = call_taker("POST", "/v1/incidents", json=knife)
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (409, "source_no_conflict", 409)
    assert answer.headers["content-type"] == "application/problem+json"
    assert is_chinese(body["title"])
    assert body["triage"]["colour"] == "red"
    assert body["dispute_no"] != first["dispute_no"]
    case = people.dispute(body["dispute_no"])
    assert (case["colour"], case["incidents"][0]["narrative"]) == ("red", KNIFE)
    assert case["incidents"][0]["source_no"] == f"{quiet['source_no']}#2"
    [task] = [t for t in people.open_tasks(body["dispute_no"]) if t["kind"] == "confirm_triage"]
    brief = people.supervisor.get(f"/v1/tasks/{task['task_id']}")["brief"]
    [told] = [line["title"] for line in brief["history"] if line["kind"] == "source_no_conflict"]
    assert first["dispute_no"] in told
    assert is_chinese(told)


def test_the_conflict_again_is_the_same_answer_and_stored_once_and_the_first_keeps_its_own(
    call_taker: Raw, people: People
) -> None:
    quiet = report()
    first = call_taker("POST", "/v1/incidents", json=quiet)
    knife = report(source_no=quiet["source_no"], narrative=KNIFE)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: call_taker("POST", "/v1/incidents", json=knife), range(6)))
    answers.append(call_taker("POST", "/v1/incidents", json=knife))
    assert {answer.status_code for answer in answers} == {409}
    told = {(a.json()["incident_id"], a.json()["dispute_no"], a.json()["triage"]["colour"]) for a in answers}
    assert len(told) == 1
    number = answers[0].json()["dispute_no"]
    assert len(people.dispute(number)["incidents"]) == 1
    again = call_taker("POST", "/v1/incidents", json=quiet)
    assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_other_content_at_the_same_place_joins_by_the_usual_rule(call_taker: Raw, people: People) -> None:
    quiet = report()
    number = call_taker("POST", "/v1/incidents", json=quiet).json()["dispute_no"]
    more = call_taker("POST", "/v1/incidents", json={**quiet, "narrative": quiet["narrative"] + "，一方扬言再来"})
    assert (more.status_code, more.json()["dispute_no"], more.json()["joined"]) == (409, number, True)
    lines = [entry["title"] for entry in people.timeline(number) if entry["kind"] == "source_no_conflict"]
    assert lines == ["来源编号重复：与本纠纷的警情同号而内容不同，请核实"]


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda body: {**body, "occurred_at": "2026-11-20T02:00:00Z"},
        lambda body: {**body, "reported_at": "2026-11-20T10:00:00.000+08:00", "channel_officer": None},
        lambda body: {**body, "narrative": f"  {body['narrative']}\n", "parties": body["parties"][::-1]},
        lambda body: {**body, "place": {**body["place"], "grid_code": ""}},
        lambda body: dict(reversed(body.items())),
    ],
    ids=["another offset", "more digits", "white space and order", "empty and absent", "order of the fields"],
)
def test_the_same_content_written_otherwise_is_the_same_report(
    otherwise: Callable[[dict[str, Any]], dict[str, Any]], call_taker: Raw
) -> None:
    body = report()
    first = call_taker("POST", "/v1/incidents", json=body)
    again = call_taker("POST", "/v1/incidents", json=otherwise(body))
    assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_our_own_client_takes_a_conflict_as_taken_in(people: People) -> None:
    body = report()
    people.with_role("call_taker").post("/v1/incidents", body)
    taken = people.alarm(KNIFE, source_no=body["source_no"], place={"address": "古山镇坑口村1号"})
    assert (taken["code"], taken["triage"]["colour"]) == ("source_no_conflict", "red")


# --- joining gives no sight


def test_joining_a_dispute_gives_no_sight_of_it(jinhua: Instance, people: People) -> None:
    """A made-up repeat at an address must not open the case there to whoever made it up."""
    body = report()
    opener, stranger = people.with_role("call_taker"), people.with_role("hotline_operator")
    first = opener.post("/v1/incidents", body)
    number = first["dispute_no"]
    joined = stranger.post("/v1/incidents", {**body, "source": "12345", "source_no": f"{body['source_no']}b"})
    assert (joined["dispute_no"], joined["joined"]) == (number, True)
    task = people.open_tasks(number)[0]["task_id"]
    attachment = people.supervisor.attach(number)
    for path in (
        f"/v1/disputes/{number}", f"/v1/disputes/{number}/timeline", f"/v1/tasks/{task}",
        f"/v1/attachments/{attachment}",
    ):  # fmt: skip
        assert "attachments" in path or opener.get(path)
        assert refused(jinhua, stranger, "GET", path) == (404, "not_found"), path
    for path in (f"/v1/disputes/{number}/watch", f"/v1/disputes/{number}/comments"):
        assert refusal_of(lambda path=path: stranger.post(path, {"text": "看看"}))[0] == 404  # type: ignore[misc]
    handed_in = stranger.attach(number)  # what he has to show of his report, for a day (ADR 0054)
    assert refused(jinhua, stranger, "GET", f"/v1/attachments/{handed_in}") == (404, "not_found")
    assert number in numbers(opener, "/v1/disputes")
    assert number not in numbers(stranger, "/v1/disputes")
    assert number not in numbers(stranger, "/v1/disputes", q=number)
    assert number not in numbers(stranger, "/v1/tasks", box="watched")
    assert number not in numbers(stranger, "/v1/messages")


def test_whoever_reports_reads_what_became_of_his_report_and_nobody_elses(people: People) -> None:
    body = report()
    opener, stranger = people.with_role("call_taker"), people.with_role("hotline_operator")
    first = opener.post("/v1/incidents", body)
    joined = stranger.post("/v1/incidents", {**body, "source": "12345", "source_no": f"{body['source_no']}b"})
    number = first["dispute_no"]
    told = stranger.get(f"/v1/incidents/{joined['incident_id']}")
    assert told == {
        "incident_id": joined["incident_id"], "dispute_no": number, "joined": True,
        "received_at": joined["received_at"], "stage": "push_1", "closed": False,
    }  # fmt: skip
    people.end(number)
    told = stranger.get(f"/v1/incidents/{joined['incident_id']}")
    assert (told["stage"], told["closed"]) == ("closed", True)
    for incident_id in (first["incident_id"], str(uuid.uuid4()), "x"):
        path = f"/v1/incidents/{incident_id}"
        assert refusal_of(lambda path=path: stranger.get(path)) == (404, "not_found")  # type: ignore[misc]
    handler = people.with_role("department_handler", "market_reg")
    assert refusal_of(lambda: handler.get(f"/v1/incidents/{joined['incident_id']}")) == (404, "not_found")
    assert people.supervisor.get(f"/v1/incidents/{joined['incident_id']}") == told


def refused(jinhua: Instance, who: Client, method: str, path: str) -> tuple[int, str]:
    """The status and code of a request by somebody signed in."""
    answer = httpx2.request(method, jinhua.base + path, headers=who._headers(), trust_env=False, timeout=60)
    return answer.status_code, answer.json()["code"]


def numbers(who: Client, path: str, **params: Any) -> set[str]:
    """The disputes that a list of somebody's names."""
    return {str(item.get("dispute_no")) for item in who.get(path, limit=200, **params)["items"]}


# --- what can't be read


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("narrative", '"吵架\\u0000打架"'),
        ("narrative", '"吵架\\ud800打架"'),
        ("source_no", '"N\\u00001"'),
        ("channel_officer", '"张\\udfff"'),
        ("place.address", '"古山镇\\u00001号"'),
        ("place.grid_code", '"g\\u0000"'),
        ("parties.0.name", '"甲\\u0000"'),
        ("parties.0.phone", '"1\\ud8003"'),
        ("occurred_at", "1.5"),
        ("occurred_at", "1795140000"),
        ("reported_at", '"1795140000"'),
        ("reported_at", "true"),
    ],
)
def test_what_no_database_takes_and_no_clock_shows_is_refused_by_its_field(
    field: str, wrong: str, call_taker: Raw
) -> None:
    body = json_with(report(), field, wrong)
    answer = call_taker("POST", "/v1/incidents", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid"), answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert is_chinese(error["message"])


def test_a_triage_of_such_a_text_is_refused_too(call_taker: Raw) -> None:
    answer = call_taker("POST", "/v1/triage", content='{"narrative": "吵架\\u0000"}', headers=JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "narrative")


def json_with(body: dict[str, Any], field: str, raw: str) -> str:
    """The body as JSON with one value as it stands, which no writer of JSON would write."""
    *path, last = field.split(".")
    inner: Any = body
    for part in path:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[last] = "@@"
    return json.dumps(body, ensure_ascii=False).replace('"@@"', raw)
