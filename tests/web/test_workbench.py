"""工作台 in a real browser: what somebody does all day, counted in clicks and keys."""

from __future__ import annotations

import random
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.support import PHONE, Desk, answered, sound

WIDE = {"width": 1440, "height": 900}


class Clicks:
    """Counts what somebody presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def __call__(self, role: str, name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


def quiet(desk: Desk, village: str, narrative: str = "两家因门口堆放货物发生争吵") -> str:
    """A dispute at a station where few tests are."""
    place = {"address": f"{village}{random.randint(10_000, 99_999)}号"}
    return str(desk.county.alarm(narrative, source="walk_in", place=place)["dispute_no"])


def test_a_newcomer_answers_from_home_in_three_clicks_and_is_led_to_the_next(desk: Desk, tmp_path: Path) -> None:
    first, second = (quiet(desk, "双河镇大田村") for _ in range(2))
    county = desk.county
    tasks = {number: county.wait_for(number, "confirm_triage") for number in (first, second)}
    page = desk.sign_in(desk.answerer(tasks[first]), WIDE)
    sound(page, tmp_path / "home.png")
    clicks = Clicks(page)
    clicks("link", first)
    clicks("button", "提交：确认研判")
    answered(page, "下一步：现场处置")
    assert clicks.count <= 3
    onward = page.get_by_role("link", name="下一件")
    expect(onward).not_to_contain_text(first)
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/tasks/"))


def test_rows_are_dense_on_a_desk_and_driven_by_the_keyboard(desk: Desk, tmp_path: Path) -> None:
    numbers = [quiet(desk, "柳河镇大湾村") for _ in range(2)]
    county = desk.county
    for number in numbers:
        task = county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task), WIDE)
    rows = page.locator(".task")
    expect(rows.nth(1)).to_be_visible()
    box = rows.first.bounding_box()
    assert box
    assert box["height"] <= 40
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.first.get_by_role("link")).to_be_focused()
    first = str(rows.first.locator(".no").inner_text())
    expect(page.locator("#glance")).to_contain_text(first)
    sound(page, tmp_path / "glance.png")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="快捷键")).to_be_visible()
    sound(page)
    page.keyboard.press("Escape")
    # in a field they are letters, and who switched them off has none
    page.get_by_role("searchbox").focus()
    page.keyboard.type("cjk")
    expect(page.get_by_role("searchbox")).to_have_value("cjk")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text("已认领")
    page.goto("/")
    expect(rows.first).to_be_visible()
    page.get_by_role("button", name="快捷键").click()
    page.get_by_label("停用快捷键").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.first.get_by_role("link")).not_to_be_focused()


def test_on_a_phone_the_list_is_cards_of_one_touch(desk: Desk, tmp_path: Path) -> None:
    number = quiet(desk, "龙潭镇石门村")
    page = desk.sign_in(desk.answerer(desk.county.wait_for(number, "confirm_triage")), PHONE)
    row = page.locator(".task", has_text=number)
    box = row.bounding_box()
    assert box
    assert box["height"] >= 60
    expect(row.get_by_role("button")).to_be_hidden()
    sound(page, tmp_path / "phone.png")


def test_an_evaluator_has_evidence_and_verdict_in_one_screen(desk: Desk, tmp_path: Path) -> None:
    county, number = desk.county, quiet(desk, "双河镇大田村")
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "evaluate", "return", reason="thin_evidence", explanation="补拍和解后的现场")
    county.answer(number, "follow_up_responsibly", "settled")
    task = county.wait_for(number, "evaluate")
    page = desk.sign_in(desk.answerer(task), WIDE)
    page.goto(f"/tasks/{task['task_id']}")
    expect(page.locator(".evidence")).to_contain_text("已退回：证据不足")
    for seen in (page.locator(".proofs img").first, page.get_by_text("本轮新增", exact=True),
                 page.get_by_role("region", name="见人见事"), page.get_by_text("责任跟进：已化解").first,
                 page.get_by_role("button", name="提交：评估通过")):  # fmt: skip
        expect(seen).to_be_in_viewport(ratio=1)
    sound(page, tmp_path / "judging.png")
    page.get_by_role("link", name="退回重办").click()
    expect(page.get_by_role("button", name="提交：退回重办")).to_be_in_viewport()
    expect(page.locator(".proofs img").first).to_be_in_viewport()
