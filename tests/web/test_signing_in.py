"""Signing in with more than a password, in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from tests.web.support import PHONE, Desk, alarm, sound

OF_CODE = re.compile("动态验证码")


def by_password(page: Page, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def code_of(secret: str, steps: int = 0) -> str:
    """The code of a device so many steps from now: of one ahead, so that none is used twice."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


def test_a_device_is_taken_asked_for_and_done_without(desk: Desk, tmp_path: Path) -> None:
    """What was typed before a sign-in was over comes through both proofs of the next."""
    person = desk.county.with_role("command_room", "station-gushan")
    username, password = person.username, desk.password(person.username)
    number = alarm(desk.county)
    page = desk.sign_in(username, PHONE)
    page.goto("/account")
    page.get_by_role("link", name="动态验证码").click()
    sound(page, tmp_path / "none.png")
    page.get_by_role("button", name="启用：添加到手机").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    desk.refused(422, "/account/second-factor/confirm")
    page.get_by_label("手机上显示的六位数字").fill("000000")
    page.get_by_role("button", name="提交：启用动态验证码").click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    assert page.locator(".secret").inner_text().replace(" ", "") == secret, "the same device goes on"
    sound(page, tmp_path / "offered.png")
    page.get_by_label("手机上显示的六位数字").fill(code_of(secret, -1))
    page.get_by_role("button", name="提交：启用动态验证码").click()
    recovery = page.locator(".codes code").all_inner_texts()
    assert len(recovery) == 10
    sound(page, tmp_path / "codes.png")
    page.get_by_role("link", name="我已保存").click()
    expect(page.locator("#own")).to_contain_text("启用动态验证码")

    writing = desk.visitor()
    writing.goto(f"/login?next=/disputes/{number}")
    by_password(writing, username, password)
    writing.get_by_label(OF_CODE).fill(code_of(secret))
    writing.get_by_role("button", name="登录").click()
    writing.locator("#comments").get_by_role("textbox", name="留言").fill("双方约定明天面谈")
    writing.context.add_cookies([{"name": "santui_session", "value": "old", "url": desk.base}])
    desk.refused(401, f"/disputes/{number}/comments")
    writing.get_by_role("button", name="发表").click()
    expect(writing.get_by_role("alert")).to_contain_text("填写的内容不会丢失")
    by_password(writing, username, password)
    sound(writing, tmp_path / "asked.png")
    desk.refused(401, "/login/code")
    writing.get_by_label(OF_CODE).fill("123456")
    writing.get_by_role("button", name="登录").click()
    expect(writing.get_by_role("alert")).to_contain_text("验证码不正确")
    sound(writing, tmp_path / "wrong.png")
    writing.get_by_label(OF_CODE).fill(code_of(secret, 1))
    desk.refused(403, f"/disputes/{number}/comments")  # it goes back with its old token
    writing.get_by_role("button", name="登录").click()
    expect(writing.get_by_text("双方约定明天面谈")).to_be_visible()

    other = desk.visitor(PHONE)
    other.goto(f"/login?next=/disputes/{number}")
    by_password(other, username, password)
    other.get_by_label(OF_CODE).fill(recovery[0])
    other.get_by_role("button", name="登录").click()
    expect(other).to_have_url(f"{desk.base}/disputes/{number}")
    other.goto("/account")
    expect(other.get_by_label("登录", exact=True)).to_contain_text("口令、恢复码")
    other.goto("/account/second-factor")
    expect(other.get_by_label("现状")).to_contain_text("还有 9 个恢复码")
    sound(other, tmp_path / "held.png")
    other.get_by_label("现在的动态验证码或一个恢复码").fill(recovery[1])
    other.get_by_role("button", name="停用动态验证码").click()
    expect(other.get_by_role("status")).to_have_text("动态验证码已停用")
