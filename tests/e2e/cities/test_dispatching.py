"""“融合警务”: the four things that the dispatching platform does, on one matter."""

from __future__ import annotations

import pytest

from api.cli.stories.people import house
from tests.instance import Instance


@pytest.mark.req("R-070")
def test_a_matter_is_accepted_dispatched_supervised_and_its_states_are_on_record(ronghe: Instance) -> None:
    """“实现常态化事务受理、协调调度、跟踪督办、状态记录等功能”."""
    county = ronghe.county
    head = county.with_role("workstation_head", "workstation-qingxi-1")
    body = county.reported("楼上漏水，两家为维修费用争执不下", source="workstation",
                           place={"address": house("清溪镇清溪社区")})  # fmt: skip
    number = head.report(body)["dispute_no"]
    assert [task["kind"] for task in county.open_tasks(number)] == ["confirm_triage"], "受理"
    for decision in ("report_up", "report_up", "confirm"):
        county.answer(number, "confirm_triage", decision)
    assert county.wait_for(number, "dispatch")["post"]["role"] == "grid_dispatcher", "调度"
    county.answer(number, "dispatch", "assign", lead="housing", cooperating=[], instructions="落实维修责任")
    county.answer(number, "accept_assignment", "accept")
    assert not county.open_tasks(number, "supervise")
    county.advance(number, "P40D")
    assert county.wait_for(number, "supervise"), "督办: nothing was done by its day"
    entries = county.timeline(number)
    kinds = [entry["kind"] for entry in entries]
    assert kinds.index("opened") < kinds.index("overdue"), "状态记录: from the first line to the latest"
    decided = [entry["detail"]["decision"] for entry in entries if entry["kind"] == "decision"]
    assert decided == ["report_up", "report_up", "confirm", "assign", "accept"]
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)
