"""Violence in a family: nobody is brought to one table, and the court's protection is followed to its last day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from api.cli.client import Document
from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling
from domain.base import CHINA

DAY = timedelta(days=1)


def domestic_violence(t: Telling) -> None:
    """家暴 (Q-097): red, no mediation face to face, protection order within 24 and 72 hours, its renewal reminded."""
    husband, wife = somebody(), somebody()
    t.tell("丈夫酒后殴打妻子，妻子面部受伤，孩子在家：红色，须公安先行处置")
    t.alarm("丈夫酒后殴打妻子，妻子面部受伤，孩子在家，妻子要求民警处理", house("城西街道文昌社区"), husband, wife)
    case = t.case
    t.expect((case["colour"], case["police"]) == ("red", True), "红色预警，公安先行")
    _to_departments(t)

    t.tell("妇联牵头，街道和民政配合，当天见到受害人；任何一家都不能组织当面调解")
    units = ["women_fed", "civil_affairs", "town-chengxi"]
    t.answer("dispatch", "assign", lead=units[0], cooperating=units[1:], instructions="分别见面，妥善安置母子")
    for unit in units:
        t.answer("accept_assignment", "accept", of=unit)
    dispose = t.task("dispose")["task_id"]
    _no_table(t, dispose, t.county.with_role("department_handler", "women_fed"))
    t.answer("dispose", "progress", summary="单独见到受害人，已就医验伤，母子暂住亲属家")
    t.expect(t.clock("colour")["state"] == "met", "红色一天内介入")

    t.tell("妇联依法代为申请人身安全保护令；情况紧急，法院24小时内作出")
    asked = t.task("apply_protection")
    t.expect(
        {post["organisation"] for post in asked["posts"]} == {"station-chengxi", "women_fed"}, "公安和妇联都可代为申请"
    )
    federation = t.county.with_role("womens_federation", "women_fed")
    t.answer("apply_protection", "apply", by=federation, urgent=True)
    court = t.task("court_protection")
    t.expect(_hours(t.clock(f"task:{court['task_id']}")) == 24, "紧急的24小时")
    t.advance(timedelta(hours=9))
    t.expect(t.clock(f"task:{court['task_id']}")["fired"] == ["reminder_1"], "提醒法院联络员一次")
    until = t.now.date() + 90 * DAY
    _granted(t, court["task_id"], t.now.date() + 200 * DAY, refused=True)
    _granted(t, court["task_id"], until)
    t.expect(_ends(t) == until, "保护令生效，按期满日计时")

    t.tell("处置完毕，经评估通过；双方分别回访")
    t.answer("cooperate", "disposed", summary="落实临时救助", of="civil_affairs")
    t.answer("cooperate", "disposed", summary="社区网格员定期查访", of="town-chengxi")
    t.answer("dispose", "disposed", summary="受害人已妥善安置，加害人书面保证，双方分居", terms=["不得殴打、骚扰"])
    for _ in t.county.open_tasks(t.number, "evaluate"):
        t.answer("evaluate", "accept")
    for _ in range(2):
        for party in (husband, wife):
            t.answer("visit", "stable", of=party)
        t.advance(30 * DAY + timedelta(minutes=1))
    t.expect_stage("follow_up")
    t.expect("visit" not in t.open_kinds(), "回访都已完成，保护令有效期内仍不办结")

    t.tell("期满前三十天提醒续期：受害人仍有顾虑，申请延长，法院72小时内裁定")
    t.advance_to(_end_of(until) - 29 * DAY)
    renewal = t.task("apply_protection")
    t.expect(renewal["title"].startswith("保护令延长申请"), "问的是是否延长")
    t.answer("apply_protection", "apply", by=federation)
    court = t.task("court_protection")
    t.expect(_hours(t.clock(f"task:{court['task_id']}")) == 72, "不紧急的72小时")
    until += 60 * DAY
    _granted(t, court["task_id"], until)
    t.expect(_ends(t) == until, "延长后的期限取代原来的")

    t.tell("再次到期前问过，不再延长；三次提醒之后届满，纠纷办结")
    t.advance_to(_end_of(until) - 29 * DAY)
    t.answer("apply_protection", "decline", reason="受害人表示已离婚并迁居，不再需要")
    t.advance_to(_end_of(until))
    order = t.clock("protection_order")
    t.expect(len([rung for rung in order["fired"] if rung.startswith("reminder")]) == 3, "提前30天、7天、1天各提醒一次")
    case = t.case
    t.expect((case["stage"], case["outcome"]) == ("closed", "resolved"), "保护令期满，纠纷办结")
    t.expect(not case["sessions"], "自始至终没有组织过当面调解")


def _to_departments(t: Telling) -> None:
    """The police see to it first, by whichever way the mechanism has; then it is with those who dispatch."""
    if t.playbook == "jinhua":
        t.expect("handle_on_scene" in t.open_kinds(), "民警立即出警，不等研判")
        t.answer("confirm_triage", "confirm")
        t.answer("handle_on_scene", "unsettled", reason="已制止施暴，出具告诫书；加害人情绪激动", criminal_risk=True)
        followed = t.task("follow_up_responsibly")
        officer = t.county.supervisor.get(f"/v1/tasks/{followed['task_id']}")["candidates"][0]["username"]
        _no_table(t, followed["task_id"], t.county.person(officer))
        t.answer("watch_through", "noted", summary="已与责任民警研究安置和取证")
        t.answer("follow_up_responsibly", "request_third_push", reason="须妇联、民政共同救助", suggested=["women_fed"])
        t.answer("approve_third_push", "approve", suggested=["women_fed"])
        return
    desk = t.task("confirm_triage")
    command = t.county.with_role("command_room", "station-chengxi")
    blind = {"decision": "report_up", "fields": {}}
    t.refused(422, "fields_invalid", lambda: command.post(f"/v1/tasks/{desk['task_id']}/decide", blind))
    while "confirm_triage" in t.open_kinds():
        t.answer("confirm_triage", "report_up", police_handled="已到场制止，出具家庭暴力告诫书")


def _no_table(t: Telling, task_id: str, by: Any) -> None:
    """Nobody may bring both to one table."""
    mediate = {"decision": "mediate", "fields": {"reason": "双方愿意和好"}}
    t.refused(409, "decision_not_allowed", lambda: by.post(f"/v1/tasks/{task_id}/decide", mediate))


def _granted(t: Telling, task_id: str, until: date, *, refused: bool = False) -> None:
    """The court's order, for six months at most."""

    def grant() -> Document:
        measures = ["禁止实施家庭暴力", "禁止骚扰、跟踪、接触"]
        return t.answer("court_protection", "granted", task_id=task_id, measures=measures, until=until.isoformat())

    if refused:
        t.refused(422, "fields_invalid", grant)
    else:
        grant()


def _hours(clock: Document) -> float:
    started, due = (datetime.fromisoformat(clock[name]) for name in ("started_at", "due_at"))
    return (due - started) / timedelta(hours=1)


def _ends(t: Telling) -> date:
    return datetime.fromisoformat(t.clock("protection_order")["due_at"]).date()


def _end_of(day: date) -> datetime:
    """Midnight at the end of a day."""
    return datetime.combine(day + DAY, datetime.min.time(), CHINA)
