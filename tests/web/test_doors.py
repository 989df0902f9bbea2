"""Signing in and out, and what must not be possible at the desk."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.sync_api import expect

from tests.web.support import PHONE, Desk, alarm, arrived, sound


def test_signing_in_wrong_then_right_goes_on_to_where_one_wanted(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.visitor(PHONE)
    page.goto(f"/disputes/{number}")
    arrived(page, re.compile(r"/login\?next="))
    sound(page)
    page.get_by_label("用户名").fill("county-supervisor-1")
    desk.refused(401, "/login")
    page.get_by_label("密码").fill("不对的密码")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    expect(page.get_by_label("用户名")).to_have_value("county-supervisor-1")
    sound(page)
    page.get_by_label("密码").fill(desk.password("county-supervisor-1"))
    page.get_by_role("button", name="登录").click()
    arrived(page, f"{desk.base}/disputes/{number}")
    session = next(c for c in page.context.cookies() if c["name"] == "santui_session")
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    assert page.evaluate("document.cookie") == ""
    page.goto("/menu")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("status")).to_have_text("已退出登录")
    page.goto("/")
    arrived(page, desk.base + "/login")


@pytest.mark.parametrize("elsewhere", ["//example.com/x", "https://example.com/", "/\\example.com"])
def test_nobody_is_sent_to_another_site_after_signing_in(desk: Desk, elsewhere: str) -> None:
    page = desk.visitor()
    page.goto("/login?next=" + elsewhere)
    assert page.locator("input[name=next]").input_value() == "/"


def test_an_expired_session_is_announced(desk: Desk) -> None:
    page = desk.sign_in("county-supervisor-1")
    page.goto("about:blank")  # an open page hears that its session is over, and goes to sign in by itself
    page.context.add_cookies([{"name": "santui_session", "value": "old", "url": desk.base}])
    page.goto("/")
    expect(page.get_by_role("status")).to_have_text("登录已失效，请重新登录")


def test_a_form_without_its_token_changes_nothing(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    task = county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task))
    other = desk.sign_in("county-supervisor-1")
    other.goto(f"/disputes/{number}")
    foreign = other.locator("#comments input[name=csrf]").input_value()
    own = desk.answerer(task).attach(number)
    at_task, at_case = f"/tasks/{task['task_id']}", f"/disputes/{number}"
    doors = (at_task, f"{at_task}/claim", f"{at_task}/release", f"{at_case}/comments", f"/attachments/{own}/remove",
             f"{at_case}/actions/withdraw", "/logout", "/login")  # fmt: skip
    for path in doors:
        for csrf in ({}, {"csrf": foreign}):
            refused = page.request.post(path, form={"decision": "confirm", "text": "x", **csrf}, max_redirects=0)
            assert (refused.status, path) == (403, path)
            assert "页面已过期" in refused.text()
    assert county.open_tasks(number)[0]["state"] == "open"
    assert county.dispute(number)["comments"] == []
    assert desk.answerer(task).get(f"/v1/disputes/{number}")["attachments"][0]["attachment_id"] == own


def test_somebody_of_another_station_finds_nothing(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    task = county.wait_for(number, "confirm_triage")
    attachment = county.supervisor.attach(number)
    county.supervisor.post(f"/v1/disputes/{number}/comments", {"text": "见附件", "attachments": [attachment]})
    page = desk.sign_in(county.with_role("station_chief", "station-baiyang"), PHONE)
    for path in (f"/disputes/{number}", f"/tasks/{task['task_id']}", f"/attachments/{attachment}",
                 f"/disputes/{number}/actions/withdraw", "/disputes/D2026-999999", "/no-such-page"):  # fmt: skip
        desk.refused(404, path)
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, path) == (404, path)
        expect(page.get_by_role("heading", level=1)).to_have_text("未找到")
        expect(page.get_by_role("link", name="回到待办")).to_be_visible()
    sound(page)
    page.goto(f"/?q={number}")
    expect(page.locator(".task")).to_have_count(0)


def test_an_action_one_has_no_right_to_is_a_page_that_says_so(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.answerer(desk.county.wait_for(number, "confirm_triage")))
    page.goto(f"/disputes/{number}")
    expect(page.locator(".more-actions a")).to_have_text(["更正当事人", "转来情况"])
    desk.refused(409, f"/disputes/{number}/actions/withdraw")
    answer = page.goto(f"/disputes/{number}/actions/withdraw")
    assert answer is not None
    assert answer.status == 409
    expect(page.get_by_role("heading", level=1)).to_have_text("当前不能执行该操作")


def test_pages_keep_to_themselves_and_out_of_caches(desk: Desk) -> None:
    page = desk.sign_in("county-supervisor-1")
    answer = page.goto("/")
    assert answer is not None
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    html = page.content()
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", html)
    unknown = httpx2.get(f"{desk.base}/v1/nothing", trust_env=False, timeout=60)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert httpx2.get(f"{desk.base}/v1/auth/token", trust_env=False, timeout=60).status_code == 405
    assert "/login" not in httpx2.get(f"{desk.base}/openapi.json", trust_env=False, timeout=60).json()["paths"]


def test_what_people_write_is_shown_as_text(desk: Desk) -> None:
    nasty = "<img src=x onerror=document.title='broken'><b>粗</b>"
    number = alarm(desk.county, f"两家争吵 {nasty}")
    page = desk.sign_in("county-supervisor-1")
    page.goto(f"/disputes/{number}")
    comments = page.locator("#comments")
    comments.get_by_role("textbox", name="留言").fill(nasty)
    comments.get_by_role("button", name="发表").click()
    expect(comments.locator(".said")).to_have_text(nasty)
    expect(comments.get_by_role("textbox", name="留言")).to_have_value("")
    expect(page.get_by_text(f"两家争吵 {nasty}").first).to_be_visible()
    assert "broken" not in page.title()
    desk.refused(422, f"/disputes/{number}/comments")
    comments.get_by_role("textbox", name="留言").fill("   ")
    comments.get_by_role("button", name="发表").click()
    expect(comments.get_by_role("alert")).to_have_text("留言不能为空")
    assert len(desk.county.dispute(number)["comments"]) == 1


def test_text_that_can_not_be_kept_is_refused_by_a_page_in_words(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.county.supervisor)
    page.goto(f"/disputes/{number}")
    csrf = page.locator("#comments input[name=csrf]").input_value()
    for text, charset in ((b"\x00", "utf-8"), (b"\\ud800", "unicode_escape")):
        parts = [(b"csrf", csrf.encode()), (b"text", text)]
        body = b"".join(b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % part for part in parts)
        kind = f"multipart/form-data; boundary=x; charset={charset}"
        answer = page.request.post(
            f"/disputes/{number}/comments", data=body + b"--x--\r\n", headers={"Content-Type": kind}
        )
        assert answer.status == 422
        assert "内容含有无法处理的字符" in answer.text()
    assert desk.county.dispute(number)["comments"] == []
