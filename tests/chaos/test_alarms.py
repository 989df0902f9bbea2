"""Alarms under attack: a run ended from outside, a report that no engine takes, a hundred callers at once, a full disk.

Whatever was acknowledged is delivered, and whatever was refused is not there.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import sqlite3
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from temporalio.client import WorkflowHandle

from infra.temporal.client import connect
from tests.chaos.support import Clerk, agrees, from_engine, insist, until
from tests.chaos.test_races import outcome
from tests.instance import Instance

NOW = "2026-11-20T10:00:00+08:00"
CROWD = 100


@pytest.fixture
def clerk(chaos: Instance) -> Clerk:
    """A clerk of the running system."""
    chaos.until_ready()
    return Clerk(chaos.county)


def report(**more: Any) -> dict[str, Any]:
    """A quarrel at a house of its own."""
    house = uuid.uuid4().int % 9_000_000 + 10_000
    return {
        "source": "110", "source_no": f"A{uuid.uuid4().hex[:12]}", "occurred_at": NOW, "reported_at": NOW,
        "place": {"address": f"古山镇金江龙村{house}号"}, "narrative": "两户因宅基地边界争执，砌墙被拦",
        "parties": [{"name": f"甲{house}", "side": "a"}, {"name": f"乙{house}", "side": "b"}], **more,
    }  # fmt: skip


def engine(chaos: Instance, number: str, do: Callable[[WorkflowHandle[Any, Any]], Awaitable[Any]]) -> Any:
    """What an operator does to a run behind the system's back."""

    async def work() -> Any:
        client = await connect(chaos.settings)
        return await do(client.get_workflow_handle(number))

    try:
        return asyncio.run(work())
    finally:
        gc.collect()  # the SDK's objects are let go while the interpreter is whole (sdk-python#300)


def stored(chaos: Instance, query: str, *values: Any) -> list[Any]:
    """Rows of the database as it stands."""
    with contextlib.closing(sqlite3.connect(chaos.var / "santui.db", timeout=10)) as database, database:
        return database.execute(query, values).fetchall()


# --- a run that was ended from outside


def test_a_case_whose_run_was_terminated_goes_on_from_its_history_and_says_so(chaos: Instance, clerk: Clerk) -> None:
    body = report()
    clerk.number = clerk.county.with_role("call_taker").report(body)["dispute_no"]
    clerk.answer("confirm_triage", "confirm")
    clerk.answer("handle_on_scene", "unsettled")
    clerk.task("follow_up_responsibly")
    before, _ = from_engine(chaos, clerk.number)
    engine(chaos, clerk.number, lambda run: run.terminate("by an operator"))
    again = {**body, "source_no": f"{body['source_no']}b"}
    answer = clerk.county.with_role("call_taker").report(again)
    assert (answer["dispute_no"], answer["joined"]) == (clerk.number, True)
    until(lambda: len(clerk.county.dispute(clerk.number)["incidents"]) == 2)
    case = clerk.county.dispute(clerk.number)
    assert (case["stage"], case["round"], len(case["runs"])) == ("push_2", before.round, 2)
    state = agrees(chaos, clerk)
    assert [entry.title for entry in state.timeline if entry.kind == "recovered"] == ["上一运行被外部终止，自历史恢复"]
    kept = [entry.model_dump(exclude={"revision"}) for entry in state.timeline[: len(before.timeline)]]
    assert kept == [entry.model_dump(exclude={"revision"}) for entry in before.timeline]
    assert [t.kind for t in state.pending() if t.kind == "follow_up_responsibly"] == ["follow_up_responsibly"]
    clerk.answer("follow_up_responsibly", "settled")
    clerk.answer("evaluate", "accept")
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "follow_up")
    agrees(chaos, clerk)


def test_what_a_run_had_on_record_and_never_worked_on_is_not_lost_with_it(chaos: Instance, clerk: Clerk) -> None:
    """Acknowledged as a signal while no worker was there, then the run was terminated."""
    body = report()
    caller = clerk.county.with_role("call_taker")
    clerk.number = caller.report(body)["dispute_no"]
    who, task_id, decision = clerk.prepare("handle_on_scene", "unsettled")
    with chaos.without("worker"):
        second = caller.report({**body, "source_no": f"{body['source_no']}b"})
        assert (second["joined"], second["published"]) == (True, False)
        assert who.post(f"/v1/tasks/{task_id}/decide", decision) == {"accepted_for": task_id}
        engine(chaos, clerk.number, lambda run: run.terminate("by an operator"))
    third = caller.report({**body, "source_no": f"{body['source_no']}c"})
    assert third["joined"] is True
    until(lambda: len(clerk.county.dispute(clerk.number)["incidents"]) == 3)
    lines = [entry["kind"] for entry in clerk.county.timeline(clerk.number)]
    assert lines.count("recovered") == 1
    assert lines.count("decision_refused") == 1  # its task was the ended run's: whoever decided reads that here
    clerk.answer("handle_on_scene", "unsettled")


def test_a_run_terminated_before_it_began_is_begun_again(chaos: Instance, clerk: Clerk) -> None:
    body = report()
    caller = clerk.county.with_role("call_taker")
    with chaos.without("worker"):
        clerk.number = caller.report(body)["dispute_no"]
        engine(chaos, clerk.number, lambda run: run.terminate("by an operator"))
        caller.report({**body, "source_no": f"{body['source_no']}b"})
    case = until(lambda: _case(clerk))
    assert len(case["incidents"]) == 2
    clerk.answer("confirm_triage", "confirm")
    agrees_but_for_runs = [entry["kind"] for entry in clerk.county.timeline(clerk.number)]
    assert agrees_but_for_runs[:2] == ["recovered", "opened"]


def _case(clerk: Clerk) -> dict[str, Any]:
    with contextlib.suppress(LookupError):
        return clerk.county.dispute(clerk.number) if clerk._open("confirm_triage") else {}
    return {}


@pytest.mark.parametrize("how", ["canceled", "follow-up"])
def test_a_case_ended_from_outside_goes_on_where_it_stood(how: str, chaos: Instance, clerk: Clerk) -> None:
    body = report()
    caller = clerk.county.with_role("call_taker")
    clerk.number = caller.report(body)["dispute_no"]
    clerk.answer("confirm_triage", "confirm")
    if how == "canceled":
        clerk.task("handle_on_scene")
        engine(chaos, clerk.number, lambda run: run.cancel())
        until(lambda: engine(chaos, clerk.number, lambda run: run.describe()).close_time)
    else:
        clerk.answer("handle_on_scene", "settled")
        clerk.answer("evaluate", "accept")
        until(lambda: clerk.county.dispute(clerk.number)["stage"] == "follow_up")
        engine(chaos, clerk.number, lambda run: run.terminate("by an operator"))
    caller.report({**body, "source_no": f"{body['source_no']}b"})
    until(lambda: len(clerk.county.dispute(clerk.number)["incidents"]) == 2)
    case = clerk.county.dispute(clerk.number)
    # A repeat alarm during the follow-up starts the next round, as ever: “接到警情推送后，立即赶赴现场”.
    assert (case["stage"], case["round"]) == ("push_1", 1 if how == "canceled" else 2)
    agrees(chaos, clerk)


def test_of_a_case_ended_from_outside_nobody_is_told_that_it_is_closed(chaos: Instance, clerk: Clerk) -> None:
    """No "no" is kept under a key: after the recovery the same one has its effect."""
    clerk.report()
    clerk.answer("confirm_triage", "confirm")
    who, task_id, body = clerk.prepare("handle_on_scene", "settled")
    supervisor = clerk.county.supervisor

    def withdraw() -> dict[str, Any]:
        at = f"/v1/disputes/{clerk.number}/actions/withdraw"
        answer: dict[str, Any] = supervisor.post(at, {"reason": "重复登记"}, key=clerk.number)
        return answer

    def decide() -> dict[str, Any]:
        answer: dict[str, Any] = who.post(f"/v1/tasks/{task_id}/decide", body, key=clerk.number)
        return answer

    engine(chaos, clerk.number, lambda run: run.terminate("by an operator"))
    for status, code, refusal in (outcome(withdraw), outcome(decide)):
        assert (status, code, refusal["detail"]) == (503, "engine_unavailable", "流程被外部终止，待恢复，请稍后重试")
    assert santui(chaos, "recover", clerk.number)[0] == 0
    clerk.task("handle_on_scene")
    assert outcome(withdraw)[0] == 200
    assert outcome(decide)[:2] == (409, "task_closed")
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")


def santui(chaos: Instance, *words: str) -> tuple[int, str]:
    """The exit code and what a command of the running installation says."""
    done = chaos.santui(*words)
    return done.returncode, done.stdout + done.stderr


def test_an_administrator_takes_up_a_case_that_nobody_reports_again(chaos: Instance, clerk: Clerk) -> None:
    clerk.report()
    clerk.answer("confirm_triage", "confirm")
    clerk.task("handle_on_scene")
    assert santui(chaos, "recover", clerk.number)[0] == 1  # its run is well
    engine(chaos, clerk.number, lambda run: run.terminate("by an operator"))
    code, said = santui(chaos, "recover", clerk.number)
    assert (code, clerk.number in said) == (0, True)
    clerk.answer("handle_on_scene", "settled")
    agrees(chaos, clerk)
    code, said = santui(chaos, "doctor", clerk.number)
    assert code == 0, said
    code, said = santui(chaos, "audit", "replay", clerk.number)
    assert code == 0, said
    assert santui(chaos, "recover", "D1999-000001")[0] == 1


# --- a report that no engine takes


def test_one_report_that_can_not_be_delivered_does_not_keep_the_others_from_it(chaos: Instance, clerk: Clerk) -> None:
    caller = clerk.county.with_role("call_taker")
    caller.get("/v1/me")
    with chaos.without("temporal"):
        poison, *others = (caller.report(report()) for _ in range(4))
        # What no code can read any more: the oldest of all that waits.
        stored(chaos, "UPDATE incident SET sealed = x'00' WHERE incident_id = ?", poison["incident_id"])
    for other in others:
        until(lambda other=other: _case(Clerk(clerk.county, other["dispute_no"])))  # type: ignore[misc]
    [(attempts, failure, delivered)] = until(
        lambda: stored(
            chaos,
            "SELECT attempts, failure, delivered FROM incident WHERE incident_id = ? AND attempts > 0",
            poison["incident_id"],
        )
    )
    assert (failure, delivered) == ("KeyError", 0)
    assert attempts >= 1
    log = (chaos.var / "logs" / "api.log").read_text()
    assert "incident_not_delivered" in log
    code, said = santui(chaos, "undelivered")
    assert (code, poison["incident_id"] in said) == (0, True)
    stored(chaos, "UPDATE incident SET attempts = 6 WHERE incident_id = ?", poison["incident_id"])
    code, said = santui(chaos, "undelivered")
    assert (code, "DEAD" in said) == (1, True)
    assert santui(chaos, "undelivered", "--retry")[0] == 0
    assert santui(chaos, "undelivered")[0] == 0
    stored(chaos, "DELETE FROM incident WHERE incident_id = ?", poison["incident_id"])


# --- a crowd


def test_of_a_hundred_callers_at_once_nobody_is_refused_whose_report_was_recorded(
    chaos: Instance, clerk: Clerk
) -> None:
    caller = clerk.county.with_role("call_taker")
    caller.get("/v1/me")

    async def crowd() -> list[tuple[str, httpx2.Response]]:
        async with httpx2.AsyncClient(
            base_url=chaos.base, timeout=120, trust_env=False, headers=caller._headers(),
            limits=httpx2.Limits(max_connections=CROWD),
        ) as http:  # fmt: skip

            async def one() -> list[tuple[str, httpx2.Response]]:
                sent = [report(), report()]
                return [(b["source_no"], await http.post("/v1/incidents", json=b)) for b in sent]

            return [each for sent in await asyncio.gather(*(one() for _ in range(CROWD))) for each in sent]

    answers = asyncio.run(crowd())
    recorded = {number for (number,) in stored(chaos, "SELECT source_no FROM incident")}
    outcomes = Counter((answer.status_code, number in recorded) for number, answer in answers)
    print(outcomes)
    assert outcomes.keys() <= {(201, True), (200, True), (503, False)}  # 200: taken for another caller of the same
    assert all(a.headers.get("retry-after") and a.json()["code"] for _, a in answers if a.status_code == 503)
    assert outcomes[201, True] >= CROWD
    for number, answer in answers:
        if answer.status_code < 300:
            told = answer.json()
            [(dispute,)] = stored(chaos, "SELECT dispute_no FROM incident WHERE source_no = ?", number)
            assert dispute == told["dispute_no"]
    until(lambda: stored(chaos, "SELECT count(*) FROM incident WHERE NOT delivered") == [(0,)])


# --- a full disk


@contextlib.contextmanager
def full_disk(chaos: Instance) -> Iterator[None]:
    """Runs a block in which the API's process can make no file longer."""
    pid = chaos.pid("api")
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def test_a_report_that_can_not_be_written_down_is_refused_as_such_and_taken_when_it_can(
    chaos: Instance, clerk: Clerk
) -> None:
    caller, body = clerk.county.with_role("call_taker"), report()
    caller.get("/v1/me")
    with full_disk(chaos), httpx2.Client(trust_env=False, timeout=60) as http:
        answers = [http.post(f"{chaos.base}/v1/incidents", json=body, headers=caller._headers()) for _ in range(3)]
    assert {(a.status_code, a.json()["code"]) for a in answers} == {(503, "store_unavailable")}
    assert all(a.headers["retry-after"] for a in answers)
    assert stored(chaos, "SELECT 1 FROM incident WHERE source_no = ?", body["source_no"]) == []
    clerk.number = insist(lambda: caller.report(body))["dispute_no"]
    clerk.answer("confirm_triage", "confirm")
    agrees(chaos, clerk)


# --- two reports of a closed case


def test_of_two_reports_that_reopen_a_case_at_once_none_is_lost(chaos: Instance, clerk: Clerk) -> None:
    caller = clerk.county.with_role("call_taker")
    caller.get("/v1/me")
    for _ in range(3):
        body = report()
        number = caller.report(body)["dispute_no"]
        clerk.number = number
        clerk.task("confirm_triage")
        clerk.county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "双方已自行和解"})
        with ThreadPoolExecutor(3) as pool:
            again = [{**body, "source_no": f"{body['source_no']}{n}"} for n in "bcd"]
            assert {told["dispute_no"] for told in pool.map(caller.report, again)} == {number}
        until(lambda: len(clerk.county.dispute(clerk.number)["incidents"]) == 4)
