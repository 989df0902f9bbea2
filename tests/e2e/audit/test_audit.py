"""For auditors over HTTP: the history itself, the case at every moment of it, replays as jobs, and the access log."""

from __future__ import annotations

import json
import time
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from temporalio.client import Client as Engine
from temporalio.client import WorkflowHistory
from temporalio.service import GrpcCompression

from api.cli.client import Client
from api.cli.stories import STORIES, play_one
from tests.e2e.support import People, errors_of, is_chinese, refusal_of
from tests.instance import Instance


@pytest.fixture(scope="module")
def told(jinhua: Instance) -> str:
    """A dispute that went through a whole story: two rounds, and closed."""
    return play_one(jinhua.county, STORIES["relapse"], "jinhua").number


@pytest.fixture(scope="module")
def auditor(people: People) -> Client:
    """The county's auditor."""
    return people.with_role("auditor")


@pytest.fixture(scope="module")
def reopened(people: People) -> str:
    """A dispute that was withdrawn and opened again."""
    number = people.at_push_1()
    people.end(number)
    people.act(number, "reopen")
    people.wait_for(number, "confirm_triage")
    return number


def finished(client: Client, **asked: str) -> dict[str, Any]:
    """A replay that was asked for, when it is done."""
    job_id = client.post("/v1/audit/replays", asked)["job_id"]
    deadline = time.monotonic() + 60
    while (job := client.get(f"/v1/jobs/{job_id}"))["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return dict(job)


def noted(client: Client, **asked: str) -> list[tuple[str, str]]:
    """What the access log says, the latest first."""
    return [(e["what"], e["outcome"]) for e in client.get("/v1/audit/access", **asked)["items"]]


async def test_the_history_is_what_the_engine_has_and_opens_nothing(
    jinhua: Instance, told: str, auditor: Client
) -> None:
    served = auditor.get(f"/v1/disputes/{told}/history")
    engine = await Engine.connect(jinhua.temporal, namespace="santui", grpc_compression=GrpcCompression.NONE)
    kept = await engine.get_workflow_handle(told).fetch_history()
    assert WorkflowHistory.from_json(told, json.dumps(served)).events == kept.events
    narrative = auditor.get(f"/v1/disputes/{told}")["incidents"][0]["narrative"]
    assert narrative not in json.dumps(served, ensure_ascii=False)
    assert noted(auditor, dispute_no=told)[1:3] == [("read", "ok"), ("history", "ok")]


def test_a_decoded_history_is_opened_and_noted(told: str, auditor: Client) -> None:
    opened = auditor.get(f"/v1/disputes/{told}/history", decoded=True)
    started = opened["events"][0]["workflowExecutionStartedEventAttributes"]
    assert started["input"]["payloads"][0]["metadata"]["encoding"] != "YmluYXJ5L2VuY3J5cHRlZA=="
    assert noted(auditor, dispute_no=told)[1] == ("history:decoded", "ok")


def test_who_may_not_audit_is_refused_and_noted(told: str, people: People, auditor: Client) -> None:
    chief, stranger = people.at("station_chief", "station-chengdong"), people.at("station_chief", "station-baiyang")
    for path in ("history", "history/words", "state"):
        assert refusal_of(partial(chief.get, f"/v1/disputes/{told}/{path}")) == (403, "not_entitled")
        assert refusal_of(partial(stranger.get, f"/v1/disputes/{told}/{path}")) == (404, "not_found")
        assert refusal_of(partial(auditor.get, f"/v1/disputes/D1999-000001/{path}")) == (404, "not_found")
    for client, refusal in ((chief, "not_entitled"), (stranger, "not_found")):
        assert noted(auditor, dispute_no=told, person=client.username) == [("history", refusal)] * 3
    assert {outcome for _, outcome in noted(auditor, refused="true", limit="200")} >= {"not_entitled", "not_found"}
    assert "ok" not in {outcome for _, outcome in noted(auditor, refused="true", limit="200")}
    assert refusal_of(lambda: chief.post("/v1/audit/replays", {"dispute_no": told})) == (403, "not_entitled")
    assert refusal_of(lambda: stranger.post("/v1/audit/replays", {"dispute_no": told})) == (404, "not_found")
    period = {"from": "2026-01-01", "to": "2026-01-02"}
    assert refusal_of(lambda: chief.post("/v1/audit/replays", period)) == (403, "not_entitled")


def test_only_auditors_and_audit_administrators_read_the_access_log(people: People) -> None:
    for role in ("supervisor", "leader", "admin_system", "admin_security", "call_taker"):
        client = people.with_role(role)
        assert refusal_of(partial(client.get, "/v1/audit/access")) == (403, "not_entitled")
    found = noted(people.with_role("admin_audit"), refused="true", person=people.with_role("leader").username)
    assert found[0] == ("access", "not_entitled")


def test_the_access_log_is_read_to_its_end_page_by_page(told: str, auditor: Client) -> None:
    whole = [e["access_id"] for e in auditor.get("/v1/audit/access", dispute_no=told, limit=200)["items"]]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while len(seen) < 30:
        page = auditor.get("/v1/audit/access", dispute_no=told, limit=7, **cursor)
        seen += [e["access_id"] for e in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
    whole = [i for i in whole if i <= seen[0]]
    looking = seen[1:6]  # each look at the log is itself noted
    assert seen == sorted(seen, reverse=True)
    assert set(looking) <= {e["access_id"] for e in auditor.get("/v1/audit/access", limit=200)["items"]}
    assert [i for i in whole if i in seen] == [i for i in seen if i in whole]


@pytest.mark.req("J-009", "J-034")
def test_the_case_at_every_moment_goes_on_from_the_one_before(told: str, people: People, auditor: Client) -> None:
    words = auditor.get(f"/v1/disputes/{told}/history/words")
    assert words["error"] is None
    last: dict[str, Any] = {"timeline": [], "revision": 0}
    counted = 0
    for item in words["items"]:
        state = auditor.get(f"/v1/disputes/{told}/state", event=item["event_id"])
        assert state["timeline"][: len(last["timeline"])] == last["timeline"]
        assert state["revision"] >= last["revision"]
        counted += len(item["entries"])
        assert [e["seq"] for e in state["timeline"]] == list(range(1, counted + 1))
        last = state
    case = people.supervisor.get(f"/v1/disputes/{told}")
    shared = case.keys() & last.keys()
    assert {k: last[k] for k in shared} == {k: case[k] for k in shared}
    assert case.keys() - shared == {"attachments", "comments", "actions", "may_attach", "watched"}
    assert last["timeline"] == people.timeline(told)
    events = [e["event_id"] for item in words["items"] for e in item["events"]]
    assert events + [e["event_id"] for e in words["after"]] == list(range(1, words["events"] + 1))
    assert all(is_chinese(e["title"]) for item in words["items"] for e in item["events"])


def test_the_case_stands_still_until_the_task_that_changes_it_is_completed(told: str, auditor: Client) -> None:
    def stood(event: int) -> dict[str, Any]:
        return {**auditor.get(f"/v1/disputes/{told}/state", event=event), "event": 0}

    items = auditor.get(f"/v1/disputes/{told}/history/words")["items"]
    before, after = next((a, b) for a, b in pairwise(items) if len(b["entries"]) > 2)
    was, now = stood(before["event_id"]), stood(after["event_id"])
    assert was != now
    # A person's decision is in the event that follows the task's completion.
    changes = next(e["event_id"] for e in after["events"] if e["type"] == "WORKFLOW_EXECUTION_UPDATE_ACCEPTED")
    for event in after["events"]:
        assert stood(event["event_id"]) == (was if event["event_id"] < changes else now), event


def test_an_event_that_is_not_there_is_told_in_chinese(told: str, auditor: Client) -> None:
    last = auditor.get(f"/v1/disputes/{told}/history/words")["events"]
    for event in (0, -1, last + 1):
        problems = errors_of(partial(auditor.get, f"/v1/disputes/{told}/state", event=event))
        assert problems == {"event": f"事件编号须在1到{last}之间"}
    assert is_chinese(errors_of(lambda: auditor.get(f"/v1/disputes/{told}/state", event="x"))["event"])
    assert refusal_of(lambda: auditor.get(f"/v1/disputes/{told}/state", run="no-such-run")) == (404, "not_found")


def test_the_runs_of_a_reopened_dispute_are_chained_and_each_is_told(reopened: str, auditor: Client) -> None:
    runs = auditor.get(f"/v1/disputes/{reopened}")["runs"]
    assert len(runs) == 2
    first, second = (auditor.get(f"/v1/disputes/{reopened}/history/words", run=run) for run in runs)
    assert [first["run"], second["run"]] == runs
    assert auditor.get(f"/v1/disputes/{reopened}/history/words")["run"] == runs[1]
    assert auditor.get(f"/v1/disputes/{reopened}/state", run=runs[0])["stage"] == "closed"
    now = auditor.get(f"/v1/disputes/{reopened}/state", run=runs[1])
    assert (now["stage"], now["runs"]) == ("triage", runs)
    told = [[e["seq"] for item in each["items"] for e in item["entries"]] for each in (first, second)]
    assert told[0] + told[1] == [e["seq"] for e in now["timeline"]]
    job = finished(auditor, dispute_no=reopened)
    assert sorted(r["run"] for r in job["results"]) == sorted(runs)
    assert all(r["replayed"] and r["state_matches"] and not r["differences"] for r in job["results"]), job["results"]


def test_a_replay_of_one_dispute_ends_done_and_is_among_ones_own_jobs(
    told: str, people: People, auditor: Client
) -> None:
    job = finished(auditor, dispute_no=told)
    (found,) = job["results"]
    assert (job["state"], job["done"], job["total"], job["error"]) == ("done", 1, 1, None)
    assert (found["dispute_no"], found["replayed"], found["state_matches"], found["differences"]) == (
        told, True, True, []
    )  # fmt: skip
    mine = auditor.get("/v1/jobs", kind="replays", limit=1)
    assert mine["items"] == [{name: value for name, value in job.items() if name != "results"}]
    earlier = finished(auditor, dispute_no=told)["job_id"]
    pages = auditor.get("/v1/jobs", limit=1)
    assert pages["items"][0]["job_id"] == earlier
    assert auditor.get("/v1/jobs", limit=1, cursor=pages["next_cursor"])["items"][0]["job_id"] == job["job_id"]
    assert auditor.get("/v1/jobs", kind="nothing")["items"] == []
    other = people.supervisor
    assert refusal_of(lambda: other.get(f"/v1/jobs/{job['job_id']}")) == (404, "not_found")
    assert job["job_id"] not in [j["job_id"] for j in other.get("/v1/jobs")["items"]]


@pytest.mark.parametrize(
    "asked",
    [{}, {"from": "2026-01-01"}, {"from": "2026-02-01", "to": "2026-01-01"}, {"dispute_no": "D1", "from": "x"}],
)
def test_a_replay_of_nothing_is_refused_in_chinese(auditor: Client, asked: dict[str, str]) -> None:
    problems = errors_of(lambda: auditor.post("/v1/audit/replays", asked))
    assert problems
    assert all(map(is_chinese, problems.values()))
