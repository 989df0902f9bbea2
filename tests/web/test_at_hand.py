"""What a thumb reaches: a task on a phone, and the few choices of a form as chips."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.support import PHONE, Desk, alarm, answered, sound


def to_visit(desk: Desk, size: dict[str, int], **more: bool) -> Page:
    """The page of a visit that nobody has taken, as one of those who may make it sees it."""
    number = alarm(desk.county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled"), ("evaluate", "accept")):  # fmt: skip
        desk.county.answer(number, kind, decision)
    task = desk.county.wait_for(number, "visit")
    page = desk.sign_in(desk.answerer(task), size, **more)
    page.goto(f"/tasks/{task['task_id']}")
    return page


def test_on_a_phone_taking_it_is_at_hand_and_the_answer_stands_before_the_rest(desk: Desk) -> None:
    page = to_visit(desk, PHONE)
    taking = page.locator(".answer-bar").get_by_role("button", name="认领")
    expect(taking).to_be_in_viewport(ratio=1)
    at = taking.bounding_box()
    assert at
    assert at["y"] > PHONE["height"] / 2, "where the thumb is"
    answer, claim = page.locator("#answer").bounding_box(), page.locator("#claim").bounding_box()
    assert answer
    assert claim
    assert answer["y"] < claim["y"], "nothing pushes the answer away"
    sound(page)
    page.get_by_role("link", name="填写处理意见").click()
    expect(page.locator("#answer h2")).to_be_in_viewport()
    expect(taking).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    taking.click()
    expect(page.get_by_role("status")).to_contain_text("已认领")


@pytest.mark.parametrize("scripts", [True, False], ids=["keyboard", "no scripts"])
def test_satisfaction_is_chosen_by_its_word(desk: Desk, scripts: bool) -> None:
    page = to_visit(desk, PHONE, java_script_enabled=scripts)
    asked = page.get_by_role("group", name="对处理结果的满意度")
    expect(asked.get_by_label("未表示")).to_be_checked()
    page.get_by_label(re.compile("^回访情况")).fill("双方相安无事")
    if scripts:
        asked.get_by_label("未表示").focus()
        for _ in range(4):  # the arrows go round: to 非常满意's neighbour
            page.keyboard.press("ArrowUp")
        expect(asked.get_by_label("满意", exact=True)).to_be_checked()
        sound(page)
    else:
        asked.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交：情况稳定").click()
    answered(page, "已提交")
    page.get_by_role("link", name="协议与履约").click()
    expect(page.get_by_text("对处理结果满意度 满意（4 分）")).to_be_visible()
    expect(page.get_by_text("对接处警满意度")).to_have_count(0)
