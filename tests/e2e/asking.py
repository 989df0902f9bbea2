"""One round of the whole contract: every endpoint asked once, by somebody who may, with what it is for."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pyotp

from api.cli.client import Client, County, Document
from api.cli.stories import STORIES, play_one
from domain.base import CHINA


def ask_everything(county: County) -> None:
    """Plays two stories, hands a task around, and asks for everything there is to ask."""
    goods, nobody = (
        play_one(county, STORIES[name], "jinhua").number for name in ("goods-and-payment", "nobody-answers")
    )
    supervisor, auditor = county.supervisor, county.with_role("auditor")
    for path in (
        "/healthz", "/readyz", "/v1/me", "/v1/disputes", "/v1/deputies", "/v1/messages", "/v1/grids", "/v1/categories",
        "/v1/categories/editions",
        "/v1/playbooks", f"/v1/disputes/{nobody}/timeline", f"/v1/disputes/{goods}",
        f"/v1/disputes/{goods}/earlier",
        f"/v1/disputes/{nobody}/outlook",
        f"/v1/disputes/{nobody}/handling",
        f"/v1/disputes/{goods}/contacts",
    ):  # fmt: skip
        supervisor.get(path)
    supervisor.get("/v1/tasks", box="watched")
    supervisor.get("/v1/organisations", limit=2)
    supervisor.get("/v1/people", limit=2)
    supervisor.get("/v1/indicators", by="organisation", matter="livelihood")
    supervisor.get("/v1/indicators/cases", indicator="submitted")
    supervisor.get("/v1/indicators/calls", source="110")
    supervisor.get("/v1/indicators/calls", trade="housing")
    supervisor.post("/v1/triage", {"narrative": "两户因噪音争吵"})
    supervisor.post(f"/v1/disputes/{goods}/unmask", {"purpose": "other", "note": "当事人来电询问"})
    for verb in (supervisor.post, supervisor.delete):
        verb(f"/v1/disputes/{nobody}/watch")
    supervisor.post("/v1/drill/digest")
    supervisor.get("/v1/desk-days", organisation="bureau")
    reported = supervisor.get("/v1/reports", limit=2)["items"][0]
    supervisor.get(f"/v1/reports/{reported['number']}")
    _look_through_glass(county)
    _hand_around(county)
    _entrust(county)
    _publish_calendar(county)
    _learn(county)
    _register_crime(county, goods)
    _report_up(county)
    _write_to(county)
    _check_again(county)
    _supervise(county)
    _send_hazards(county)
    _audit(county, nobody)
    _leave(county)
    _arrange(county)
    _examine(county)
    _sign_out(county)
    auditor.get("/v1/audit/access", limit=3)
    auditor.get("/v1/audit/unusual-reading")
    auditor.get("/v1/me/access", limit=3)
    supervisor.get(f"/v1/disputes/{goods}/access", limit=3)


def _examine(county: County) -> None:
    """After what waits for jobs of its own: they are done one after the other."""
    admin = county.with_role("admin_system")
    admin.post("/v1/examinations")
    admin.get("/v1/findings")


def _look_through_glass(county: County) -> None:
    """A case that is need-to-know, opened for a while by who has nothing to do in it."""
    kept = county.alarm("丈夫酒后殴打妻子，妻子要求民警处理", place={"address": "桃源镇梅林村813号"})["dispute_no"]
    county.supervisor.post(f"/v1/disputes/{kept}/break-glass", {"purpose": "oversee", "reason": "督办"})


def _hand_around(county: County) -> None:
    """A task claimed, delegated, offered, given back; its dispute remarked upon and withdrawn; a deputy for a day."""
    report = county.alarm("两户因噪音争吵，互不相让", source="walk_in", place={"address": "桃源镇梅林村812号"})
    county.with_role("call_taker").get(f"/v1/incidents/{report['incident_id']}")
    number = report["dispute_no"]
    task = county.wait_for(number, "confirm_triage")
    whole = county.supervisor.get(f"/v1/tasks/{task['task_id']}")
    first, second = (county.person(candidate["username"]) for candidate in whole["candidates"][:2])
    at = f"/v1/tasks/{task['task_id']}"
    first.post(f"{at}/claim")
    first.post(f"{at}/acknowledge")
    first.delete(f"/v1/attachments/{first.attach(number)}")
    first.get("/v1/tasks", box="mine")
    first.post(f"{at}/delegate", {"to": second.username, "note": "请先核实"})
    first.post(f"{at}/transfer", {"to": second.username, "reason": "另有任务"})
    first.post(f"{at}/release")
    told = {"text": f"请@{second.username}关注"}
    first.post(f"/v1/disputes/{number}/comments", told)
    county.supervisor.post(f"/v1/disputes/{number}/notes", {"text": "来电催办"})
    county.with_role("call_taker").post(f"/v1/incidents/{report['incident_id']}/notes", {"text": "又来电催办"})
    message = second.get("/v1/messages")["items"][0]
    second.post(f"/v1/messages/{message['message_id']}/read")
    second.post("/v1/messages/read")
    county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "双方已自行和解"})
    tomorrow = datetime.now(CHINA) + timedelta(days=1)
    days = {"since": tomorrow.isoformat(), "until": (tomorrow + timedelta(days=1)).isoformat()}
    deputy = first.post("/v1/deputies", {"deputy": second.username, **days})
    first.get("/v1/deputies")
    first.delete(f"/v1/deputies/{deputy['deputyship_id']}")
    higher = county.with_role("leader").post("/v1/deputies", {"deputy": second.username, **days})
    county.supervisor.post(f"/v1/deputies/{higher['deputyship_id']}/confirm")
    county.supervisor.delete(f"/v1/deputies/{higher['deputyship_id']}")


def _sign_out(county: County) -> None:
    """Somebody's sign-ins, each ended in its own way."""
    here, there, elsewhere = (county.with_role("grid_worker").again() for _ in range(3))
    there.get("/v1/me")
    [other] = [each for each in here.get("/v1/me/sessions")["items"] if not each["current"]][:1]
    here.delete(f"/v1/me/sessions/{other['session_id']}")
    elsewhere.get("/v1/me")
    made = here.post("/v1/me/tokens", {"purpose": "网格平台报送", "scopes": ["incidents:write"], "days": 90,
                                       **here.proof()})  # fmt: skip
    here.get("/v1/me/tokens")
    here.delete(f"/v1/me/tokens/{made['token_id']}")
    here.post("/v1/me/sessions/end")
    here.post("/v1/auth/logout")
    security, posts = county.with_role("admin_security"), "station-gushan"
    made = security.post("/v1/people", {
        "username": "gushan-officer-new", "name": "汤荣",
        "posts": [{"role": "responsible_officer", "organisation": posts}]})["username"]  # fmt: skip
    security.post(f"/v1/people/{made}/posts", {"role": "station_deputy", "organisation": posts})
    security.post(f"/v1/people/{made}/name", {"name": "汤蓉"})
    code = security.post(f"/v1/people/{made}/password-reset")["code"]
    security.send("/v1/imports/people", "名单.csv", f"用户名,姓名,岗位,单位\nnew-1,汤荣,责任民警,{posts}".encode())
    anew = Client(county.base, made, code)
    anew.post("/v1/me/password", {"old": code, "new": "Shuxin-Cun-27"})
    anew.get("/v1/me")
    codes = _take_factor(anew)
    codes = anew.post("/v1/me/second-factor/recovery-codes", {"otp": codes[0]})["codes"]
    anew.post("/v1/me/second-factor/remove", {"otp": codes[0]})
    _take_factor(anew)
    security.post(f"/v1/people/{made}/second-factor-reset")


def _take_factor(person: Client) -> list[str]:
    """Somebody takes a second factor; its recovery codes."""
    secret = person.post("/v1/me/second-factor/offer", {})["secret"]
    codes: list[str] = person.post("/v1/me/second-factor/confirm", {"otp": pyotp.TOTP(secret).now()})["codes"]
    person.get("/v1/me/second-factor")
    return codes


def _arrange(county: County) -> None:
    """Two offices founded, one renamed, moved and merged into the other, which is closed."""
    admin = county.with_role("admin_system")
    for code in ("office-a", "office-b"):
        admin.post("/v1/organisations", {"code": code, "name": code, "kind": "office", "level": "county",
                                         "line": "gov_center", "under": "county"})  # fmt: skip
    admin.post("/v1/organisations/office-b/name", {"name": "专项工作办公室"})
    admin.post("/v1/organisations/office-b/move", {"under": "centre"})
    admin.post("/v1/organisations/office-a/merge", {"sources": ["office-b"], "reason": "机构改革"})
    admin.post("/v1/organisations/office-a/close", {"reason": "任务完成"})


def _learn(county: County) -> None:
    """Asked for before there is enough to learn categories from; one merger has taught two names of a place."""
    supervisor = county.with_role("supervisor", "county")
    said = "封某的电动车停在楼道里，瞿某不让过，两人在吵"
    first, other = (
        str(county.alarm(said, source="walk_in", place={"address": f"古山镇{name}2栋"})["dispute_no"])
        for name in ("老供销社", "华联超市")
    )
    county.answer(other, "confirm_triage", "duplicate_of", dispute_no=first)
    county.answer(other, "approve_change", "approve")
    supervisor.post("/v1/learning/editions")
    deadline = time.monotonic() + 60
    while not (aliases := supervisor.get("/v1/learning/aliases")["items"]) and time.monotonic() < deadline:
        time.sleep(0.5)
    alias = aliases[0]
    supervisor.post(f"/v1/learning/aliases/{alias['alias_id']}/withdraw", {"reason": "老供销社是另一处"})
    supervisor.post("/v1/learning/switch", {"edition": None, "reason": "先看一段时间"})
    supervisor.get("/v1/learning")
    supervisor.get("/v1/learning/editions")


def _register_crime(county: County, goods: str) -> None:
    """A criminal case put on record, its origin said, and taken off the record again."""
    supervisor = county.supervisor
    case = supervisor.post("/v1/criminal-cases", {
        "case_no": "金公（古山）立字〔2026〕17号", "registered_on": str(datetime.now(CHINA).date()),
        "organisation": "station-gushan", "address": "古山镇古山社区88号", "summary": "罗某因货款纠纷持械伤人",
        "parties": [{"name": "罗建国", "phone": "13812345678", "side": "b"}],
    })  # fmt: skip
    of_case = f"/v1/criminal-cases/{case['case_id']}"
    supervisor.get(of_case)
    supervisor.post(f"{of_case}/origins", {"dispute_no": goods, "grew": True, "reason": "同一笔货款，两次调解未成"})
    supervisor.get("/v1/criminal-cases", limit=2)
    supervisor.get("/v1/criminal-cases/figures")
    supervisor.post(f"{of_case}/withdraw", {"reason": "登记有误"})


def _publish_calendar(county: County) -> None:
    """The days in effect under another edition's name."""
    admin = county.with_role("admin_system")
    days = admin.get("/v1/calendar")
    admin.post(
        "/v1/calendar/editions",
        {
            "edition": f"t{time.time():.0f}",
            "reason": "节假日安排通知",
            **{k: days[k] for k in ("holidays", "workdays")},
        },
    )
    admin.get("/v1/calendar/editions")


def _entrust(county: County) -> None:
    """A planted vacancy filled and laid down again; a task force formed, joined and ended; all registers read."""
    chief, officer = (county.with_role(role, "station-daping") for role in ("station_chief", "responsible_officer"))
    given = chief.post("/v1/duties", {"kind": "beat_officer", "subject": "beat-450", "person": officer.username})
    chief.post(f"/v1/duties/{given['duty_id']}/end")
    for path in ("duties", "beats", "beats/coverage", "beats/vacancies", "chiefs", "villages", "venues"):
        chief.get(f"/v1/{path}", **({} if path.endswith("coverage") else {"limit": 2}))
    chief.get(f"/v1/people/{officer.username}")
    until = (datetime.now(CHINA) + timedelta(days=30)).isoformat()
    asked = {"name": "邻里纠纷专班", "purpose": "举一反三，逐案回访", "organisation": "bureau", "until": until}
    force = county.with_role("bureau_analyst").post("/v1/task-forces", asked)["force_id"]
    county.supervisor.get("/v1/task-forces")
    county.supervisor.post(f"/v1/task-forces/{force}/end")


def _report_up(county: County) -> None:
    """A third push approved as a report of its own."""
    report = county.alarm("两户因采光争吵，互不相让", source="walk_in", place={"address": "桃源镇梅林村813号"})
    number = report["dispute_no"]
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "request_third_push")):  # fmt: skip
        county.answer(number, kind, decision)
    task = county.wait_for(number, "approve_third_push")
    whole = county.supervisor.get(f"/v1/tasks/{task['task_id']}")
    leader = county.person(whole["candidates"][0]["username"])
    leader.post("/v1/reports", {"tasks": [task["task_id"]], "note": "请综治中心协调"})


def _write_to(county: County) -> None:
    """A letter to a department beside a dispute, read by whoever got it, and answered."""
    report = county.alarm("两户因楼道堆物争吵，互不相让", source="walk_in", place={"address": "桃源镇梅林村814号"})
    chief = county.with_role("station_chief", "station-taoyuan")
    asked = {
        "dispute_no": report["dispute_no"],
        "kind": "advice",
        "to": "fire_rescue",
        "text": "楼道堆物占用消防通道，请核查",
    }
    sent = chief.post("/v1/notices", asked)
    reader = county.person(county.supervisor.get(f"/v1/tasks/{sent['task_id']}")["candidates"][0]["username"])
    reader.get("/v1/notices", state="open", limit=2)
    reader.get(f"/v1/tasks/{sent['task_id']}")
    reader.post(f"/v1/tasks/{sent['task_id']}/decide", {"decision": "answer", "fields": {"answer": "已责令清除"}})
    reader.get(f"/v1/notices/{sent['number']}")


def _check_again(county: County) -> None:
    """Quarrels found to be no risk, until one is drawn (one in five) and looked at again."""
    evaluator = county.with_role("evaluator_committee", "centre")
    drawn: list[Document] = []
    for house in range(900, 960):
        place = {"address": f"桃源镇梅林村{house}号"}
        report = county.alarm("两户因晾晒衣物口角，已和好", source="walk_in", place=place)
        county.answer(report["dispute_no"], "confirm_triage", "no_risk")
        deadline = time.monotonic() + (8 if house % 8 == 7 else 0)  # what ended is drawn every five seconds
        while not (drawn := evaluator.get("/v1/spot-checks")["items"]) and time.monotonic() < deadline:
            time.sleep(0.5)
        if drawn:
            break
    check = drawn[0]["check_id"]
    evaluator.get(f"/v1/spot-checks/{check}")
    evaluator.post(f"/v1/spot-checks/{check}", {"verdict": "wrong", "reason": "对方再次扬言报复"})


def _send_hazards(county: County) -> None:
    """A batch of two hazards, one of them rectified and cancelled off; what is outstanding is asked for."""
    book = next(book for book in county.playbooks() if book["current"])
    aspect = book["hazards"]["aspects"][0]["code"]
    due = (datetime.now(CHINA) + timedelta(days=9)).date().isoformat()
    items = [{"no": n, "aspect": aspect, "to": "culture_tourism", "due": due, "text": "护栏松动"} for n in (1, 2)]
    number = county.send_batch(items)["dispute_no"]
    county.answer(number, "rectify", "rectified")
    county.answer(number, "verify", "cancelled_off")
    county.supervisor.get("/v1/hazards", batch=number)
    county.supervisor.get("/v1/hazards/outstanding", by="organisation", days=3)
    county.supervisor.get(f"/v1/hazards/{number}/1")


def _leave(county: County) -> None:
    """Somebody leaves: what he leaves behind, and where it goes."""
    security, leaver = county.with_role("admin_security"), county.person("qingyun-onscene-3")
    security.get(f"/v1/people/{leaver.username}/leaving")
    security.post(f"/v1/people/{leaver.username}/leave", {"reason": "换届离任", "rest": {"how": "up"}})


def pass_the_buck(county: County, lead: str, house: int) -> str:
    """A department refuses groundlessly, and this month's figures are judged: the supervision called down.

    One a department and month, so that nobody else on this system may have its department answer.
    """
    place = {"address": f"桃源镇梅林村{house}号"}
    report = county.alarm("两户因宅基地边界争执，砌墙被拦", source="walk_in", place=place)
    number = report["dispute_no"]
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "request_third_push")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "approve_third_push", "approve")
    county.answer(number, "dispatch", "assign", lead=lead, cooperating=[])
    county.answer(number, "accept_assignment", "refuse")
    county.answer(number, "rule_refusal", "overrule")
    county.supervisor.post("/v1/drill/figures")
    found = county.supervisor.get("/v1/figure-supervisions", organisation=lead)["items"]
    return str(found[0]["supervision_id"])


def _supervise(county: County) -> None:
    """A department that has passed the buck is supervised for its figures, answers, and is ruled upon."""
    supervisor = county.supervisor
    at = pass_the_buck(county, "transport", 815)
    supervisor.get("/v1/figure-supervisions")
    leader = county.with_role("department_leader", "transport")
    leader.get(f"/v1/figure-supervisions/{at}")
    leader.post(f"/v1/figure-supervisions/{at}/answer", {"text": "职责已厘清，当日签收"})
    supervisor.post(f"/v1/figure-supervisions/{at}/ruling", {"verdict": "accept", "text": "同意"})


def _audit(county: County, number: str) -> None:
    auditor = county.with_role("auditor")
    for what in ("history", "history/words"):
        auditor.get(f"/v1/disputes/{number}/{what}")
    auditor.get(f"/v1/disputes/{number}/state", event=20)
    job = auditor.post("/v1/audit/replays", {"dispute_no": number})["job_id"]
    deadline = time.monotonic() + 60
    while auditor.get(f"/v1/jobs/{job}")["state"] not in ("done", "failed") and time.monotonic() < deadline:
        time.sleep(0.2)
    auditor.get("/v1/jobs")
    rows = "接报时间,地址,情况\n2026-11-03 14:05,桃源镇梅林村817号,两户因晒谷场争吵\n".encode()
    county.with_role("call_taker").send("/v1/incidents/import", "警情.csv", rows)
