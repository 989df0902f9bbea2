"""The fire passage of Huangshi's report: made safe, dispatched, whistled for, planned, carried out (H-041 to H-044)."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.client import Document
from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOWN = "town-jiangnan"
CALLED = ("fire_rescue", "urban_mgmt", "market_reg")


def fire_passage(t: Telling) -> None:
    """消防通道 (H-041 to H-044): scene safe, 派单, the street whistles, they confer with guests, three milestones."""
    t.tell("一商户因自建消防安全通道同小区物业发生冲突报警；民警赶赴现场，双方矛盾比较激烈")
    t.alarm(
        "商户自建消防安全通道，与小区物业发生冲突，双方矛盾激烈", house("江南街道溪心社区"), "商户陈某", "小区物业",
    )  # fmt: skip
    t.expect("handle_on_scene" in t.open_kinds(), "民警赶赴现场，不等研判")
    sent: Document = {"reason": "通道须整改，非公安事权", "reason_code": "not_police_power", "suggested": [TOWN]}
    t.refused(
        422, "fields_invalid", lambda: t.county.answer(t.number, "handle_on_scene", "divert", scene_safe=False, **sent)
    )

    t.tell("稳控现场后，民警“派单”")
    t.answer("handle_on_scene", "divert", scene_safe=True, **sent)
    t.answer("confirm_triage", "confirm")
    t.expect_stage("push_3")
    t.answer("dispatch", "assign", lead=TOWN, cooperating=[], instructions="街道牵头，化解警情背后的纠纷")
    t.answer("accept_assignment", "accept", of=TOWN)

    t.tell("街道接单后，启动“吹哨报到”，组织消防、城管、市场监管、物业、业主党员代表等联合会商")
    street = t.county.with_role("township_leader", TOWN)
    to = [{"organisation": code, "role": "department_handler"} for code in CALLED]
    blow = {
        "to": to,
        "why": "complex_matter",
        "where": "溪心社区物业办公室",
        "reason": "自建消防通道引发冲突，须联合会商",
    }
    handler = t.county.with_role("department_handler", "fire_rescue")
    t.refused(404, "not_found", lambda: handler.post(f"/v1/disputes/{t.number}/actions/summon", blow))
    offered = next(each for each in street.get(f"/v1/disputes/{t.number}")["actions"] if each["name"] == "summon")
    t.expect(
        offered["schema"]["properties"]["why"]["enum"] == ["complex_matter", "sudden_event"], "吹哨情形写在工作机制里"
    )
    street.post(f"/v1/disputes/{t.number}/actions/summon", blow)
    t.show()
    for task in t.county.open_tasks(t.number, "check_in"):
        t.answer("check_in", "arrived", task_id=task["task_id"])
    t.expect([each["standing"] for each in _whistle(t)["called"]] == ["arrived"] * 3, "三家都已报到")

    t.answer("watch_through", "noted", summary="分流不分家：社区民警到会商现场，双方情绪平稳")

    t.tell("5小时达成共识：定制消防通道整改建设方案")
    confer = t.task("confer")
    t.expect(confer["post"]["organisation"] == TOWN, "谁吹哨，谁召集会商")
    t.advance(5 * HOUR)
    blown = datetime.fromisoformat(_whistle(t)["at"])
    plan = [
        _item("消除安全隐患", "fire_rescue", blown + 3 * DAY + 6 * HOUR),
        _item("拆除通道", "urban_mgmt", blown + 4 * DAY + 6 * HOUR),
    ]
    guests = [{"name": f"物业经理{somebody()}", "role": None}, {"name": f"业主党员代表{somebody()}", "role": None}]
    there = [t.county.seat("township_leader", TOWN), *(t.county.seat("department_handler", code) for code in CALLED)]
    without = {
        "decision": "agreed",
        "fields": {"participants": [*there, *guests], "minutes": "整改建设方案", "items": plan},
    }
    t.refused(422, "fields_invalid", lambda: street.post(f"/v1/tasks/{confer['task_id']}/decide", without))
    agreed = [*there, *({**guest, "consent": True} for guest in guests)]
    t.answer(
        "confer", "agreed", participants=agreed, minutes="消防通道整改建设方案：先消除隐患，再拆除通道", items=plan
    )
    [sitting] = _whistle(t)["conferences"]
    t.expect(timedelta(seconds=sitting["elapsed"]) // HOUR == 5, "吹哨后5小时达成共识")
    t.expect(
        sum(bool(who.get("consent")) for who in sitting["participants"]) == 2, "物业和业主党员代表在座，经双方同意"
    )

    t.tell("3天消除安全隐患、4天拆除通道；街道报结在先，方案没有落实完不进入评估")
    t.answer("dispose", "disposed", summary="双方就整改方案达成一致", of=TOWN)
    t.expect_stage("push_3")
    for days, what in ((3, "消除安全隐患"), (4, "拆除通道")):
        t.advance_to(blown + days * DAY)
        task = t.task("carry_out")
        t.expect(task["about"]["instructions"] == what, f"第{days}天：{what}")
        t.answer("carry_out", "done", task_id=task["task_id"], summary=f"已{what}，现场照片附后")
    t.expect_stage("evaluation")
    took = [timedelta(seconds=item["elapsed"]) // DAY for item in _whistle(t)["items"]]
    t.expect(took == [3, 4], f"3天、4天，现为{took}")
    t.expect(
        [e["title"].partition("：")[2] for e in t.entries("milestone")] == ["吹哨后3天完成", "吹哨后4天完成"],
        "经过里写明用时",
    )
    t.expect(not t.entries("overdue"), "都在期限之内")

    t.tell("警情背后的纠纷得以化解")
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")


def _whistle(t: Telling) -> Document:
    whistles: list[Document] = t.case["summons"]
    t.expect(len(whistles) == 1, "吹哨一次")
    return whistles[0]


def _item(what: str, organisation: str, due: datetime) -> Document:
    return {"what": what, "organisation": organisation, "role": "department_handler", "due": due.isoformat()}
