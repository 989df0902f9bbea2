"""One process ends and the others go on; what it held is free, what it had begun is finished by another."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

import httpx2
import psutil
import pytest

from tests.chaos.support import Clerk, agrees, insist, until
from tests.infra.support import alive, wait_until
from tests.instance import Instance
from tests.processes.conftest import TWO
from tests.processes.doors import CountyAt, door

Counties = tuple[CountyAt, CountyAt]
ALL = ("temporal", "worker", "worker-2", *TWO)


def test_both_are_dealt_connections_and_answer_for_both(four: Instance) -> None:
    for name in TWO:
        with door(four, name) as http:
            ready = http.get("/readyz")
            assert (ready.status_code, ready.json()["stuck"]) == (200, [])

            until(partial(told_by, http))
            until(partial(missing, http, 0))


def told_by(http: httpx2.Client) -> bool:
    """Whether an API process's metrics tell of all."""
    lines = http.get("/metrics").text.splitlines()
    told = {line.split('"')[1] for line in lines if line.startswith("process_cpu_seconds_total{")}
    return told == {"worker", "worker-2", *TWO}


def missing(http: httpx2.Client, count: int) -> bool:
    """Whether an API process's metrics say that so many are missing: once, and of nobody in particular."""
    return f'santui_waiting{{what="missing_processes"}} {count:.1f}' in http.get("/metrics").text.splitlines()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("name", ["api-2", "worker-2"])
def test_one_is_started_again_while_the_others_stay(name: str, how: signal.Signals, four: Instance) -> None:
    others = {other: four.pid(other) for other in ALL if other != name}
    was = four.pid(name)
    os.kill(was, how)
    four.until_restarted(name, was)
    clerk = Clerk(four.county)  # served throughout: a connection that is cut is opened again
    clerk.report()
    clerk.answer("confirm_triage", "confirm")
    assert {other: four.pid(other) for other in others} == others
    agrees(four, clerk)
    with door(four, "api-2") as http:
        assert http.get("/healthz").status_code == 200


def test_a_process_that_stands_still_is_named_by_the_others(four: Instance) -> None:
    with four.frozen("api-2"), door(four, "api") as http:
        until(partial(missing, http, 1))
        assert insist(lambda: http.get("/readyz?parts_only=1").status_code) == 200


def test_a_story_that_both_tell_is_one_story(four: Instance, counties: Counties) -> None:
    first, second = (Clerk(county) for county in counties)
    second.number = first.report()
    second.sent = first.sent
    for n, (kind, decision) in enumerate(
        (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"), ("follow_up_responsibly", "contacted"))
    ):
        who, task_id, body = (first, second)[n % 2].prepare(kind, decision)
        answer = (first, second)[n % 2].send(who, task_id, body, key=f"{kind}-{first.number}")
        other = counties[(n + 1) % 2].person(who.username)
        again = insist(lambda: other.post(f"/v1/tasks/{task_id}/decide", body, key=f"{kind}-{first.number}"))  # noqa: B023
        assert [again["task"][part] for part in ("task_id", "state")] == [
            answer["task"][part] for part in ("task_id", "state")
        ]
    agrees(four, Clerk(four.county, first.number, first.sent))


def test_a_file_that_came_to_one_is_given_out_by_the_other(counties: Counties) -> None:
    clerk = Clerk(counties[0])
    clerk.report()
    clerk.answer("confirm_triage", "confirm")
    task = clerk.task("handle_on_scene")
    name = task["candidates"][0]["username"]
    file = counties[0].person(name).attach(clerk.number)
    officer = counties[1].person(name)
    content = officer._http.get(f"/v1/attachments/{file}", headers=officer._headers())
    assert (content.status_code, content.headers["content-type"]) == (200, "image/png")


def test_events_reach_the_streams_of_both_and_resume_at_the_other(four: Instance, counties: Counties) -> None:
    chief = counties[0].supervisor
    clerk = Clerk(counties[0])
    clerk.report()
    confirmation = clerk.prepare("confirm_triage", "confirm")
    insist(lambda: chief.post(f"/v1/disputes/{clerk.number}/watch"))
    headers = {"Authorization": f"Bearer {chief._token}"}
    seen: dict[str, list[str]] = {}
    last = ""
    with door(four, "api") as one, door(four, "api-2") as other:
        with (
            one.stream("GET", "/v1/events", headers=headers) as first,
            other.stream("GET", "/v1/events", headers=headers) as second,
        ):
            streams = {"api": first.iter_lines(), "api-2": second.iter_lines()}
            for name, lines in streams.items():
                last = next(line for line in lines if line.startswith("id: "))
                seen[name] = []
            clerk.send(*confirmation)
            for name, lines in streams.items():
                while not any("task_opened" in line for line in seen[name]):
                    line = next(lines)
                    seen[name] += [line] if line.startswith(("event: ", "data: ", "id: ")) else []
        assert seen["api"] == seen["api-2"]
    resumed: list[str] = []
    with door(four, "api") as http:
        ago = {"Last-Event-ID": last.removeprefix("id: ")}
        with http.stream("GET", "/v1/events", headers={**headers, **ago}) as again:
            lines = again.iter_lines()
            next(line for line in lines if line.startswith("id: "))
            while len(resumed) < len(seen["api"]):
                line = next(lines)
                resumed += [line] if line.startswith(("event: ", "data: ", "id: ")) else []
    assert resumed == seen["api"]


@pytest.mark.timeout(180)
def test_a_job_whose_process_dies_is_finished_by_the_other(four: Instance, counties: Counties) -> None:
    clerk = Clerk(counties[0])
    clerk.report()
    auditor = counties[0].with_role("auditor")
    asked = auditor.post("/v1/audit/replays", {"dispute_no": clerk.number})["job_id"]
    took = until(partial(working, four))
    assert took
    name, worker = took
    worker.suspend()  # so that it is not done before its process dies
    was = four.pid(name)
    four.kill(name)
    wait_until(lambda: not alive(worker.pid))  # it dies with the process that took the job
    four.until_restarted(name, was)
    at = {"api": counties[0], "api-2": counties[1]}[name]
    job = until(lambda: (j := at.with_role("auditor").get(f"/v1/jobs/{asked}"))["state"] == "done" and j, within=90)
    assert [found["replayed"] for found in job["results"]] == [True]


def working(four: Instance) -> tuple[str, psutil.Process] | None:
    """The API process that works on a job, and the job's own process."""
    for name in TWO:
        for child in psutil.Process(four.pid(name)).children():
            command = " ".join(child.cmdline())
            if "api.audit.job_process" in command and "parent_death" not in command:  # it dies with its parent by now
                return name, child
    return None


@pytest.mark.timeout(180)
def test_nobody_survives_a_killed_supervisor_and_all_come_back(four: Instance) -> None:
    pids = [four.pid(name) for name in ALL]
    four.kill_all()
    wait_until(lambda: not any(map(alive, pids)))
    began = time.monotonic()
    four.start()
    print(f"ready again after {time.monotonic() - began:.1f} s")
    assert all(alive(four.pid(name)) for name in ALL)
