"""The story of fused policing: collected at a workstation, up level by level, down to whose it is, five kinds of
mediation, effect tracked, struck off.
"""

from __future__ import annotations

from datetime import timedelta

from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling

DAY = timedelta(days=1)
FIVE = ["交心调", "普法调", "介入调", "座谈调", "联席调"]


def level_by_level(t: Telling) -> None:
    """四级联动 (R-090, R-091, R-100, R-103, R-061, R-062): up three levels, down to a department, five tables, 销号."""
    t.tell("社区“融合警务”工作站收集诉求：楼上装修漏水，两家吵了几个月")
    head = t.county.with_role("workstation_head", "workstation-qingxi-1")
    text = "小区楼上装修造成楼下漏水，房东与楼上住户因维修费用多次协商未果"
    t.alarm(text, house("清溪镇清溪社区"), somebody(), somebody(), source="workstation", by=head)

    t.tell("逐级上报：工作站、指挥室、县网格化管理中心，一级一级研判")
    desks = []
    for decision in ("report_up", "report_up", "confirm"):
        task = t.task("confirm_triage")
        desks.append(task["post"]["organisation"])
        t.expect(len(t.county.open_tasks(t.number, "confirm_triage")) == 1, "上一级等下一级看过")
        t.answer("confirm_triage", decision)
    t.expect(desks == ["workstation-qingxi-1", "command-qingxi", "grid-centre"], f"逐级三处，现为{desks}")
    sent = [report["role_name"] for report in t.county.supervisor.get("/v1/reports", organisation=desks[0])["items"]]
    t.expect(set(sent) == {"工作站站长"}, f"报送单写明谁报送，现为{sent}")

    t.tell("汇总分析、分类流转：网格化管理中心调度事权部门")
    dispatch = t.task("dispatch")["post"]
    t.expect((dispatch["role"], dispatch["organisation"]) == ("grid_dispatcher", "grid-centre"), "由网格中心调度")
    t.answer("dispatch", "assign", lead="housing", cooperating=["town-qingxi"], instructions="落实维修责任")
    t.expect(t.case["responsibility"][-1]["organisation"] == "housing", "送达即压实事权部门责任")
    t.answer("accept_assignment", "accept", of="housing")
    t.answer("accept_assignment", "accept", of="town-qingxi")
    t.answer("dispose", "mediate", reason="双方愿意调解")

    t.tell("五级联调：交心、普法、介入、座谈都没有成，联席调一次谈成")
    ladder = t.process.ladder
    assert ladder is not None, "there are five tiers"
    for tier in ladder.tiers[:-1]:
        for session in range(1, tier.sessions + 1):
            about = t.task("mediate")["about"]
            t.expect((about["tier"], about["session"]) == (tier.code, session), f"现在是{tier.name}第{session}次")
            t.answer("mediate", "not_agreed", reason="费用谈不拢")
    convenor = t.task("mediate")["post"]
    t.expect((convenor["role"], convenor["organisation"]) == ("fusion_office", "fusion-group"), "联席调由领导小组召集")
    without = t.table("court_chief", "court_liaison")
    t.refused(
        422,
        "fields_invalid",
        lambda: t.county.answer(t.number, "mediate", "not_agreed", reason="法院未到", participants=without),
    )
    t.answer("mediate", "agreed", terms=["楼上承担维修费用三千元"])
    t.expect(list(dict.fromkeys(s["record"] for s in t.case["sessions"])) == FIVE, "五种记录，依次在案")
    by_law = {tier.code: tier.mediation for tier in ladder.tiers}
    kinds = list(dict.fromkeys(by_law[s["tier"]] for s in t.case["sessions"]))
    t.expect(kinds == ["people", "administrative", "judicial"], "人民调解、行政调解、司法调解依次对接")

    t.tell("跟踪问效：领导小组认可成效；工作站回看，销号")
    judge = t.task("evaluate")["post"]
    t.expect(
        (judge["role"], judge["organisation"]) == ("effect_tracker", "fusion-group"),
        "由领导小组问效，不由上过调解桌的人",
    )
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")
    for task in t.county.open_tasks(t.number, "visit"):
        t.expect(task["post"]["role"] in ("workstation_head", "responsible_officer"), "由工作站回看")
        t.answer("visit", "stable", task_id=task["task_id"])
    t.expect((t.case["stage"], t.case["outcome"]) == ("closed", "resolved"), "销号")
    no_wrong_door(t)


def no_wrong_door(t: Telling) -> None:
    """全量托底 (R-072, R-052): by a road that nobody wrote down, from a place that nobody knows, at any hour."""
    t.tell("来源不在册、地点说不清：仍有人接，不推走")
    t.alarm("两人因借款未还在路上争吵", house("某地"), somebody(), somebody(), source="handwritten")
    task = t.task("confirm_triage")
    t.expect(task["post"]["organisation"] == "grid-centre", "网格化管理中心托底")
    t.answer("confirm_triage", "confirm")
    t.expect(t.task("dispatch")["post"]["organisation"] == "grid-centre", "由网格中心调度")
