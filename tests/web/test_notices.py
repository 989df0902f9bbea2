"""函件 on pages: sent from the case's page, listed, printed, answered by whoever got it; at both sizes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, sound

TEXT = "经营场所占用消防通道，不属公安职责，请依职责核查处理"


@pytest.mark.req("W-082")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "laptop"])
def test_a_letter_is_sent_read_answered_and_printed(desk: Desk, size: dict[str, int]) -> None:
    """“通报有关部门并发送提示函”."""
    number = alarm(desk.county, "商户因占用消防通道同物业争吵，互不相让")
    chief = desk.county.with_role("station_chief", "station-gushan")
    page = desk.sign_in(chief, size)
    page.goto(f"/disputes/{number}/actions/send_notice")
    page.get_by_label("种类").select_option("advice")
    page.get_by_label("内容与要求").fill(TEXT)
    desk.refused(422, f"/disputes/{number}/actions/send_notice")
    page.get_by_label("主送单位").fill("没有这个单位")
    page.get_by_role("button", name="提交：发函").click()
    expect(page.get_by_role("alert")).to_contain_text("没有“没有这个单位”这个单位")
    expect(page.get_by_label("内容与要求")).to_have_value(TEXT)
    page.get_by_label("主送单位").fill("县消防救援大队")
    page.get_by_role("button", name="提交：发函").click()
    page.get_by_role("link", name="关联").click()
    expect(page.locator("#notices")).to_contain_text("提示函")
    expect(page.locator("#notices")).to_contain_text("等待反馈")
    sound(page)
    page.locator("#notices").get_by_role("link", name="提示函〔").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("提示函〔")
    expect(page.get_by_text(TEXT)).to_be_visible()
    sound(page)
    sheet = page.url
    page.goto("/notices?kind=advice&state=open")
    expect(page.locator("#notices")).to_contain_text(number)
    sound(page)
    task = desk.county.open_tasks(number, "answer_notice")[0]
    reader = desk.sign_in(desk.answerer(task), size)
    reader.goto(f"/tasks/{task['task_id']}")
    expect(reader.get_by_text(TEXT).first).to_be_visible()
    reader.get_by_label("办理与反馈情况").fill("已责令清除占道物品，复查合格")
    sound(reader)
    reader.get_by_role("button", name="提交：反馈").click()
    expect(reader.get_by_role("status")).to_be_visible()
    page.goto(sheet)
    expect(page.get_by_role("row").filter(has_text="首次查阅")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="反馈")).to_be_visible()
    expect(page.get_by_text("已责令清除占道物品，复查合格")).to_be_visible()
    sound(page)
    page.goto("/notices")
    page.goto(f"/disputes/{number}")
