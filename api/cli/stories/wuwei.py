"""The story of Wuwei's report: found by a visit, sorted by colour, treated at the joint table, looked at again;
and what is none of the police's, which stays with whoever was told first until somebody signs for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling

DAY = timedelta(days=1)
VILLAGE = "石桥镇枫林村"
OWN_FORM = {"particulars": {"unit_no": "妇联〔2026〕117"}}


def three_earlies(t: Telling) -> None:
    """三早 (W-012, W-052, W-080, W-081, W-043, W-090): found, warned, resolved early; told to whom it concerns."""
    t.tell("早发现：驻村辅警走访，听说两家为排水沟闹了半年；报给社区民警")
    auxiliary = t.county.with_role("village_auxiliary", "village-shiqiao-3")
    quarrel = "两户因相邻宅基地排水沟走向争执半年，多次争吵"
    t.alarm(quarrel, house(VILLAGE), somebody(), somebody(), source="visit", by=auxiliary)
    desk = t.task("confirm_triage")
    t.expect(desk["post"]["role"] == "responsible_officer", "交属地社区民警研判，不经别人")
    t.expect("handle_on_scene" not in t.open_kinds(), "不是警情，先研判再上门")

    t.tell("早预警：定为橙色，落地核查；现场谈不拢")
    colours = t.process.colours
    t.expect([rule.name for rule in colours.values()] == ["红色", "橙色", "黄色"], "划分红、橙、黄三个等级")
    t.answer("confirm_triage", "confirm")
    t.expect(t.case["colour"] == "orange", "橙色预警")
    t.expect_stage("push_1")
    t.answer("handle_on_scene", "unsettled", reason="双方各执一词，现场无法调解")

    t.tell("早化解：会同综治、司法、村委会联合调解；少了村委会不算数")
    t.expect_stage("mediation")
    officer = t.task("mediate")["post"]
    t.expect((officer["role"], officer["organisation"]) == ("responsible_officer", "station-shiqiao"), "由社区民警会同")
    without = t.table("village_secretary", "grid_leader")
    refusal = t.refused(
        422,
        "fields_invalid",
        lambda: t.county.answer(t.number, "mediate", "not_agreed", reason="人未到齐", participants=without),
    )
    t.expect("村委会" in str(refusal.body["errors"]), "说明缺的是村委会")
    t.answer("mediate", "agreed", terms=["水沟改走西侧，费用各半"])
    t.expect(not t.county.open_tasks(t.number, "evaluate"), "化解效果由回访来看，不另设评估")
    t.expect(t.case["concluded_at"], "联合调解达成，结案")

    t.tell("定期“复诊”：民警分别回访双方；一个月后有了苗头，及时跟进")
    t.expect_stage("follow_up")
    visits = t.county.open_tasks(t.number, "visit")
    t.expect(len({task["about"]["party"] for task in visits}) == len(visits) == 2, "双方分别回访")
    t.expect({task["post"]["role"] for task in visits} == {"responsible_officer"}, "由民警回访")
    for task in visits:
        t.answer("visit", "stable", task_id=task["task_id"])
    t.advance(32 * DAY)
    t.answer("visit", "relapsed", summary="一方又说水沟没有改到位，情绪不稳")
    t.expect_stage("triage", round=2)
    again = t.task("confirm_triage")["post"]["role"]
    t.expect(again == "responsible_officer", "回访发现的苗头回到社区民警手里")
    t.answer("confirm_triage", "confirm")
    t.expect_stage("push_1", round=2)
    t.answer("handle_on_scene", "settled", summary="当场改好水沟，双方验看认可")
    for count in (2, 2, 2):
        waiting = t.county.open_tasks(t.number, "visit")
        t.expect(len(waiting) == count, "每次回访双方")
        for task in waiting:
            t.answer("visit", "stable", task_id=task["task_id"])
        _until_the_next_visit(t)
    t.expect((t.case["stage"], t.case["outcome"]) == ("closed", "resolved"), "稳定之后办结")
    first_asked(t)


def first_asked(t: Telling) -> None:
    """首问负责 (W-081, W-043): the police stay responsible until the department has signed for it, face to face."""
    t.tell("共享单位转来一件公安职责以外的事：属地民警首问，通报有关部门")
    partner = t.county.with_role("partner_liaison", "women_fed")
    quarrel = "租户与房东因押金退还多次争执，租户到妇联求助"
    t.alarm(quarrel, house(VILLAGE), somebody(), somebody(), source="partner", by=partner, **OWN_FORM)
    t.expect(t.task("confirm_triage")["post"]["role"] == "responsible_officer", "第一时间推送属地公安机关")
    t.answer("confirm_triage", "confirm", divert=True, reason="押金纠纷，不属公安机关职责")
    t.expect_stage("push_3")
    t.answer("dispatch", "assign", lead="housing", cooperating=[], instructions="请依职责办理并反馈")
    first = t.case["responsibility"][-1]
    t.expect(first["organisation"] != "housing", f"住建局未认领之前，责任仍在首问单位（{first['organisation']}）")
    [letter] = t.case["notices"]
    number, sender = letter["number"], letter["organisation"]
    t.expect((letter["kind_name"], letter["to"]) == ("提示函", "housing"), f"通报有关部门并发送提示函：{number}")
    t.expect(number.startswith(f"TS-{sender}-") and sender == "station-shiqiao", "编号由发函单位按年连续")
    t.expect((letter["state"], letter["seen_at"]) == ("open", None), "已送达，未查阅，未反馈")

    t.tell("住建局迟迟不认领：沉默不算认领，督办；面对面签字，责任才转移")
    task = t.task("accept_assignment", of="housing")
    due = datetime.fromisoformat(t.clock(f"task:{task['task_id']}")["due_at"])
    t.advance_to(due + timedelta(hours=1))
    t.expect("accept_assignment" in t.open_kinds(), "沉默不视为认领")
    t.expect(t.county.open_tasks(t.number, "supervise"), "超过时限即督办")
    t.expect(t.case["responsibility"][-1]["organisation"] == first["organisation"], "责任没有移走")
    handler = t.county.with_role("department_handler", "housing")
    accept = {"decision": "accept", "fields": {}}
    t.refused(422, "fields_invalid", lambda: handler.post(f"/v1/tasks/{task['task_id']}/decide", accept))
    t.answer("accept_assignment", "accept", of="housing")
    t.expect(t.case["responsibility"][-1]["organisation"] == "housing", "当面认领之后，责任在住建局")
    letter = handler.get(f"/v1/notices/{number}")
    t.expect((letter["state"], letter["overdue"]) == ("answered", True), "提示函有了回执，逾期在案")
    t.expect(letter["seen_at"] and letter["answered_by"], f"何时查阅、由谁反馈（{letter['answered_by']}）都有记录")
    t.answer("dispose", "disposed", summary="约见双方，房东当面退还押金", terms=["退还押金两千元"])
    t.expect_stage("follow_up")
    roles = {task["post"]["role"] for task in t.county.open_tasks(t.number, "visit")}
    t.expect(roles == {"responsible_officer"}, "分出去的也由民警回访")


def _until_the_next_visit(t: Telling) -> None:
    for _ in range(100):
        if t.case["closed_at"] or t.county.open_tasks(t.number, "visit"):
            return
        t.advance(DAY)
