"""The desk in a real browser against a running system: a dispute from report to conclusion; races between people."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from domain.base import CHINA
from tests.web.support import PHONE, Desk, alarm, answered, arrived, decisions, open_task, photo, sound


def test_a_dispute_travels_through_triage_and_two_pushes_in_the_browser(desk: Desk, tmp_path: Path) -> None:
    number = alarm(desk.county, "李某与罗某因货款拖欠在店铺门口争吵，要求付清余款")
    county = desk.county

    page = desk.sign_in(desk.answerer(county.wait_for(number, "confirm_triage")))
    open_task(page, number)
    page.get_by_role("button", name="认领").click()
    expect(page.get_by_role("status")).to_contain_text("已认领")
    expect(page.locator(".claim")).to_contain_text("由您办理")
    page.get_by_role("button", name="提交：确认研判").click()
    answered(page, "下一步：现场处置（古山派出所 · 处警民警）")

    page = desk.sign_in(desk.answerer(county.wait_for(number, "handle_on_scene")), PHONE)
    open_task(page, number)
    page.get_by_role("link", name="现场未能化解").click()
    expect(page.get_by_role("link", name="现场未能化解")).to_have_attribute("aria-current", "true")
    page.get_by_label("理由").fill("双方各执一词，情绪激动")
    page.get_by_label("有民转刑风险").check()
    sound(page, tmp_path / "push-1.png")
    page.get_by_role("button", name="提交：现场未能化解").click()
    officer = desk.answerer(county.wait_for(number, "follow_up_responsibly"))
    named = officer.get("/v1/me")["name"]
    answered(page, f"下一步：责任跟进（古山派出所 · 责任民警 {named}）、全程跟踪（古山派出所 · 分管副所长")
    expect(page.locator(".steps [aria-current]")).to_contain_text("二推")
    expect(page.get_by_text("民转刑风险").first).to_be_visible()

    page = desk.sign_in(officer, PHONE)
    open_task(page, number, "mine")
    page.get_by_role("link", name="已化解").click()
    page.get_by_label("处置情况").fill("双方到所协商\n达成一致")
    page.get_by_label("是否达成调解协议").check()
    page.get_by_role("button", name="添加协议条款").click()
    page.get_by_label("协议条款，第 1 项").fill("余款分两期付清")
    page.get_by_role("button", name="添加履行义务").click()
    first = page.locator("#f-obligations-0")
    first.get_by_label("履行方").fill("罗某")
    first.get_by_label("类型").select_option(label="款项")
    first.get_by_label("履行内容").fill("第一期余款")
    page.get_by_role("button", name="添加履行义务").click()
    second = page.locator("#f-obligations-1")
    second.get_by_role("button", name="删除这一项").click()
    expect(second).to_have_count(0)
    page.locator("input[type=file]").set_input_files(photo())
    expect(page.locator(".picked")).to_contain_text("现场照片.png")
    desk.refused(422, "/tasks/")
    page.get_by_role("button", name="提交：已化解").click()

    # 422: shown at the field, and everything is still there, the uploaded picture too
    expect(page.get_by_role("alert")).to_contain_text("已填写的内容都已保留")
    expect(page.locator("#f-obligations-0-due_on-error")).to_have_text("必填")
    expect(page.get_by_label("处置情况")).to_have_value("双方到所协商\n达成一致")
    expect(page.get_by_label("协议条款，第 1 项")).to_have_value("余款分两期付清")
    expect(page.locator("#f-obligations-0").get_by_label("类型")).to_have_value("money")
    expect(page.get_by_label("已上传：现场照片.png")).to_be_checked()
    expect(page.get_by_label("是否达成调解协议")).to_be_checked()
    sound(page, tmp_path / "refused.png")
    page.get_by_label("履行期限").fill((datetime.now(CHINA) + timedelta(days=60)).date().isoformat())
    page.get_by_role("button", name="提交：已化解").click()
    expect(page.locator("#f-obligations-0")).to_contain_text("款项须填写金额")
    page.get_by_label("金额（元）").fill("3000.50")
    page.get_by_role("button", name="提交：已化解").click()
    answered(page, "下一步：成效评估")
    sound(page, tmp_path / "case.png")
    expect(page.locator(".line-up").first).to_contain_text("责任跟进：已化解")
    page.get_by_role("link", name="协议与履约").click()
    expect(page.locator(".owed")).to_contain_text("3,000.50 元")
    expect(page.locator(".terms")).to_have_text("余款分两期付清")
    sound(page)

    case = county.dispute(number)
    assert [a["name"] for a in case["attachments"]] == ["现场照片.png"]
    settled = next(t for t in case["tasks"] if t["kind"] == "follow_up_responsibly")["decision"]
    assert [e["attachment_id"] for e in settled["evidence"]] == [case["attachments"][0]["attachment_id"]]
    shown = page.request.get(f"/attachments/{case['attachments'][0]['attachment_id']}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg"), "a picture is shown drawn anew"
    assert shown.headers["cache-control"] == "no-store"


def test_the_example_fills_the_form_and_is_taken_as_it_stands(desk: Desk) -> None:
    number = alarm(desk.county)
    county = desk.county
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled")):
        county.answer(number, kind, decision)
    page = desk.sign_in(desk.answerer(county.wait_for(number, "follow_up_responsibly")))
    page.goto(f"/tasks/{county.wait_for(number, 'follow_up_responsibly')['task_id']}?decision=request_third_push")
    expect(page.get_by_label("理由")).to_have_value("")
    expect(page.locator("#f-reason-hint")).to_contain_text("例：公安职权内无法有效化解")
    page.get_by_role("link", name="填入示例").click()
    expect(page.get_by_label("理由")).to_have_value("公安职权内无法有效化解")
    expect(page.get_by_label("建议部门，第 1 项")).to_have_value("金江龙村")
    desk.refused(422, "/tasks/")
    page.get_by_label("建议部门，第 1 项").fill("没有这个局")
    page.get_by_role("button", name="提交：提请三推").click()
    expect(page.get_by_role("alert")).to_contain_text("没有“没有这个局”这个单位")
    expect(page.get_by_label("建议部门，第 1 项")).to_have_value("没有这个局")
    page.get_by_label("建议部门，第 1 项").fill("县市场监督管理局")
    page.get_by_role("button", name="提交：提请三推").click()
    answered(page, "下一步：三推审批")
    assert "market_reg" in decisions(county, number, "request_third_push")[0]["detail"]["fields"]["suggested"]


@pytest.mark.req("Q-045")
def test_a_disposal_without_a_picture_is_refused_at_the_files(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "request_third_push")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "approve_third_push", "approve")
    county.answer(number, "dispatch", "assign", lead="market_reg", cooperating=[])
    county.answer(number, "accept_assignment", "accept")
    page = desk.sign_in(desk.answerer(county.wait_for(number, "dispose")))
    page.goto(f"/tasks/{county.wait_for(number, 'dispose')['task_id']}?decision=disposed&example=1")
    desk.refused(422, "/tasks/")
    page.get_by_role("button", name="提交：处置完毕").click()
    expect(page.locator("#f-attachments-error")).to_contain_text("须附至少1份图片或视频")
    sound(page)
    desk.refused(415, "/uploads/")
    page.locator("input[type=file]").set_input_files(
        {"name": "笔记.txt", "mimeType": "text/plain", "buffer": "文字".encode()}
    )
    expect(page.locator(".unpicked")).to_contain_text("笔记.txt：只接受图片、视频")
    page.locator("input[type=file]").set_input_files(photo())
    page.get_by_role("button", name="提交：处置完毕").click()
    answered(page, "已提交“主办处置：处置完毕”")
    assert len(county.dispute(number)["attachments"]) == 1


def test_who_is_slower_sees_an_error_and_keeps_what_was_typed(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    county.answer(number, "confirm_triage", "confirm")
    task = county.wait_for(number, "handle_on_scene")
    page = desk.sign_in(desk.answerer(task, 1), PHONE)
    page.goto(f"/tasks/{task['task_id']}?decision=not_a_dispute")
    page.get_by_label("理由").fill("报警人误报")
    desk.answerer(task, 0).post(f"/v1/tasks/{task['task_id']}/claim")
    desk.refused(409, f"/tasks/{task['task_id']}")
    page.get_by_role("button", name="提交：非矛盾纠纷").click()
    expect(page.get_by_role("alert")).to_contain_text("该待办已由他人认领")
    expect(page.get_by_role("alert")).to_contain_text("请与认领人联系")
    expect(page.get_by_label("理由")).to_have_value("报警人误报")
    sound(page)
    county.answer(number, "handle_on_scene", "unsettled", by=desk.answerer(task, 0))
    page.get_by_role("button", name="提交：非矛盾纠纷").click()
    expect(page.get_by_role("alert")).to_contain_text("该待办已办结或已失效")
    page.get_by_role("link", name="查看纠纷最新情况").click()
    arrived(page, f"{desk.base}/disputes/{number}")
    page.goto(f"/tasks/{task['task_id']}")
    expect(page.locator("#answer")).to_contain_text("处理结果：现场未能化解")


def test_a_claimed_task_names_who_has_it(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    task = county.wait_for(number, "confirm_triage")
    holder, other = desk.answerer(task, 0), desk.answerer(task, 1)
    page = desk.sign_in(other)
    page.goto(f"/tasks/{task['task_id']}")
    holder.post(f"/v1/tasks/{task['task_id']}/claim")
    page.get_by_role("button", name="认领").click()
    expect(page.get_by_role("alert")).to_contain_text(f"该待办已由{holder.get('/v1/me')['name']}认领")
    expect(page.locator(".banner.info")).to_contain_text("正在办理")
    mine = desk.sign_in(holder)
    mine.goto("/?box=mine")
    mine.locator(".task", has_text=number).get_by_role("link").click()
    mine.get_by_role("button", name="取消认领").click()
    expect(mine.get_by_role("status")).to_contain_text("已取消认领")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_decides_once(desk: Desk, scripts: bool) -> None:
    county = desk.county
    number = alarm(county)
    county.answer(number, "confirm_triage", "confirm")
    task = county.wait_for(number, "handle_on_scene")
    page = desk.sign_in(desk.answerer(task), java_script_enabled=scripts)
    page.goto(f"/tasks/{task['task_id']}?decision=unsettled")
    page.get_by_label("理由").fill("双方各执一词")
    page.locator("input[type=file]").set_input_files(photo())
    page.get_by_role("button", name="提交：现场未能化解").dblclick()
    officer = desk.answerer(county.wait_for(number, "follow_up_responsibly"))
    answered(page, f"下一步：责任跟进（古山派出所 · 责任民警 {officer.get('/v1/me')['name']}）")
    assert len(decisions(county, number, "unsettled")) == 1
    assert len(county.dispute(number)["attachments"]) == 1


def test_the_same_form_sent_twice_gets_the_same_answer(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    task = county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/tasks/{task['task_id']}")
    form: dict[str, str | float | bool] = {}
    for name in ("csrf", "key", "decision"):
        form[name] = page.locator(f"#answer input[name={name}]").input_value()
    answers = [page.request.post(f"/tasks/{task['task_id']}", form=form, max_redirects=0) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert len(decisions(county, number, "confirm")) == 1


def test_the_keyboard_alone_is_enough(desk: Desk) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/tasks/{task['task_id']}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.get_by_label("理由或说明").focus()
    page.keyboard.type("情况属实")
    page.get_by_role("button", name="提交：确认研判").focus()
    page.keyboard.press("Enter")
    answered(page, "下一步：现场处置")
    assert decisions(desk.county, number, "confirm")[0]["detail"]["fields"]["reason"] == "情况属实"


def test_without_scripts_the_main_path_works(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "mediate")):  # fmt: skip
        county.answer(number, kind, decision)
    page = desk.sign_in(desk.answerer(county.wait_for(number, "mediate")), PHONE, java_script_enabled=False)
    page.get_by_role("searchbox").fill(number)
    page.get_by_role("button", name="筛选").click()
    page.locator(".task", has_text=number).get_by_role("link").click()
    page.get_by_text("外请人员或指定岗位").click()
    page.get_by_label("岗位").select_option(label="责任民警")
    page.get_by_label("姓名").fill("王五")
    page.get_by_label("协议条款，第 1 项").fill("互相道歉")
    page.get_by_role("button", name="添加协议条款").click()
    expect(page.get_by_label("姓名")).to_have_value("王五")
    page.get_by_label("协议条款，第 2 项").fill("保持安静")
    desk.refused(422, "/tasks/")
    page.get_by_role("button", name="提交：达成协议").click()
    expect(page.get_by_role("alert")).to_contain_text("没有名为“王五”的在岗责任民警")
    page.get_by_label("姓名").fill("")
    seated = page.locator("#people option").first.get_attribute("value") or ""
    page.get_by_label("在岗人员").fill(seated)
    page.get_by_role("button", name="提交：达成协议").click()
    answered(page, "下一步：成效评估")
    page.get_by_role("link", name="协议与履约").click()
    expect(page.locator(".terms li")).to_have_text(["互相道歉", "保持安静"])
    expect(page.get_by_text(f"参加：{seated.partition('（')[0]}（责任民警）")).to_be_attached()
    page.get_by_role("link", name="概况").click()
    page.get_by_role("textbox", name="留言").fill("已电话告知")
    page.get_by_role("button", name="发表").click()
    expect(page.locator(".said")).to_have_text("已电话告知")
    assert not county.open_tasks(number, "mediate")


def test_with_no_worker_an_answer_is_accepted_and_takes_effect_later(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    task = county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/tasks/{task['task_id']}")
    desk.refused(503, f"/tasks/{task['task_id']}/claim")
    with desk.instance.without("worker"):
        page.get_by_role("button", name="认领").click()
        expect(page.get_by_role("alert")).to_contain_text("可能已生效", timeout=30_000)
        page.goto(f"/tasks/{task['task_id']}")
        page.get_by_role("button", name="提交：确认研判").click()
        expect(page.get_by_role("status")).to_contain_text("已受理，稍后生效", timeout=30_000)
    desk.instance.until_ready()
    county.wait_for(number, "handle_on_scene", within=60)
    assert len(decisions(county, number, "confirm")) == 1
