"""The stories of Huangshi's report: handled before anybody called the police, and one matter of many callers."""

from __future__ import annotations

from datetime import timedelta

from api.cli.client import Document
from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling

DAY = timedelta(days=1)
HELPS = (
    ("精神鉴定", "health", "鉴定为精神障碍"),
    ("送医治疗", "health", "已收治，病情稳定"),
    ("残疾证", "disabled_fed", "残疾证已发放"),
    ("低保", "civil_affairs", "低保已批准"),
)
"""“做了精神鉴定、送医治疗，并办理残疾证、低保等” (H-064): each with the department that sees to it."""


def noise_on_the_fifth_floor(t: Telling) -> None:
    """五楼噪声 (H-062 to H-064): the grid hears of it before the police do, visits, and helps whoever is behind it."""
    t.tell("多名居民向网格员投诉：5楼住户半夜常发出打砸声，吵得不能睡")
    address, owner, first, second = house("白洋街道滨江社区"), somebody(), somebody(), somebody()
    worker = t.county.near("grid_worker", address)
    t.alarm("5楼一住户半夜常发出打砸声，吵得楼下邻居不能睡", address, first, owner, by=worker, source="grid")
    told = worker.report(t.county.reported(
        "5楼住户半夜常发出打砸声，吵得老人和孩子不能睡，要求尽快处理", source="grid", place={"address": address},
        parties=_sides(t, address, a=second, b=owner),
    ))  # fmt: skip
    t.expect((told["joined"], told["dispute_no"]) == (True, t.number), "几家投诉的是同一件事")
    t.expect(t.case["police"] is False, "听见打砸声不是警情")
    t.expect(t.open_kinds() == ["confirm_triage"], "没有人报警，不必出警")

    t.tell("网格员走访得知，80多岁老人的两个子女可能存在精神障碍，及时上报社区")
    desk = t.task("confirm_triage")
    reached = {"who": owner, "at": t.now.isoformat(), "where": "住户家中"}
    t.refused(
        422, "fields_invalid", lambda: t.county.answer(t.number, "confirm_triage", "report_up", met=[])
    )  # fmt: skip
    t.answer("confirm_triage", "report_up", task_id=desk["task_id"], met=[reached])
    community = t.task("confirm_triage")
    t.expect(community["post"]["role"] == "village_secretary", "社区书记接着研判")

    t.tell("社区与派出所社区民警等综治力量商量对策，由社区牵头")
    t.answer("confirm_triage", "confirm", divert=True)
    t.expect_stage("push_3")
    village = t.county.near("village_secretary", address).get("/v1/me")["posts"][0]["organisation"]["code"]
    t.answer("dispatch", "assign", lead=village, cooperating=["station-baiyang"], instructions="上门走访、多方做工作")
    for unit in (village, "station-baiyang"):
        t.answer("accept_assignment", "accept", of=unit)

    t.tell("为老人子女做精神鉴定、送医治疗，办理残疾证、低保")
    secretary = t.county.near("village_secretary", address)
    for measure, department, _ in HELPS:
        secretary.post(
            f"/v1/disputes/{t.number}/actions/arrange_help",
            {"measure": measure, "whom": "老人的两个子女", "organisation": department, "reason": "走访所见"},
        )
    asked = [
        (task["about"]["measure"], task["about"]["organisation"]) for task in t.county.open_tasks(t.number, "help_out")
    ]
    t.expect(asked == [(measure, department) for measure, department, _ in HELPS], "四项帮扶各有办理单位")
    _helped(t, 2)
    t.answer("watch_through", "noted", summary="与网格员一同看望老人，邻里已知情")
    t.answer("cooperate", "disposed", summary="社区民警与网格员一同上门")
    t.answer("dispose", "disposed", summary="老人子女已送医，邻居表示理解")
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")
    for party in (first, second, owner):
        t.answer("visit", "stable", of=party)
    t.advance(31 * DAY)
    for party in (first, second, owner):
        t.answer("visit", "stable", of=party)
    t.expect_stage("follow_up")
    t.expect(len(t.county.open_tasks(t.number, "help_out")) == 2, "残疾证、低保还没办下来，不办结：一管到底")

    t.tell("残疾证、低保办下来，老人放心、邻里安心；始终没有人报警")
    _helped(t, 2)
    t.expect_stage("closed")
    case = t.case
    helps = [(each["measure"], each["state"], each["result"]) for each in case["helps"]]
    t.expect(helps == [(measure, "done", result) for measure, _, result in HELPS], "每项帮扶的单位、日期、结果在案")
    t.expect(all(each["on"] for each in case["helps"]), "都有日期")
    t.expect({incident["source"] for incident in case["incidents"]} == {"grid"}, "未报先处：没有一次110报警")


def _sides(t: Telling, address: str, *, a: str, b: str) -> list[Document]:
    """Two parties of a further report, under the numbers that the first gave for them."""
    return [
        {"name": name, "side": side, "phone": t.county.phone(f"{address} {name}")}
        for side, name in (("a", a), ("b", b))
    ]


def _helped(t: Telling, number: int) -> None:
    results = {measure: result for measure, _, result in HELPS}
    for task in t.county.open_tasks(t.number, "help_out")[:number]:
        t.answer("help_out", "done", task_id=task["task_id"], result=results[task["about"]["measure"]],
                 on=f"{t.now:%Y-%m-%d}")  # fmt: skip


def the_lift(t: Telling) -> None:
    """加装电梯 (H-001 to H-003): upstairs and downstairs call the police, each with its own demand; one matter."""
    t.tell("为加装电梯，居民们各自报警，楼上楼下诉求不一")
    address = house("城西街道水南社区")
    above, below, neighbour = somebody(), somebody(), somebody()
    first = "楼上住户要求加装电梯，老人上下楼不便，一楼阻挠施工"
    t.alarm(first, address, above, below)
    demands = {
        below: "一楼住户不同意加装电梯，要求停止施工",
        neighbour: "加装电梯费用分摊不公，三楼住户要求重新核算再施工",
    }
    for caller, demand in demands.items():
        told = t.county.alarm(demand, place={"address": address}, parties=_sides(t, address, a=above, b=caller))
        t.expect((told["joined"], told["dispute_no"]) == (True, t.number), "是同一件事，并入")
    case = t.case
    t.expect([i["narrative"] for i in case["incidents"]] == [first, *demands.values()], "每个人的诉求都在案")
    t.expect({p["name"]: p["side"] for p in case["parties"]} == {above: "a", below: "b", neighbour: "b"}, "各站一方")

    t.tell("“去了也只能劝，加装电梯的事儿公安也没法解决”：稳控现场后派单")
    t.refused(
        422, "fields_invalid",
        lambda: t.county.answer(t.number, "handle_on_scene", "divert", scene_safe=False),
    )  # fmt: skip
    t.answer("handle_on_scene", "divert", scene_safe=True, reason="已劝开双方，加装电梯须住建和街道协调",
             reason_code="not_police_power", suggested=["housing"])  # fmt: skip
    t.answer("confirm_triage", "confirm")
    t.expect_stage("push_3")
    record = t.case["diversions"][-1]
    t.expect((record["diverted"], record["deviation"]) == (True, None), "应分流的分流了，谁定的在案")
    t.expect("watch_through" in [task["kind"] for task in t.county.open_tasks(t.number)], "分流不分家，一名民警管到底")

    t.tell("街道牵头、住建配合，在联合会商桌上谈成")
    t.answer("dispatch", "assign", lead="town-chengxi", cooperating=["housing"], instructions="听取每一户的诉求")
    for unit in ("town-chengxi", "housing"):
        t.answer("accept_assignment", "accept", of=unit)
    t.answer("cooperate", "disposed", summary="复核了施工图和采光")
    t.answer("dispose", "mediate", reason="楼上楼下诉求不一")
    t.expect(t.task("mediate")["about"]["tier"] == "conference", "分流的由有关单位联合会商")
    t.answer("mediate", "agreed", terms=["电梯井外移半米", "一楼不分摊费用并获补偿", "三楼按新表分摊"])
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")

    t.tell("回访分别问：对接处警、对部门处置各自是否满意")
    for party, handled, police in ((above, 5, 4), (below, 4, 3), (neighbour, 4, 3)):
        t.answer("visit", "stable", of=party, satisfaction=handled, response_satisfaction=police)
    asked = [(v["satisfaction"], v["response_satisfaction"]) for v in t.case["visits"]]
    t.expect(asked == [(5, 4), (4, 3), (4, 3)], "两个阶段的满意度分开在案")
    effort = t.case["effort"]
    t.expect(effort["police"]["answers"] >= 1 and effort["department"]["answers"] >= 3, "两个阶段各自的投入也分开")
