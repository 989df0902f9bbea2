"""Numbers of people at the desk: masked on every page, shown to who needs them and says for what."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.web.support import PHONE, Desk, alarm, arrived, sound

CALLED = "13812345678"
PARTIES = [
    {"name": "罗建国", "phone": CALLED, "id_number": "330723197001011234", "side": "a"},
    {"name": "马秀英", "phone": "13987654321", "side": "b"},
]


def test_who_visits_sees_whom_to_call_and_others_say_what_for(desk: Desk, tmp_path: Path) -> None:
    number = alarm(desk.county, f"两家因店铺门口堆放货物发生争吵，对方电话{CALLED}", parties=PARTIES)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled"), ("evaluate", "accept")):  # fmt: skip
        desk.county.answer(number, kind, decision)
    desk.county.advance(number, "P40D")
    task = desk.county.wait_for(number, "visit")
    visitor = desk.answerer(task)
    page = desk.sign_in(visitor, PHONE)
    page.goto(f"/tasks/{task['task_id']}")
    assert CALLED not in page.content()
    visitor.post(f"/v1/tasks/{task['task_id']}/claim")
    page.goto(f"/tasks/{task['task_id']}")
    about = task["about"]["party"]
    phone = next(party["phone"] for party in PARTIES if party["name"] == about)
    expect(page.get_by_role("link", name=phone)).to_have_attribute("href", f"tel:{phone}")
    for ground in page.locator(".grounds summary").all():  # opened, so that they are looked at too
        ground.click()
    expect(page.locator(".grounds").first).to_contain_text("期内的有效评价中，满意和非常满意（4、5分）的比例")
    sound(page, tmp_path / "visit.png")

    page = desk.sign_in("county-supervisor-1", PHONE)
    page.goto(f"/disputes/{number}")
    assert CALLED not in page.content()
    expect(page.get_by_text("对方电话138****5678")).to_be_visible()
    page.get_by_text("查看完整号码").click()
    sound(page)
    page.get_by_label(re.compile("^用途")).select_option("other")
    desk.refused(422, f"/disputes/{number}/numbers")
    page.get_by_role("button", name="显示号码").click()
    expect(page.get_by_role("alert")).to_contain_text("须说明")
    page.get_by_label("说明").fill("当事人来电询问")
    page.get_by_role("button", name="显示号码").click()
    expect(page.get_by_role("link", name=CALLED)).to_be_visible()
    expect(page.get_by_text("330723197001011234")).to_be_visible()
    expect(page.get_by_text(f"对方电话{CALLED}")).to_be_visible()
    arrived(page, f"{desk.base}/disputes/{number}")
    sound(page, tmp_path / "numbers.png")

    page = desk.sign_in("county-auditor-1")
    page.goto(f"/disputes/{number}")
    assert CALLED not in page.content()
    expect(page.get_by_text("查看完整号码")).to_have_count(0)


def test_a_case_that_is_need_to_know_is_opened_by_purpose_and_reason(desk: Desk, tmp_path: Path) -> None:
    """In place of the case its line and a form; a half-filled form keeps what was typed."""
    number = alarm(desk.county, "丈夫酒后殴打妻子，妻子躲在邻居家，要求民警处理")
    desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in("county-leader-1", PHONE)
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("heading", name="按需知悉")).to_be_visible()
    assert "躲在邻居家" not in page.content()
    assert "家庭暴力（" not in page.content()
    sound(page, tmp_path / "glass.png")
    page.get_by_label(re.compile("^用途")).select_option("approve")
    desk.refused(422, f"/disputes/{number}/need-to-know")
    page.get_by_role("button", name="限时查看").click()
    expect(page.get_by_role("alert")).to_contain_text("事由：必填")
    page.get_by_label(re.compile("^事由")).fill("研究救助和安置措施")
    page.get_by_role("button", name="限时查看").click()
    expect(page.get_by_text("躲在邻居家")).to_be_visible()
    expect(page.get_by_text("您的查看已记录")).to_be_visible()
    sound(page, tmp_path / "opened.png")

    page = desk.sign_in("county-auditor-1")
    page.goto("/messages")
    expect(page.get_by_text("限时查看敏感案件，用途：研究决定案件处理")).to_be_visible()
