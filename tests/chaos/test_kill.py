"""kill -9 anywhere in a story: it ends as if nothing had happened, and nothing is taken twice or lost."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable

import pytest

from tests.chaos.support import Clerk, agrees, faulty_worker, until
from tests.instance import Instance

STORY = (
    ("confirm_triage", "confirm"),
    ("handle_on_scene", "unsettled"),
    ("follow_up_responsibly", "contacted"),
    ("follow_up_responsibly", "request_third_push"),
    ("approve_third_push", "approve"),
    ("dispatch", "assign"),
    ("accept_assignment", "accept"),
    ("dispose", "disposed"),
    ("evaluate", "accept"),
)
STRUCK = {3: 0.0, 7: 0.03}
"""At which decisions of the story the blow falls, and how many seconds after the decision is sent."""


def _kill(child: str) -> Callable[[Instance], None]:
    return lambda chaos: chaos.kill(child)


def _kill_all(chaos: Instance) -> None:
    chaos.kill_all()
    chaos.start()


BLOWS: dict[str, Callable[[Instance], None]] = {
    **{child: _kill(child) for child in ("worker", "api", "temporal")},
    "everything": _kill_all,
}


@pytest.mark.parametrize("struck", BLOWS)
@pytest.mark.timeout(240)
def test_a_story_ends_as_if_nothing_had_happened(struck: str, chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    for step, (kind, decision) in enumerate(STORY):
        who, task_id, body = clerk.prepare(kind, decision, **({"cooperating": []} if kind == "dispatch" else {}))
        blow = threading.Thread(target=_strike, args=(chaos, struck, STRUCK.get(step)))
        blow.start()
        clerk.send(who, task_id, body)
        blow.join()
    while clerk.county.dispute(clerk.number)["stage"] != "closed":
        if not clerk.county.open_tasks(clerk.number, "visit"):
            clerk.county.advance(clerk.number, "P31D")
        clerk.answer("visit", "stable")
    state = agrees(chaos, clerk)
    assert (state.stage, state.outcome, state.round) == ("closed", "resolved", 1)
    print(f"{struck}: {sum(s.status == 202 for s in clerk.sent)} of {len(clerk.sent)} decisions left as signals")


def _strike(chaos: Instance, struck: str, after: float | None) -> None:
    if after is not None:
        time.sleep(after)
        BLOWS[struck](chaos)


def test_a_report_that_was_answered_is_never_lost(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.county.with_role("call_taker").get("/v1/me")
    with chaos.without("temporal"):
        answer = clerk.county.alarm("楼上漏水引发争吵", place={"address": "柳河镇杨柳湾村3号"})
        assert answer["published"] is False
    clerk.number = answer["dispute_no"]
    clerk.answer("confirm_triage", "confirm")
    agrees(chaos, clerk)


@pytest.mark.parametrize("how", ["frozen", "killed"])
def test_without_a_worker_a_decision_is_left_and_takes_effect_once(how: str, chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    key = str(uuid.uuid4())
    with chaos.frozen("worker") if how == "frozen" else chaos.without("worker"):
        answer = clerk.send(who, task_id, body, key)
        assert answer == {"accepted_for": task_id}
        assert who.post(f"/v1/tasks/{task_id}/decide", body, key=key) == answer
    clerk.task("handle_on_scene")
    assert who.post(f"/v1/tasks/{task_id}/decide", body, key=key)["task"]["state"] == "done"  # no 202 for ever
    clerk.answer("handle_on_scene", "settled")
    agrees(chaos, clerk)


def test_a_case_whose_tasks_fail_takes_its_decisions_once_when_the_bug_is_gone(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    clerk.answer("confirm_triage", "confirm")
    first, second = (clerk.prepare("handle_on_scene", "unsettled") for _ in range(2))
    with faulty_worker(chaos, "any case") as log:
        assert "accepted_for" in clerk.send(*first)
        until(lambda: "Failed activation" in log.read_text())
        who, task_id, body = second
        late = who.post(f"/v1/tasks/{task_id}/decide", body, key="of a case that fails")
        assert late == {"accepted_for": task_id}
    clerk.task("follow_up_responsibly")
    agrees(chaos, clerk)
    [refused] = [e for e in clerk.county.timeline(clerk.number) if e["kind"] == "decision_refused"]
    assert refused["detail"]["code"] == "task_closed"


def test_while_the_database_can_not_be_written_decisions_are_taken_and_it_catches_up(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    key = str(uuid.uuid4())
    lock = sqlite3.connect(chaos.var / "santui.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        answer = clerk.send(who, task_id, body, key)
        print(f"answered after {time.monotonic() - began:.1f} s: {sorted(answer)}")
        assert answer.get("published") is False or "accepted_for" in answer
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    clerk.task("handle_on_scene")
    assert who.post(f"/v1/tasks/{task_id}/decide", body, key=key)["task"]["state"] == "done"
    clerk.answer("handle_on_scene", "settled")
    agrees(chaos, clerk)


def test_a_worker_started_again_takes_decisions_itself(chaos: Instance) -> None:
    """How soon after its start is measured by `bench/restart.py`."""
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    was = chaos.pid("worker")
    chaos.kill("worker")
    pid = chaos.until_restarted("worker", was)
    until(lambda: says_it_lives(chaos, pid))
    assert "dispute" in clerk.send(who, task_id, body), "taken by the worker, not left as a signal"


def says_it_lives(chaos: Instance, pid: int) -> bool:
    """Whether a worker has told that it lives; it does every two seconds."""
    with sqlite3.connect(f"file:{chaos.var / 'santui.db'}?mode=ro", uri=True) as database:
        row = database.execute("SELECT at FROM heartbeat WHERE kind = 'worker' AND pid = ?", (pid,)).fetchone()
    database.close()
    return row is not None
