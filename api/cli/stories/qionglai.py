"""The stories of Qionglai's report: reported and pushed by the committee, returned until resolved, up the 33 ladder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling

DAY = timedelta(days=1)


def return_until_resolved(t: Telling) -> None:
    """退回重办 (Q-045 to Q-049): returned twice, supervised, accepted in the third round by both evaluators."""
    t.tell("楼上装修漏水，报市委政法委推送住建部门主办、镇里配合")
    t.alarm(
        "小区楼上装修造成楼下漏水，房东与楼上住户因维修费用多次协商未果",
        house("清溪镇清溪社区"), somebody(), somebody(),
    )  # fmt: skip
    _two_levels(t)
    t.expect_stage("push_3")
    units = ["housing", "town-qingxi"]
    t.answer("dispatch", "assign", lead=units[0], cooperating=units[1:], instructions="落地见人见事")
    for unit in units:
        t.answer("accept_assignment", "accept", of=unit)

    t.tell("第一次反馈只有一句话，风控中心以敷衍塞责退回")
    first = _dispose(t, "已联系双方")
    seats = {
        (post["role"], post["organisation"])
        for task in t.county.open_tasks(t.number, "evaluate")
        for post in task["posts"]
    }
    joint = {("evaluator_police", "risk-centre"), ("evaluator_committee", "risk-centre")}
    t.expect(seats == joint, "由政法委和市局联合组建的风控中心评估，两家各一人")
    t.answer("evaluate", "return", reason="perfunctory", explanation="没有见人见事的经过")
    t.expect_stage("push_3", round=2)
    _redoes(t, first)

    t.tell("第二次反馈，公安评估员通过，政法委评估员仍退回；两次退回，督办")
    second = _dispose(t, "已上门，双方情绪平稳")
    t.answer("evaluate", "accept")
    t.expect_stage("evaluation", round=2)
    t.answer("evaluate", "return", reason="false", explanation="弄虚作假：照片不是本次上门所拍，漏点并未维修")
    t.expect_stage("push_3", round=3)
    _redoes(t, second)
    supervision = t.task("supervise")
    t.expect(supervision["about"]["cause"] == "returns", "两次退回即督办")
    t.expect(t.clock(f"task:{supervision['task_id']}")["state"] == "running", "督办自己的时限不随轮次中断")
    t.answer("supervise", "urge", message="请主要负责人到场，三日内彻底化解")

    t.tell("第三轮修好漏点、签下协议，两位评估员都通过，才予结案")
    _dispose(t, "漏点修复并试水，双方签字", terms=["楼上承担维修费用三千元"])
    t.answer("evaluate", "accept")
    t.expect(t.case["concluded_at"] is None, "只有一位评估员通过还不能结案")
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up", round=3)
    case = t.case
    verdicts = [(v["round"], v["verdict"]) for v in case["evaluations"]]
    expected = [(1, "return"), (2, "accept"), (2, "return"), (3, "accept"), (3, "accept")]
    t.expect(verdicts == expected, "三轮评估都在案")
    judges = {v["evaluator"] for v in case["evaluations"] if v["round"] == 3}
    t.expect(len(judges) == 2, "由两个人分别评估")
    t.expect(case["concluded_at"], "彻底化解，予以结案")


def _dispose(t: Telling, summary: str, **more: Any) -> dict[str, str]:
    """Both units report; answers their tasks by organisation."""
    tasks = {kind: t.task(kind) for kind in ("cooperate", "dispose")}
    t.answer("cooperate", "disposed", summary=f"配合主办单位：{summary}")
    t.answer("dispose", "disposed", summary=summary, **more)
    return {kind: task["task_id"] for kind, task in tasks.items()}


def _redoes(t: Telling, earlier: dict[str, str]) -> None:
    """The same holders redo what was judged, each task linked to the one it redoes."""
    for kind, task_id in earlier.items():
        t.expect(t.task(kind)["redo_of"] == task_id, f"重办的{kind}与上一轮相连")
    t.expect("dispatch" not in t.open_kinds(), "仍由原承办单位重办，不另行分派")


def up_the_ladder(t: Telling) -> None:
    """33制 (Q-090 to Q-096): three sessions at each of two tiers fail, three chiefs agree it, the court confirms it."""
    t.tell("两户村民为宅基地边界争了多年，部门提请三级联调")
    t.alarm(
        "两户村民因宅基地边界争执，一方说那条界已有三十年，双方各不相让",
        house("龙潭镇九龙村"), somebody(), somebody(),
    )  # fmt: skip
    _two_levels(t)
    t.answer("dispatch", "assign", lead="natural_res", cooperating=[], instructions="现场勘界，组织调解")
    t.answer("accept_assignment", "accept")
    t.answer("dispose", "mediate", reason="复杂疑难，部门单独难以化解")
    t.expect_stage("mediation")
    colour = t.clock("colour")
    t.expect(colour["state"] == "suspended", "联调期间颜色时限中止")

    for tier, missing in (("tier_1", "legal_helper"), ("tier_2", "village_secretary")):
        t.tell(f"{t.task('mediate')['about']['tier_name']}：人不到齐不算一次，三次都没有调成")
        _composition(t, tier, missing)
        for session in (1, 2, 3):
            about = t.task("mediate")["about"]
            t.expect((about["tier"], about["session"]) == (tier, session), f"现在是{tier}第{session}次")
            t.answer("mediate", "not_agreed", reason="双方对边界各执一词")
            t.advance(2 * DAY)

    t.tell("所长、司法所长、庭长“三长联手”，第三层级第一次就调成了")
    _composition(t, "tier_3", "court_chief")
    _one_name_five_seats(t)
    t.answer("mediate", "agreed", terms=["以勘界图为准，各退二十公分"], confirmation=True)
    t.expect_stage("confirmation")
    held = [(s["tier"], s["number"], s["result"]) for s in t.case["sessions"]]
    failed = [(tier, n, "not_agreed") for tier in ("tier_1", "tier_2") for n in (1, 2, 3)]
    t.expect(held == [*failed, ("tier_3", 1, "agreed")], "七次联调逐次在案，拒绝的不算")

    t.tell("双方在三十日内共同申请，法院裁定协议有效")
    t.advance(21 * DAY)
    t.answer("apply_confirmation", "apply")
    t.expect(not t.entries("overdue"), "申请没有超过三十日")
    t.answer("court_ruling", "confirmed", case_no="（2026）民调确33号")
    agreement = t.case["agreements"][-1]
    t.expect((agreement["confirmation"], agreement["case_no"]) == ("confirmed", "（2026）民调确33号"), "确认裁定在案")
    t.answer("evaluate", "accept")
    t.answer("evaluate", "accept")
    t.expect_stage("follow_up")
    t.expect(t.case["concluded_at"], "确认并评估之后结案")


def _two_levels(t: Telling) -> None:
    """The station analyses and reports up, then the bureau, to the committee (Q-040, Q-042)."""
    desks = []
    for _ in range(2):
        desks.append(t.task("confirm_triage")["about"]["desk"])
        t.answer("confirm_triage", "report_up")
    t.expect(desks == ["station", "bureau"], "派出所、市局两个层级都研判过，才报送政法委")


def _composition(t: Telling, tier: str, missing: str) -> None:
    """A session without one of those it needs is refused and uses up nothing."""
    about = t.task("mediate")["about"]
    t.expect(about["tier"] == tier, f"现在应在{tier}")
    present = t.table(missing)
    refusal = t.refused(
        422, "fields_invalid",
        lambda: t.county.answer(t.number, "mediate", "not_agreed", reason="未达成一致", participants=present),
    )  # fmt: skip
    t.expect([e["field"] for e in refusal.body["errors"]] == ["participants"], "缺谁说得清楚")


def _one_name_five_seats(t: Telling) -> None:
    """A typed name fills no seat: the three chiefs and the leaders in charge are people who hold these posts."""
    table = t.table()
    typed = [{"role": who["role"], "name": table[0]["name"]} for who in table]
    refusal = t.refused(
        422, "fields_invalid",
        lambda: t.county.answer(t.number, "mediate", "agreed", terms=["各让一步"], participants=typed),
    )  # fmt: skip
    t.expect(len(refusal.body["errors"]) >= 4, "一个名字不能占五个席位")
