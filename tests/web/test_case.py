"""The page of a case: its tabs, and the answer that stands beside them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.web.support import Desk, alarm, answered, arrived, sound, until_held


def test_the_answer_stands_beside_the_tabs_and_what_was_typed_in_it_outlives_them(desk: Desk, tmp_path: Path) -> None:
    county = desk.county
    number = alarm(county)
    county.answer(number, "confirm_triage", "confirm")
    task = county.wait_for(number, "handle_on_scene")
    page = desk.sign_in(desk.answerer(task), {"width": 1440, "height": 900})
    page.goto(f"/disputes/{number}")
    pane = page.locator("#pane")
    pane.get_by_role("link", name="现场未能化解").click()
    expect(pane.get_by_role("button", name="提交：现场未能化解")).to_be_visible()
    pane.get_by_label("理由").fill("双方各执一词")
    page.get_by_role("link", name="经过", exact=True).click()
    arrived(page, f"{desk.base}/disputes/{number}/course")
    expect(page.locator("#tab")).to_contain_text("受理立案")
    page.get_by_label("类型").select_option("answers")
    expect(page.locator("#tab .line-up > li")).to_have_count(1)
    page.mouse.wheel(0, 2000)
    expect(page.locator(".case-head h1")).to_be_in_viewport()
    expect(pane.get_by_label("理由")).to_have_value("双方各执一词")
    sound(page, tmp_path / "pane.png")
    pane.get_by_role("button", name="提交：现场未能化解").click()
    answered(page, "已提交“现场处置：现场未能化解”")


def test_of_two_tabs_pressed_in_a_row_the_last_is_shown(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in("county-supervisor-1")
    page.goto(f"/disputes/{number}")
    desk.lost(f"/disputes/{number}/course")
    held: list[Route] = []
    page.route(re.compile("/(course|materials)$"), lambda route: held.append(route))
    page.get_by_role("link", name="经过", exact=True).click()
    page.get_by_role("link", name="材料", exact=True).click()
    expect(page.locator("#tab")).to_contain_text("基本情况")
    until_held(page, held, 2)
    first, last = held
    first.continue_()
    page.wait_for_timeout(1_500)  # it has come, or never will
    last.continue_()
    arrived(page, f"{desk.base}/disputes/{number}/materials")
    expect(page.locator(".case-tabs [aria-current]")).to_have_text("材料")
    expect(page.locator(".flash.offline")).to_have_count(0)


def test_a_case_has_five_tabs_on_a_phone_and_a_bar_that_leads_to_the_answer(desk: Desk, tmp_path: Path) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task), {"width": 390, "height": 844})
    page.goto(f"/disputes/{number}")
    for name in ("经过", "材料", "协议与履约", "关联", "概况"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator(".case-tabs [aria-current]")).to_have_text(name)
        sound(page, tmp_path / f"{name}.png")
    expect(page.locator("#pane-form")).to_be_empty()
    page.get_by_role("link", name="办理：研判确认").click()
    arrived(page, f"{desk.base}/tasks/{task['task_id']}")
