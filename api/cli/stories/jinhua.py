"""The stories of Jinhua's report: one alarm, three pushes."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling
from domain.policy.spans import Calendar, Span

DAY = timedelta(days=1)


def masks(t: Telling) -> None:
    """口罩 (J-021 to J-025): urgent, pushed to the centre at once, agreed the same day, judged by the centre."""
    t.tell("钱先生和夏先生因口罩质量问题，在退换货问题上达不成一致意见；古山派出所民警接警后迅速出警")
    t.alarm(
        "钱先生和夏先生因口罩质量问题，在退换货问题上达不成一致意见，争吵激烈",
        house("古山镇金江龙村"), "钱先生", "夏先生",
    )  # fmt: skip
    scene = t.task("handle_on_scene")
    t.expect(scene["post"]["organisation"] == "station-gushan", "接警后即推送处警民警，不等研判")
    t.answer("confirm_triage", "confirm")
    t.answer("handle_on_scene", "unsettled", reason="两人各执一词，矛盾激烈，无法现场调解成功", urgent=True)

    t.tell("综合指挥室定为加急，经批准推送综治平台，并建议市场监管部门共同解决")
    t.expect(t.task("rule_urgency")["post"]["role"] == "command_room", "由综合指挥室分析")
    t.answer("rule_urgency", "urgent", suggested=["market_reg"])
    t.expect(t.open_kinds() == ["approve_third_push"], "加急件也须经批准才能推出派出所")
    t.answer("approve_third_push", "approve", suggested=["market_reg"])
    t.expect_stage("push_3")
    t.expect(t.case["urgent"], "案件标为加急")
    dispatch = t.task("dispatch")
    t.expect(dispatch["about"]["suggested"] == ["market_reg"], "分派员看到建议部门是市场监管局")
    t.expect(dispatch["post"]["organisation"] == "town-gushan-centre", "推送到古山镇综治中心")

    t.tell("当天下午，民警会同市场监管部门、金牌调解员等调解，双方当场签下协议")
    t.answer("dispatch", "assign", lead="town-gushan", cooperating=["market_reg"], instructions="当日会同市场监管调解")
    t.answer("accept_assignment", "accept", of="town-gushan")
    t.answer("accept_assignment", "accept", of="market_reg")
    t.answer("dispose", "mediate", reason="双方愿意当面协商，会同市场监管和金牌调解员调解")
    t.expect(t.task("mediate")["about"]["tier"] == "joint", "三推之后是多部门联合调解")
    t.answer(
        "mediate", "agreed", terms=["钱先生退回口罩，夏先生退还货款", "双方互不追究"],
        participants=[
            t.county.seat("centre_dispatcher", "town-gushan-centre"),
            t.county.seat("responsible_officer", "station-gushan"),
            t.county.seat("department_handler", "market_reg"),
            t.county.seat("mediator", "justice-gushan"),
        ],
    )  # fmt: skip

    session, agreement = t.case["sessions"][-1], t.case["agreements"][-1]
    t.expect((session["number"], session["result"]) == (1, "agreed"), "一次调解即成")
    _qualified(t, t.county.seat("mediator", "justice-gushan")["name"], "gold_mediator", "到场的是金牌调解员")
    there = {who["organisation"] for who in session["participants"]}
    t.expect({"station-gushan", "market_reg", "justice-gushan"} <= there, "民警、市场监管部门、调解员都在场")
    alarmed, signed = (datetime.fromisoformat(at).date() for at in (t.case["opened_at"], agreement["at"]))
    t.expect(alarmed == signed, "报警当天签下协议")

    t.tell("离开派出所办结的，由综治中心评估，不由派出所自评")
    evaluation = t.task("evaluate")
    t.expect({post["organisation"] for post in evaluation["posts"]} == {"centre"}, "评估人在综治中心")
    duty = t.county.with_role("duty_leader", "station-gushan")
    verdict = {"decision": "accept", "fields": {}}
    t.refused(403, "not_entitled", lambda: duty.post(f"/v1/tasks/{evaluation['task_id']}/decide", verdict))
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")
    case = t.case
    opened, concluded = (datetime.fromisoformat(case[name]) for name in ("opened_at", "concluded_at"))
    t.expect(concluded - opened < DAY, "当天结案")


def the_car(t: Telling) -> None:
    """4S店 (J-030 to J-032): two pushes are not enough; the third goes to four bodies at once."""
    t.tell("吴先生购置的轿车没过多久出现故障，要求4S店换车遭到拒绝；民警立即赶赴现场，双方各持己见")
    t.alarm(
        "前不久购置的轿车没过多久就出现故障，要求4S店换车却遭到拒绝，双方僵持不下",
        house("江南街道溪心社区汽车城"), "吴先生", "某4S店",
    )  # fmt: skip
    t.expect("handle_on_scene" in t.open_kinds(), "接到警情推送后，立即赶赴现场")
    t.answer("confirm_triage", "confirm")
    t.answer("handle_on_scene", "unsettled", reason="双方各持己见，矛盾一时无法化解")

    t.tell("二推落实给责任民警和所队领导，全程跟踪；经中期处置，效果仍不理想")
    t.expect_stage("push_2")
    followed = t.task("follow_up_responsibly")["task_id"]
    t.expect(t.task("follow_up_responsibly")["named"], "落实给一名责任民警")
    deputy = t.county.with_role("station_deputy", "station-jiangnan")
    watched = [task["task_id"] for task in deputy.get("/v1/tasks", box="watched", limit=200)["items"]]
    t.expect(followed in watched, "分管副所长同时看到这件待办")
    watch = t.task("watch_through")
    t.answer("watch_through", "noted", summary="已与责任民警一同约谈双方")
    t.answer(
        "follow_up_responsibly", "contacted", manner="appointment", who="吴先生与4S店经理",
        summary="把当事双方请到派出所，仍不让步",
    )  # fmt: skip
    t.expect("follow_up_responsibly" in t.open_kinds(), "记录联系不办结待办")
    t.advance(2 * DAY)

    full = t.county.supervisor.get(f"/v1/tasks/{followed}")
    t.expect(full["brief"]["phase"]["name"] == "中期", "经过中期处置，效果仍不理想")

    t.tell("三推：街道、市场监管、消协、法律援助律师（司法所）一起来")
    four = ["town-jiangnan", "market_reg", "consumer_assoc", "justice-jiangnan"]
    t.answer("follow_up_responsibly", "request_third_push", reason="公安职权范围内无法有效化解", suggested=four)
    t.answer("approve_third_push", "approve", suggested=four)
    t.answer("dispatch", "assign", lead=four[0], cooperating=four[1:], instructions="街道牵头，各部门依职责配合")
    asked = t.county.open_tasks(t.number, "accept_assignment")
    t.expect({task["about"]["organisation"] for task in asked} == set(four), "四家单位各收到一件")
    for unit in four:
        t.answer("accept_assignment", "accept", of=unit)
    t.answer("dispose", "progress", summary="街道已与双方见面，约定检测", of=four[0])
    t.answer("cooperate", "disposed", summary="抽检并出具意见：变速箱存在质量缺陷", of="market_reg")
    t.answer("cooperate", "disposed", summary="消协告知三包规定，提出折价方案", of="consumer_assoc")
    t.expect_stage("push_3")
    t.answer("cooperate", "disposed", summary="法律援助律师向双方释法", of="justice-jiangnan")
    t.answer("dispose", "mediate", reason="检测结论已明，双方愿意当面签订协议", of=four[0])
    t.answer(
        "mediate", "agreed", terms=["4S店折价收回车辆", "车主不再追究"],
        participants=[
            t.county.seat("township_leader", "town-jiangnan"), t.county.seat("responsible_officer", "station-jiangnan"),
            t.county.seat("department_handler", "market_reg"), t.county.seat("department_handler", "consumer_assoc"),
            t.county.seat("legal_helper", "justice-jiangnan"),
        ],
    )  # fmt: skip
    t.expect_stage("evaluation")
    there = {(who["role"], who["organisation"]) for who in t.case["sessions"][-1]["participants"]}
    lawyer = t.county.seat("legal_helper", "justice-jiangnan")["name"]
    _qualified(t, lawyer, "legal_aid_lawyer", "到场的是法律援助律师")
    t.expect(("legal_helper", "justice-jiangnan") in there, "街道、市场监管、消协、法律援助律师共同努力")
    t.expect(t.task("watch_through")["task_id"] == watch["task_id"], "所队领导的跟踪不随推送结束")
    t.expect(len(t.case["agreements"]) == 1, "达成一份协议")
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")
    t.expect(t.case["concluded_at"], "评估通过即结案")


def goods_and_payment(t: Telling) -> None:
    """货款 (J-040 to J-045): settled yet risky; agreed at the second attempt; paid in three monthly instalments."""
    buyer, seller = "李某", "罗某"
    t.tell("李某报警称有人扬言要砸了他的车；民警当场劝解，二人同意后离开，出警民警仍认为有民转刑的风险")
    t.alarm(
        "有人在万石院新村门口闹事，扬言要砸了他的车：李某认为罗某提供的货物质量有问题，客户不肯汇款，不愿将约定的货款结清",
        house("白洋街道桥头社区万石院新村"), buyer, seller,
    )  # fmt: skip
    t.answer("confirm_triage", "confirm")
    t.answer(
        "handle_on_scene", "settled", summary="当场劝解，二人同意离开", push_on=True,
        reason="货款未结清，双方积怨较深，存在民转刑风险，已向值班领导汇报",
    )  # fmt: skip
    t.expect_stage("push_2")
    report = t.entries("reported")[0]
    t.expect(report["title"].startswith("已向值班领导汇报"), "向值班领导汇报后再推送")
    duty = t.county.with_role("duty_leader", "station-baiyang")
    told = [message for message in duty.get("/v1/messages", limit=50)["items"] if message["dispute_no"] == t.number]
    t.expect([message["kind"] for message in told] == ["reported"], "值班领导收到汇报，不必审批")
    followed = t.task("follow_up_responsibly")
    t.expect(followed["named"] and followed["assignee_name"], "推送到管区民警本人")
    t.expect(t.open_kinds() == ["follow_up_responsibly"], "不另行审批")
    t.answer("watch_through", "noted", summary="已了解情况，同责任民警商定次日回访")

    t.tell("第二天电话回访，尚未达成一致")
    t.advance(timedelta(hours=23))
    t.answer("follow_up_responsibly", "contacted", who="李某", manner="call", summary="两人果然尚未达成一致")
    t.answer(
        "follow_up_responsibly", "contacted", who="李某和罗某", manner="appointment", summary="约请双方到白洋派出所协商"
    )
    contact = t.clock(f"contact:{t.task('follow_up_responsibly')['task_id']}")
    t.expect(contact["state"] == "met", "24小时内的首次联系按时完成")

    held = [
        entry["detail"]["fields"]["manner"]
        for entry in t.entries("decision")
        if entry["detail"]["decision"] == "contacted"
    ]
    t.expect(held == ["call", "appointment"], "先电话回访，再约请双方到所")

    t.tell("约到派出所二次调解：不合格的货物退换，货款分三个月结清")
    t.answer("follow_up_responsibly", "mediate", reason="双方愿意到所再次协商")
    t.expect(t.task("mediate")["about"]["tier"] == "officer", "由责任民警调解")
    plan, today = Calendar(), t.now
    owed = [
        {"party": seller, "kind": "goods", "what": "退换不合格货物", "due_on": (today + 5 * DAY).date().isoformat()},
        *(
            {"party": buyer, "kind": "money", "what": f"第{n}期货款", "amount": "15000.00",
             "due_on": plan.after(today, Span(calendar_months=n)).date().isoformat()}
            for n in (1, 2, 3)
        ),
    ]  # fmt: skip
    t.answer(
        "mediate", "agreed", terms=["不合格货物退换", "剩余货款分三个月结清"], obligations=owed,
        participants=[
            t.county.seat("responsible_officer", "station-baiyang"), t.county.seat("station_deputy", "station-baiyang"),
        ],
    )  # fmt: skip
    evaluation = t.task("evaluate")
    t.expect({p["organisation"] for p in evaluation["posts"]} == {"station-baiyang"}, "没有离开公安的，由派出所评估")
    t.answer("evaluate", "accept")

    t.tell("结案之后按期核查履行，一期不少")
    case = t.case
    t.expect(case["concluded_at"] and not case["closed_at"], "协议达成即结案，履行完毕才办结")
    for party in (buyer, seller):
        t.answer("visit", "stable", of=party)
    second_visit = datetime.fromisoformat(case["concluded_at"]) + 30 * DAY
    dues = [datetime.fromisoformat(o["due_at"]) for o in case["agreements"][-1]["obligations"]]
    for due in sorted([*dues, second_visit]):
        t.expect(not t.open_kinds(), "不到日子没有待办")
        t.advance_to(due)
        if due == second_visit:
            for party in (buyer, seller):
                t.answer("visit", "stable", of=party)
        else:
            t.expect(t.case["stage"] == "follow_up", "还有履行未核查，不能办结")
            t.answer("check_performance", "performed")
    case = t.case
    t.expect([o["state"] for o in case["agreements"][-1]["obligations"]] == ["performed"] * 4, "四项义务都已履行")
    t.expect((case["stage"], case["outcome"]) == ("closed", "resolved"), "最后一期付清，纠纷办结")
    t.expect(not t.entries("overdue"), "没有任何时限超期")


def relapse(t: Telling) -> None:
    """反弹 (W-090 to W-092): stable at the first visit, relapsed at the second; pushed again and resolved."""
    a, b = somebody(), somebody()
    t.tell("楼上楼下为夜里的噪音争吵，现场平息，派出所评估通过")
    t.alarm("楼上邻居夜间噪音扰民，两家发生口角", house("城东街道和平社区"), a, b)
    t.answer("confirm_triage", "confirm")
    t.answer("handle_on_scene", "settled", summary="双方和解", terms=["晚十点后不移动家具"])
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")

    t.tell("第一次回访，双方分别回访，都稳定")
    for party in (a, b):
        t.answer("visit", "stable", of=party)
    t.expect(not t.open_kinds(), "第二次回访还没有到时候")

    t.tell("一个月后第二次回访：一方说稳定，另一方说又吵了起来")
    was = t.case["colour"]
    t.advance(30 * DAY + timedelta(minutes=1))
    t.answer("visit", "stable", of=a)
    t.answer("visit", "relapsed", of=b, summary="上周又因深夜敲打争吵，险些动手", colour="yellow")
    t.expect_stage("triage", round=2)
    case = t.case
    t.expect((was, case["colour"]) == ("blue", "yellow"), "重新评定为黄色")
    t.expect(case["concluded_at"] is None, "重新启动的不再算结案")

    t.tell("重新研判、再次推送，责任民警化解")
    t.answer("confirm_triage", "confirm")
    t.expect(t.clock("colour")["title"].startswith("黄色"), "按黄色重新计时")
    t.answer("handle_on_scene", "unsettled", reason="双方情绪对立，现场不宜再调")
    t.answer("follow_up_responsibly", "settled", summary="加装隔音垫，双方和解", terms=["楼上加装隔音垫"])
    t.answer("evaluate", "accept")
    for party in (a, b):
        t.answer("visit", "stable", of=party)
    t.advance(30 * DAY + timedelta(minutes=1))
    for party in (a, b):
        t.answer("visit", "stable", of=party)
    case = t.case
    t.expect((case["stage"], case["round"], case["outcome"]) == ("closed", 2, "resolved"), "第二轮化解办结")
    t.expect([v["result"] for v in case["visits"]].count("relapsed") == 1, "反弹一次，记录在案")


def _qualified(t: Telling, name: str, qualification: str, sentence: str) -> None:
    """Whether somebody has a qualification by the register."""
    listed = t.county.supervisor.get("/v1/duties", kind="qualification", subject=qualification, limit=200)["items"]
    t.expect(name in [each["person"]["name"] for each in listed], sentence)
