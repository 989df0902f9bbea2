"""A report is taken out of a dispute while processes are killed: it is one dispute of its own, and both say so."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from tests.chaos.support import Clerk, agrees, insist, until
from tests.chaos.test_alarms import report, stored
from tests.chaos.test_kill import _strike
from tests.instance import Instance

BLOWS = (("api", 0.0), ("api", 0.06), ("worker", 0.03), ("everything", 0.08))
"""Who is killed, and how many seconds after the click: before the case hears it, between its two halves, behind it."""


@pytest.mark.timeout(240)
def test_each_report_taken_out_is_one_dispute_wherever_the_blow_falls(chaos: Instance) -> None:
    chaos.until_ready()
    clerk, body = Clerk(chaos.county), report()
    caller, by = clerk.county.with_role("call_taker"), clerk.county.supervisor
    clerk.number = caller.report(body)["dispute_no"]
    wrong = []
    for n, _ in enumerate(BLOWS):
        told = caller.report({**body, "source_no": f"{body['source_no']}{n}"})
        assert (told["joined"], told["dispute_no"]) == (True, clerk.number)
        wrong.append(told["incident_id"])
    until(lambda: len(clerk.county.dispute(clerk.number)["incidents"]) == 1 + len(BLOWS))
    into = {}
    for (struck, after), which in zip(BLOWS, wrong, strict=True):
        fields = {"incident_id": which, "reason": "系另一户的纠纷"}
        blow = threading.Thread(target=_strike, args=(chaos, struck, after))
        blow.start()
        into[which] = _taken_out(clerk, fields, key=f"split-{which}")["into"]
        blow.join()
    assert len(set(into.values())) == len(BLOWS)
    for which, number in into.items():
        until(partial(_there, by, number))
        own = insist(partial(clerk.county.dispute, number))
        assert [each["incident_id"] for each in own["incidents"]] == [which]
        assert own["split_from"]["dispute_no"] == clerk.number
    case = clerk.county.dispute(clerk.number)
    assert len(case["incidents"]) == 1
    assert {each["incident_id"]: each["dispute_no"] for each in case["split_off"]} == into
    agrees(chaos, clerk)
    until(lambda: stored(chaos, "SELECT count(*) FROM incident WHERE NOT delivered") == [(0,)])
    for number in into.values():
        agrees(chaos, Clerk(clerk.county, number))


def _taken_out(clerk: Clerk, fields: dict[str, Any], key: str) -> dict[str, Any]:
    path = f"/v1/disputes/{clerk.number}/actions/split_off"
    answer: dict[str, Any] = insist(lambda: clerk.county.supervisor.post(path, fields, key=key))
    return answer


def _there(by: Any, number: str) -> bool:
    """Whether the read model shows it by now."""
    return any(each["dispute_no"] == number for each in by.get(f"/v1/disputes?q={number}")["items"])
