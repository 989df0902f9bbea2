"""One's own account at the desk: where one is signed in, and a password that must be changed before anything else."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
from playwright.sync_api import Page, expect

from tests.web.support import PHONE, Desk, arrived, sound

CHOSEN = "Liu-yue-2027!"


def change(page: Page, old: str, new: str, again: str | None = None) -> None:
    for label, value in (("原口令", old), ("新口令", new), ("再次填写新口令", again or new)):
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    page.get_by_role("button", name="提交：修改口令").click()


def calendar(desk: Desk, token: str) -> int:
    """The status of what a program with a token is answered."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.get(f"{desk.base}/v1/calendar", headers=headers, trust_env=False, timeout=60).status_code


def test_who_was_given_a_code_chooses_a_password_before_anything_else(desk: Desk, tmp_path: Path) -> None:
    security = desk.county.person("county-admin-security-1")
    place = desk.county.with_role("grid_leader").get("/v1/me")["posts"][0]
    security.post("/v1/people", {"username": "newcomer-1", "name": "新来的", "posts": [
        {"role": "grid_leader", "organisation": place["organisation"]["code"]}]})  # fmt: skip
    code = security.post("/v1/people/newcomer-1/password-reset")["code"]

    page = desk.visitor(PHONE)
    page.goto("/login")
    page.get_by_label("用户名").fill("newcomer-1")
    page.get_by_label("密码").fill(code)
    page.get_by_role("button", name="登录").click()
    for path in ("", "/disputes", "/disputes/D2026-000001"):
        if path:  # signing in leads there by itself
            page.goto(path)
        arrived(page, desk.base + "/account/password")
        expect(page.get_by_role("alert")).to_have_text("请先修改口令")
    sound(page, tmp_path / "due.png")

    desk.refused(422, "/account/password")
    change(page, code, CHOSEN, CHOSEN + "x")
    expect(page.get_by_role("alert")).to_have_text("两次填写的新口令不一致")
    desk.refused(422, "/account/password")
    change(page, code, "newcomer-1")
    expect(page.get_by_role("alert")).to_contain_text("口令")
    assert page.get_by_label("原口令").input_value() == "", "what was typed as a password is never shown again"
    sound(page, tmp_path / "wrong.png")
    change(page, code, CHOSEN)
    arrived(page, desk.base + "/account")
    expect(page.get_by_role("status")).to_contain_text("口令已修改")

    other = desk.visitor()
    other.goto("/login")
    other.get_by_label("用户名").fill("newcomer-1")
    other.get_by_label("密码").fill(CHOSEN)
    other.get_by_role("button", name="登录").click()
    arrived(other, desk.base + "/")
    page.goto("/account")
    sound(page, tmp_path / "account.png")
    page.get_by_role("link", name="程序令牌").click()
    desk.refused(422, "/account/tokens")
    page.get_by_label(re.compile("^用途")).fill("网格平台报送")
    page.get_by_role("button", name="提交：新建令牌").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.get_by_label(re.compile("^用途")).input_value() == "网格平台报送"
    sound(page, tmp_path / "token-wrong.png")
    page.get_by_label("读取工作日历").check()
    page.get_by_label("有效天数").fill("90")
    page.get_by_label("现在的口令").fill("another-2026")
    page.get_by_role("button", name="提交：新建令牌").click()
    expect(page.get_by_role("alert")).to_have_text("口令不正确")
    assert page.get_by_label("现在的口令").input_value() == ""
    page.get_by_label("现在的口令").fill(CHOSEN)
    page.get_by_role("button", name="提交：新建令牌").click()
    token = page.get_by_label("令牌", exact=True).input_value()
    sound(page, tmp_path / "token.png")
    assert calendar(desk, token) == 200
    page.goto("/account/tokens")
    assert token not in page.content(), "it is shown once"
    expect(page.get_by_text("来自 127.0.0.1")).to_be_visible()
    page.get_by_role("button", name=re.compile("^停用：网格平台报送")).click()
    expect(page.get_by_role("status")).to_contain_text("已停用")
    assert calendar(desk, token) == 401

    page.goto("/account")
    page.get_by_role("button", name="退出其他全部登录").click()
    expect(page.get_by_role("status")).to_contain_text("已退出其他 1 处登录")
    other.goto("/")
    expect(other.get_by_role("status")).to_have_text("登录已失效，请重新登录")
