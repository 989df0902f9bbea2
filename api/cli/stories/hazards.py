"""Story 12: a batch of notices of hazards, rectified one by one and cancelled off (R-060 to R-064)."""

from __future__ import annotations

from datetime import timedelta

from api.cli.client import Document
from api.cli.stories.telling import Telling

ITEMS = 35
BODIES = ("fire_rescue", "housing", "education")
DAY = timedelta(days=1)


def batch_of_notices(t: Telling) -> None:
    """隐患提示函: one batch of 35 items to three departments; returned, silent, and cancelled off to the last."""
    t.tell(f"“发送风险隐患提示函”：一批{ITEMS}项，分送{len(BODIES)}个事权部门")
    aspects = t.hazard_aspects
    due = (t.now + 9 * DAY).date().isoformat()
    items = [{"no": n, "aspect": aspects[n % len(aspects)], "to": BODIES[n % len(BODIES)], "due": due,
              "text": f"第{n}处消防通道被占用"} for n in range(1, ITEMS + 1)]  # fmt: skip
    t.send_batch(items)
    t.expect_stage("notice")
    asked = {task["about"]["organisation"]: task["about"]["items"] for task in _open(t, "rectify")}
    t.expect(set(asked) == set(BODIES), "每个单位只收到自己的隐患，各一件待办")
    t.expect(sorted(no for nos in asked.values() for no in nos) == list(range(1, ITEMS + 1)), "每一项都有人整改")

    t.tell("一个单位逐项整改并附照片；发出单位逐项核查，销号不等别人")
    first = asked["housing"]
    for no in first[:2]:
        t.answer("rectify", "rectified", of="housing", items=[no], summary=f"第{no}处已清理，照片附后")
    t.answer("verify", "cancelled_off", items=[first[0]])
    t.answer("verify", "returned", items=[first[1]], reason="照片看不出通道已清理")
    t.expect(first[1] in t.task("rectify", of="housing")["about"]["items"], "退回的隐患回到原单位重新整改")
    t.expect(t.case["batch"]["cancelled"] == 1, "动态销号：已销一项")

    t.tell("其余单位到期无人整改：每个单位督办一次，不是每项一次")
    t.advance(10 * DAY + timedelta(hours=6))
    late = [task for task in _open(t, "supervise") if "隐患整改" in task["about"]["title"]]
    t.expect(len(late) >= len(BODIES) - 1, "沉默有人督办")
    for body in BODIES:
        left = t.task("rectify", of=body)["about"]["items"]
        t.answer("rectify", "rectified", of=body, items=left, summary="已整改，照片附后")
    t.answer("verify", "cancelled_off", items=t.task("verify")["about"]["items"])
    t.expect((t.case["stage"], t.case["outcome"]) == ("closed", "cleared"), "“动态清零”：全部销号，本批办结")
    t.expect(t.case["batch"]["cancelled"] == ITEMS, f"{ITEMS}项全部销号")


def _open(t: Telling, kind: str) -> list[Document]:
    return t.county.open_tasks(t.number, kind)
