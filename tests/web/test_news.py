"""Pages on an event stream: changes show up without losing what is being typed; messages, mentions, watching (关注)."""

from __future__ import annotations

import random
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.support import PHONE, Desk, alarm, sound


def listening(page: Page) -> Page:
    """The page, once its stream is open."""
    for _ in range(300):
        if page.evaluate("document.querySelector('#live')?._htmx?.sse?.status") == 200:
            return page
        page.wait_for_timeout(50)
    raise AssertionError("the page does not listen")


def test_another_persons_decision_shows_up_on_an_open_inbox(desk: Desk) -> None:
    number = alarm(desk.county)
    desk.county.wait_for(number, "confirm_triage")
    officer = desk.county.with_role("on_scene_officer", "station-gushan")
    page = listening(desk.sign_in(officer))
    search = page.get_by_role("searchbox")
    search.fill(number)
    expect(page.get_by_text("没有符合条件的事项")).to_be_visible()
    desk.county.answer(number, "confirm_triage", "confirm")
    row = page.locator(".task", has_text=number)
    expect(row).to_be_visible()
    expect(search).to_have_value(number)
    expect(search).to_be_focused()
    desk.county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "测试"})
    expect(row).to_have_count(0)


def test_an_inbox_in_use_is_not_read_again_unasked(desk: Desk) -> None:
    quiet = {"address": f"大坪乡乌石村{random.randint(1000, 9999)}号"}  # a station whose inbox fits on one page
    number = str(desk.county.alarm("两家因门口堆放货物发生争吵", place=quiet)["dispute_no"])
    desk.county.answer(number, "confirm_triage", "confirm")
    officer = desk.county.with_role("on_scene_officer", "station-daping")
    page = listening(desk.sign_in(officer))
    row = page.locator(".task", has_text=number).get_by_role("link")
    row.focus()
    desk.county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "测试"})
    note = page.locator("#stirred").filter(has_text="有新变化")
    expect(note).to_be_visible()
    expect(row).to_be_focused()
    sound(page)
    note.get_by_role("link", name="点击刷新").click()
    expect(row).to_have_count(0)
    expect(note).to_have_count(0)


def test_an_open_case_says_that_it_has_moved_on_and_keeps_what_is_typed(desk: Desk, tmp_path: Path) -> None:
    number = alarm(desk.county)
    desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.county.supervisor, PHONE)
    page.goto(f"/disputes/{number}")
    page.get_by_role("button", name="关注").click()
    expect(page.get_by_role("status").filter(has_text="已关注")).to_be_visible()
    listening(page)
    page.get_by_label("留言", exact=True).fill("写到一半的话")
    desk.county.answer(number, "confirm_triage", "confirm")
    note = page.locator("#stirred").filter(has_text="有新变化")
    expect(note).to_be_visible()
    sound(page, tmp_path / "moved-on.png")
    note.get_by_role("link", name="点击刷新").click()
    expect(page.locator(".steps [aria-current]")).to_contain_text("一推")
    expect(page.get_by_label("留言", exact=True)).to_have_value("写到一半的话")
    expect(page.get_by_text("有新变化")).to_have_count(0)
    page.get_by_role("button", name="取消关注").click()
    expect(page.get_by_role("button", name="关注", exact=True)).to_be_visible()


def test_whoever_is_mentioned_finds_it_at_the_bell_also_without_scripts(desk: Desk, tmp_path: Path) -> None:
    number = alarm(desk.county)
    chief = desk.county.with_role("station_chief", "station-gushan")
    page = desk.sign_in(desk.county.supervisor, java_script_enabled=False)
    page.goto(f"/disputes/{number}")
    page.get_by_text("提到（对方会收到消息）").click()
    named = page.get_by_label(str(chief.get("/v1/me")["name"]))
    named.check()
    desk.refused(422, f"/disputes/{number}/comments")
    page.get_by_role("button", name="发表").click()
    expect(page.get_by_role("alert")).to_contain_text("留言不能为空")
    expect(named).to_be_checked()
    page.get_by_label("留言", exact=True).fill("请过目")
    page.get_by_role("button", name="发表").click()
    expect(page.locator("#comments")).to_contain_text("提到：")

    page = desk.sign_in(chief, PHONE, java_script_enabled=False)
    bell = page.get_by_role("link", name="消息")
    expect(bell).to_contain_text("条未读")
    bell.click()
    message = page.locator(".message", has_text=number)
    expect(message).to_contain_text("请过目")
    message.get_by_role("button", name="标为已读").click()
    expect(message.get_by_text("未读")).to_have_count(0)
    message.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_messages_page_is_sound_and_read_at_once(desk: Desk, tmp_path: Path) -> None:
    county = desk.county
    number = str(
        county.alarm("两家因停车争吵", place={"address": f"江南街道{random.randint(10_000, 999_999)}号"})["dispute_no"]
    )  # nobody else is late here
    county.answer(number, "confirm_triage", "confirm")
    county.advance(number, "P60D")
    county.supervisor.post("/v1/drill/digest")
    officer = county.with_role("on_scene_officer", "station-jiangnan")
    for size, name in ((PHONE, "phone"), ({"width": 1280, "height": 860}, "desktop")):
        page = desk.sign_in(officer, size)
        page.goto("/messages")
        expect(page.locator(".message", has_text="待办提要").first).to_contain_text("已超期")
        sound(page, tmp_path / f"messages-{name}.png")
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_role("status").filter(has_text="全部标为已读")).to_be_visible()
    expect(page.get_by_role("link", name="消息")).not_to_contain_text("未读")
    page.goto("/messages?unread=true")
    expect(page.get_by_text("没有未读消息")).to_be_visible()
    sound(page)
