"""黄石: information flows from the police to whose matter it is, and each sees what he must; three sets of rules."""

from __future__ import annotations

import time
from typing import Any

import pytest

from api.cli.client import Refusal
from api.cli.stories.people import house
from tests.instance import Instance

NOISE = "楼上半夜装修噪声扰民，多次交涉无果"
PHONE = "13812345678"


@pytest.mark.req("H-013", "H-037")
def test_what_is_sent_is_seen_claimed_and_accepted_and_the_department_sees_the_alarm(huangshi: Instance) -> None:
    """“以情报信息运转为核心”; “‘管得了纠纷看不见警情’的街道、部门”."""
    county = huangshi.county
    parties = [{"name": "邓某", "side": "a", "phone": PHONE}, {"name": "吕某", "side": "b"}]
    number = county.alarm(NOISE, place={"address": house("白洋街道滨江社区")}, parties=parties)["dispute_no"]
    handler = county.with_role("department_handler", "housing")
    with pytest.raises(Refusal) as unseen:
        handler.get(f"/v1/disputes/{number}")
    assert unseen.value.status == 404, "nothing was sent to it yet"
    county.answer(number, "handle_on_scene", "divert", scene_safe=True, reason="双方已劝开，须主管部门处理",
                  reason_code="not_police_power")  # fmt: skip
    for task in county.open_tasks(number, "confirm_triage"):
        county.answer(number, "confirm_triage", "confirm", task_id=task["task_id"])
    county.answer(number, "dispatch", "assign", lead="housing", cooperating=[], instructions="依责处置")
    task_id = county.wait_for(number, "accept_assignment")["task_id"]

    def flow() -> tuple[bool, bool, str]:
        """Whether it was delivered, seen, and how the question stands."""
        task = next(t for t in county.dispute(number)["tasks"] if t["task_id"] == task_id)
        return bool(task["delivery"]["delivered_at"]), bool(task["delivery"]["seen_at"]), task["state"]

    def becomes(*wanted: bool | str) -> None:
        """That it was read is told to the case behind the answer: nobody waits for it."""
        until = time.monotonic() + 60
        while flow() != wanted and time.monotonic() < until:
            time.sleep(0.1)
        assert flow() == wanted

    assert flow() == (True, False, "open")
    handler.get(f"/v1/tasks/{task_id}")
    becomes(True, True, "open")
    handler.post(f"/v1/tasks/{task_id}/claim")
    assert flow() == (True, True, "claimed")
    handler.post(f"/v1/tasks/{task_id}/decide", {"decision": "accept", "fields": {}})
    assert flow() == (True, True, "done")
    seen = handler.get(f"/v1/disputes/{number}")
    [alarm] = seen["incidents"]
    assert (alarm["source"], alarm["narrative"]) == ("110", NOISE)
    assert PHONE not in str(seen), "as much of the caller as it needs"
    assert alarm["parties"][0]["name"] == "邓某"


@pytest.mark.req("H-040")
def test_whose_it_is_who_takes_it_and_how_grave_are_three_sets_of_rules(huangshi: Instance) -> None:
    """“分清边界、分责受理、分级处置”: each narrative is judged by all three, and they differ one by one."""
    county = huangshi.county
    lead = {row["code"]: row["lead"] for row in county.supervisor.get("/v1/categories")["items"]}
    desk = county.with_role("call_taker")

    def judged(narrative: str) -> dict[str, Any]:
        return dict(desk.post("/v1/triage", county.reported(narrative, place={"address": "白洋街道滨江社区9号"})))

    noise, wages, knife = (judged(words) for words in (
        NOISE, "工地拖欠农民工工资，包工头拒不支付", "丈夫持刀威胁要杀妻子全家，已打伤岳父"))  # fmt: skip
    assert [each["police"] for each in (noise, wages, knife)] == [False, False, True], "分清边界"
    listed = [(lead[each["category"]], each["suggested_lead"]) for each in (noise, wages)]
    assert listed == [("township", "town-baiyang"), ("hrss", "hrss")], "分责受理"
    assert knife["colour"] == "red" != noise["colour"], "分级处置"
    process = next(book for book in county.playbooks() if book["current"])["process"]
    limits = {code: rule["limit"] for code, rule in process["colours"].items()}
    assert limits[knife["colour"]] != limits[noise["colour"]], "each grade by a time of its own"
