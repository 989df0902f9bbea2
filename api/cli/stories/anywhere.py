"""Stories that every mechanism with a third push has."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.client import Document
from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling

RUNGS = ["reminder_1", "reminder_2", "due", "overdue", "supervision", "promotion"]


def nobody_answers(t: Telling) -> None:
    """无人办理 (Q-033, W-032): an empty refusal is overruled, then every rung of the disposal clock fires, once."""
    t.tell("两家为宅基地和排水沟争执，推送到部门")
    t.alarm("两户因相邻宅基地边界及排水沟走向长期争执，多次争吵", house("石桥镇枫林村"), somebody(), somebody())
    while "confirm_triage" in t.open_kinds():  # one desk, or a chain of them
        t.answer("confirm_triage", "confirm")
    if t.playbook == "jinhua":
        t.answer("handle_on_scene", "unsettled", reason="争执已久，现场无法化解")
        t.answer("follow_up_responsibly", "request_third_push", reason="须部门确认边界", suggested=["natural_res"])
        t.answer("approve_third_push", "approve", suggested=["natural_res"])
    t.expect(t.case["colour"] == "yellow", "黄色预警，七日内处置")
    t.answer("dispatch", "assign", lead="natural_res", cooperating=["agri"], instructions="现场勘界")

    t.tell("主办部门无依据退单，不予同意：推诿记一次；再退单已无可能")
    accept = t.task("accept_assignment", of="natural_res")["task_id"]
    silent = t.task("accept_assignment", of="agri")
    t.answer("accept_assignment", "refuse", of="natural_res", ground="不属于本单位职责")
    t.answer("rule_refusal", "overrule", reason="权属争议依法由自然资源部门处理")
    t.expect(t.case["groundless_refusals"] == 1, "推诿数为一")
    handler = t.county.with_role("department_handler", "natural_res")
    refuse = {"decision": "refuse", "fields": {"ground": "仍认为不属于本单位"}}
    t.refused(409, "task_closed", lambda: handler.post(f"/v1/tasks/{accept}/decide", refuse))
    dispose = t.task("dispose")["task_id"]
    t.refused(409, "decision_not_allowed", lambda: handler.post(f"/v1/tasks/{dispose}/decide", refuse))

    t.tell("此后无人办理：提醒、到期、超期、督办、提级，依次各一次")
    colour = t.clock("colour")
    started, due = (datetime.fromisoformat(colour[name]) for name in ("started_at", "due_at"))
    for fraction, rungs in ((0.5, 1), (0.8, 2)):
        t.advance_to(started + (due - started) * fraction)
        fired = t.clock("colour")["fired"]
        t.expect(fired == RUNGS[:rungs], f"只发了{rungs}次提醒，现为{fired}")
    t.advance_to(due)
    fired = t.clock("colour")["fired"]
    t.expect(fired == RUNGS[:4], f"到期并超期，督办还没有到时候，现为{fired}")
    t.advance(timedelta(hours=1))
    supervised = _pressed(t)["about"]
    t.expect((supervised["level"], supervised["cause"]) == (0, "overdue"), "超期督办交督查员")
    t.advance(timedelta(days=1))
    t.expect(t.clock("colour")["fired"] == RUNGS, "每一级都发过，且只发一次")
    facts = [e["kind"] for e in t.county.timeline(t.number) if e["detail"].get("clock") == "colour"]
    expected = ["clock_started", "reminder", "reminder", "due", "overdue", "supervision", "promotion", "supervision"]
    t.expect(facts == expected, f"经过里的次序应为{expected}，现为{facts}")
    leader = _pressed(t)
    t.expect((leader["about"]["level"], leader["post"]["role"]) == (1, "leader"), "提级后由分管领导督办")

    t.tell("配合单位一直沉默：过了签收时限视为签收，再退单已迟")
    clock = t.clock(f"task:{silent['task_id']}")
    t.advance_to(datetime.fromisoformat(clock["due_at"]))
    standing = {a["organisation"]["code"]: a["standing"] for a in t.case["assigned"]}
    t.expect(standing == {"natural_res": "overruled", "agri": "deemed"}, "一家被裁定须办，一家视为签收")
    late = t.county.with_role("department_handler", "agri")
    t.refused(409, "task_closed", lambda: late.post(f"/v1/tasks/{silent['task_id']}/decide", refuse))

    t.tell("分管领导督办之后，两家办结；超期记录在案")
    t.answer("supervise", "urge", message="今日内办结并反馈")
    t.answer("cooperate", "disposed", summary="提供承包地资料")
    t.answer("dispose", "disposed", summary="现场勘界，双方签字认可", terms=["以勘界桩为准"])
    t.expect(t.clock("colour")["state"] == "missed", "处置时限记为未按时")
    for _ in t.county.open_tasks(t.number, "evaluate"):
        t.answer("evaluate", "accept")
    t.expect_stage("follow_up")


def _pressed(t: Telling) -> Document:
    """The supervision that the colour's deadline called down; other deadlines call down their own."""
    asked = (task for task in t.county.open_tasks(t.number, "supervise") if task["about"]["matter"] == "colour")
    task = next(asked, None)
    t.expect(task, "颜色时限的督办在等")
    assert task is not None, "expected above"
    return task
