"""指标看板: drawn where scripts run, told by its tables where none does, printed as a PDF with what it means."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, by_navigation, sound


def settled(desk: Desk) -> str:
    """A dispute that was settled at the first push."""
    number = alarm(desk.county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "settled"), ("evaluate", "accept")):
        desk.county.answer(number, kind, decision)
    return number


def test_the_board_is_drawn_asked_opened_and_printed(desk: Desk) -> None:
    settled(desk)
    page = desk.sign_in(desk.county.supervisor, DESKTOP)
    by_navigation(page, "指标")
    expect(page.get_by_role("heading", level=1)).to_contain_text("指标看板")
    expect(page.locator("figure.plot svg")).to_have_count(3)
    expect(page.locator("figure.plot svg").first).to_contain_text("处置率")
    sound(page)
    eight = page.get_by_role("list", name="四数四率").get_by_role("listitem")
    assert [text.split("\n")[0] for text in eight.all_inner_texts() if "环比" in text] == [
        "报送数", "处置数", "回访数", "推诿数", "处置率", "回访率", "反复率", "满意率",
    ]  # fmt: skip
    eight.filter(has=page.get_by_role("heading", name="推诿数")).get_by_text("口径", exact=False).first.click()
    expect(page.locator("details[open]")).to_contain_text("退单成立的不计")
    page.get_by_label("排名指标").select_option(label="办结率")
    page.get_by_role("button", name="统计").click()
    ranking = page.get_by_role("region", name=re.compile("办结率排名"))
    expect(ranking.get_by_role("row", name=re.compile("古山镇"))).to_contain_text("%")
    ranking.get_by_role("link", name="派出所").click()
    expect(ranking.get_by_role("row", name=re.compile("古山派出所"))).to_be_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="print")
    expect(page.get_by_text("内部使用")).to_be_visible()
    expect(page.get_by_role("region", name="口径")).to_contain_text("处置率：")
    expect(page.locator("figure.plot svg").first).to_be_visible()
    expect(page.get_by_role("button", name="打印或存为 PDF")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("region", name="三次推送").get_by_role("link", name=re.compile("^一推.*办结")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("一推办结数")
    expect(page.locator(".task").first).to_be_visible()


def test_without_scripts_the_tables_say_it_all(desk: Desk) -> None:
    place = {"address": "白洋街道4101号", "grid_code": "grid-001"}
    number = desk.county.alarm("两家因店铺门口堆放货物发生争吵", source="walk_in", place=place)["dispute_no"]
    desk.county.answer(number, "confirm_triage", "confirm")
    page = desk.sign_in(desk.county.supervisor, PHONE, java_script_enabled=False)
    page.goto("/indicators/board?from=2026-02-31")
    expect(page.get_by_role("alert")).to_contain_text("首日应为日期")
    expect(page.locator("figure.plot")).to_have_count(3)
    expect(page.locator("figure.plot:visible")).to_have_count(0)
    expect(page.get_by_role("button", name="打印或存为 PDF")).to_be_hidden()  # it would do nothing
    expect(page.get_by_role("region", name=re.compile("十二个月走势")).first.get_by_role("row")).to_have_count(13)
    expect(page.get_by_role("region", name="三次推送").get_by_role("row", name=re.compile("一推"))).to_be_visible()
    page.get_by_role("region", name="网格热力图").get_by_role("link", name=re.compile("^白洋社区第1网格 .* 件")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("受理数")
    expect(page.locator(".task", has_text=number)).to_be_visible()
