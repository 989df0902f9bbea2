"""Keys whose outcome is known late: left for the worker, not to be seen yet, or sent eight times at once."""

from __future__ import annotations

import sqlite3
import uuid
from datetime import datetime
from typing import Any

from domain.base import CHINA
from tests.chaos.support import until, until_over
from tests.chaos.test_keys import action, clerk_at, decision, eight, forget_answers
from tests.chaos.test_races import at_once, outcome
from tests.instance import Instance


def test_a_decision_left_for_the_worker_and_then_refused_is_answered_as_refused(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos, ("confirm_triage", "confirm"))
    first, second = (decision(clerk, "handle_on_scene", "criminal_case") for _ in range(2))
    with chaos.without("worker"):
        assert [outcome(write.do)[0] for write in (first, second)] == [202, 202]
        assert outcome(second.do)[0] == 202
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    assert outcome(first.do)[0] == 200
    assert [outcome(second.do)[:2] for _ in range(2)] == [(409, "task_closed")] * 2
    forget_answers(chaos)
    assert [outcome(write.do)[0] for write in (first, second)] == [200, 409]
    kinds = [entry["kind"] for entry in clerk.county.timeline(clerk.number)]
    assert (first.effects(), second.effects(), kinds.count("decision_refused")) == (1, 0, 1)


def test_a_reopening_that_nobody_can_see_yet_is_not_called_undone(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos, ("confirm_triage", "confirm"), ("handle_on_scene", "criminal_case"))
    until_over(chaos, clerk.number)
    write = action(clerk, "reopen")
    lock = sqlite3.connect(chaos.var / "santui.db", isolation_level=None)
    with chaos.frozen("worker"):
        assert outcome(write.do)[0] == 200
        status, _, body = outcome(write.do)
        assert (status, body.get("may_take_effect")) == (503, True)  # only the worker could tell
        lock.execute("BEGIN IMMEDIATE")
    try:
        assert outcome(write.do)[0] == 200  # it has told
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    until(lambda: write.effects() == 1)
    assert outcome(write.do)[0] == 200


def test_a_reopening_sent_eight_times_at_once_under_one_key_is_one_reopening(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos, ("confirm_triage", "confirm"), ("handle_on_scene", "criminal_case"))
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    write = action(clerk, "reopen")
    eight(write.do)
    assert write.effects() == 1


def test_one_key_with_eight_reports_at_once_takes_in_one_of_them(chaos: Instance) -> None:
    chaos.until_ready()
    caller, key, now = chaos.county.with_role("call_taker"), str(uuid.uuid4()), datetime.now(CHINA).isoformat()
    caller.get("/v1/me")

    def report(n: int) -> dict[str, Any]:
        body = {"source": "110", "source_no": f"{key[:13]}-{n}", "occurred_at": now, "reported_at": now,
                "place": {"address": f"古山镇金江龙村{key[:6]}-{n}号"}, "narrative": "双方因停车发生争吵"}  # fmt: skip
        answer: dict[str, Any] = caller.post("/v1/incidents", body, key=key)
        return answer

    answers = at_once([lambda n=n: report(n) for n in range(8)])  # type: ignore[misc]
    assert sorted((status, code) for status, code, _ in answers) == [
        (200, ""), *[(422, "idempotency_key_reused")] * 7
    ]  # fmt: skip
    taken = next(n for n, (status, _, _) in enumerate(answers) if status == 200)
    again = at_once([lambda: report(taken)] * 4)
    assert {body["incident_id"] for _, _, body in [*again, answers[taken]]} == {answers[taken][2]["incident_id"]}


def test_one_report_eight_times_at_once_under_one_key_has_one_answer(chaos: Instance) -> None:
    chaos.until_ready()
    caller, key, now = chaos.county.with_role("call_taker"), str(uuid.uuid4()), datetime.now(CHINA).isoformat()
    body = {"source": "110", "source_no": key[:13], "occurred_at": now, "reported_at": now,
            "place": {"address": f"古山镇金江龙村{key[:6]}号"}, "narrative": "双方因停车发生争吵"}  # fmt: skip
    eight(lambda: caller.post("/v1/incidents", body, key=key))
