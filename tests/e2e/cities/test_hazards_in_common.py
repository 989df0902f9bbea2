"""邛崃: hazards are removed in common, by whoever has each, until nothing is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.e2e.support import refusal_of
from tests.instance import Instance


@pytest.mark.req("Q-080")
def test_hazards_are_pushed_to_whose_they_are_and_judged_until_none_is_left(qionglai: Instance) -> None:
    """“在全市范围内开展‘风险隐患联化’…协作行动”: the committee pushes, each body rectifies, the risk centre judges."""
    county = qionglai.county
    due = (county.now + timedelta(days=9)).date().isoformat()
    items = [{"no": n, "aspect": "fire", "to": body, "due": due, "text": f"第{n}处消防通道被占用"}
             for n, body in enumerate(("fire_rescue", "town-qingxi", "fire_rescue"), start=1)]  # fmt: skip
    bureau = county.with_role("bureau_analyst")
    assert refusal_of(lambda: bureau.post("/v1/notices", {"items": items}))[0] == 403, "the committee pushes"
    number = county.send_batch(items)["dispute_no"]
    county.wait_for(number, "rectify")
    asked = {task["about"]["organisation"]: task for task in county.open_tasks(number, "rectify")}
    assert {body: task["about"]["items"] for body, task in asked.items()} == {"fire_rescue": [1, 3], "town-qingxi": [2]}
    for body, task in asked.items():
        county.answer(number, "rectify", "rectified", task_id=task["task_id"], items=task["about"]["items"],
                      summary=f"{body} 已清理，照片附后")  # fmt: skip
    judge = county.wait_for(number, "verify")
    assert {post["organisation"] for post in judge["posts"]} == {"risk-centre"}
    county.answer(number, "verify", "returned", items=[3], reason="照片看不出通道已清理")
    county.answer(number, "verify", "cancelled_off", items=[1, 2])
    again = county.wait_for(number, "rectify")
    assert again["about"]["items"] == [3], "敷衍塞责的予以退回"
    county.answer(number, "rectify", "rectified", items=[3], summary="已全部清理，照片附后")
    county.answer(number, "verify", "cancelled_off", items=[3])
    case = county.dispute(number)
    assert (case["stage"], case["outcome"], case["batch"]["cancelled"]) == ("closed", "cleared", 3)
    stands = county.supervisor.get("/v1/hazards/outstanding", batch=number)["total"]
    assert (stands["sent"], stands["rate"], stands["in_time_rate"]) == (3, 100.0, 100.0)
