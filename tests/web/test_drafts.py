"""Typed work is kept while it is typed: over reload, closed tab, sign-out and lost network, until it is sent."""

from __future__ import annotations

import itertools
import re

from playwright.sync_api import Page, expect

from tests.web.support import Desk, alarm, answered, sound
from tests.web.test_kept import sign_out

OPERATOR = "hotline-operator-1"
houses = itertools.count(7500)


def saved(page: Page) -> None:
    """Waits until what is typed is kept."""
    expect(page.locator(".draft-mark")).to_have_text(re.compile("^已保存"))


def again(desk: Desk, page: Page, username: str) -> None:
    """Signs in at the form that is shown."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(desk.password(username))
    page.get_by_role("button", name="登录").click()


def test_a_report_half_typed_outlives_reload_sign_out_and_a_lost_network(desk: Desk) -> None:
    page = desk.sign_in(OPERATOR)
    page.goto("/incidents/new")
    said = "楼上漏水，两家为赔偿争吵多次"
    page.get_by_label("情况").fill(said)
    saved(page)
    page.reload()
    expect(page.locator(".draft-told")).to_contain_text("的草稿，尚未提交")
    expect(page.get_by_label("情况")).to_have_value(said)
    sound(page)
    page.context.set_offline(True)
    page.get_by_label("姓名").first.fill("李建国")
    expect(page.locator(".draft-mark")).to_have_text(re.compile("^未保存：网络不通"))
    page.context.set_offline(False)
    saved(page)
    second = page.context.new_page()  # another call meanwhile
    second.goto("/incidents/new")
    expect(second.get_by_label("情况")).to_have_value("")
    expect(second.locator(".draft-told.left")).to_contain_text(said)
    second.get_by_label("情况").fill("小区停车位被占，双方争执")
    saved(second)
    second.close()
    sign_out(page)
    page.goto("/incidents/new")
    again(desk, page, OPERATOR)
    expect(page.locator(".draft-told.left")).to_have_count(2)
    page.locator(".draft-told.left", has_text=said).get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("姓名").first).to_have_value("李建国")
    page.get_by_label("地址").fill(f"古山镇金江龙村{next(houses)}号")
    saved(page)
    page.context.set_offline(True)
    desk.lost("/")
    page.get_by_role("button", name="登记").last.click()
    expect(page.get_by_role("alert").first).to_contain_text("网络不通，没有提交成功")
    expect(page.get_by_label("情况")).to_have_value(said)
    page.context.set_offline(False)
    page.get_by_role("button", name="登记").last.click()
    expect(page.get_by_label("登记回执")).to_contain_text(said)
    page.goto("/incidents/new")
    expect(page.get_by_label("情况")).to_have_value("")
    expect(page.locator(".draft-told")).to_have_count(1)
    page.get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("情况")).to_have_value("小区停车位被占，双方争执")
    page.get_by_role("button", name="丢弃").click()
    expect(page.locator(".draft-told")).to_have_count(0)


def test_an_answer_half_typed_is_offered_back_by_its_decision_and_thrown_away_when_asked(desk: Desk) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    who = desk.answerer(task)
    page = desk.sign_in(who)
    page.goto(f"/tasks/{task['task_id']}?decision=confirm")
    page.get_by_label("理由或说明").fill("写到一半")
    saved(page)
    page.get_by_role("link", name="无风险").click()
    expect(page.get_by_label("认定无风险的依据")).to_have_value("")
    elsewhere = desk.sign_in(who)
    elsewhere.goto(f"/tasks/{task['task_id']}?decision=confirm")
    expect(elsewhere.get_by_label("理由或说明")).to_have_value("写到一半")
    elsewhere.get_by_role("button", name="丢弃").click()
    expect(elsewhere.get_by_label("理由或说明")).to_have_value("")
    elsewhere.get_by_label("理由或说明").fill("写完了")
    saved(elsewhere)
    elsewhere.get_by_role("button", name="提交：确认研判").click()
    answered(elsewhere, "已提交")
