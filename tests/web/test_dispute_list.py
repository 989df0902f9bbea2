"""纠纷 as people see it: rows by mouse, keyboard and phone, filters in the address, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, arrived, sound


@pytest.mark.timeout(120)
def test_a_row_is_found_by_filters_and_opened_by_the_keyboard(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.county.with_role("supervisor"), DESKTOP)
    page.goto("/disputes?sort=-opened_at")
    row = page.get_by_role("row", name=number)
    expect(row).to_contain_text("古山镇 金江龙村")
    assert all(height == 36 for height in page.locator(".dense tbody tr").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"))  # fmt: skip
    page.get_by_label("状态").select_option("已办结")
    arrived(page, re.compile("state=closed"))
    expect(row).to_have_count(0)
    page.get_by_role("link", name="去掉条件：状态 已办结").click()
    expect(page).not_to_have_url(re.compile("state="))
    page.goto(f"/disputes?q={number}")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=re.compile("金江龙村"))).to_be_focused()
    sound(page)
    page.keyboard.press("Enter")
    arrived(page, f"{desk.base}/disputes/{number}")


@pytest.mark.timeout(120)
def test_it_serves_a_phone_and_a_browser_without_scripts(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.county.with_role("supervisor"), PHONE, java_script_enabled=False)
    page.goto("/disputes")
    page.get_by_label("查找", exact=True).fill(f" {number.lower()} ")  # a whole number is no search among many
    page.get_by_role("button", name="查找", exact=True).click()
    arrived(page, f"{desk.base}/disputes/{number}")
    page.goto(f"/disputes?q={number}")
    row = page.get_by_role("row", name=number)
    expect(row).to_be_visible()
    page.locator("summary", has_text="显示的列").click()
    page.get_by_label("时限", exact=True).uncheck()
    page.get_by_role("button", name="保存").click()
    arrived(page, re.compile(number))
    expect(page.get_by_role("columnheader", name="时限")).to_have_count(0)
    phone = desk.sign_in(desk.county.with_role("supervisor"), PHONE)
    phone.goto("/disputes?colour=red")
    phone.locator("summary", has_text="保存为视图").click()
    phone.get_by_label("名称").fill("红色未办结")
    sound(phone)
    phone.get_by_role("button", name="保存", exact=True).first.click()
    expect(phone.get_by_role("link", name="红色未办结")).to_have_attribute("aria-current", "page")
    phone.goto("/disputes")
    sound(phone)
    phone.goto("/disputes?q=没有这样的纠纷")
    expect(phone.get_by_role("heading", name="没有符合条件的纠纷")).to_be_visible()
    sound(phone)


@pytest.mark.timeout(120)
def test_somebody_is_looked_for_with_a_reason_and_his_name_is_in_no_address(desk: Desk) -> None:
    number = alarm(desk.county, parties=[{"name": "欧阳清风", "phone": "13812349876"}])
    page = desk.sign_in(desk.county.with_role("supervisor"), PHONE)
    page.goto("/disputes")
    page.get_by_label("查找", exact=True).fill("歐陽清風")
    desk.refused(422, "/disputes/search")
    page.get_by_role("button", name="查找", exact=True).click()
    expect(page.get_by_label("查找", exact=True)).to_have_value("歐陽清風")
    sound(page)
    page.get_by_label("用途", exact=True).select_option("督办、检查")
    page.get_by_role("button", name="继续查找").click()
    expect(page.get_by_role("row", name=number)).to_be_visible()
    assert "sought=" in page.url
    assert not re.search("清风|%E6|purpose", page.url)
    page.get_by_label("查找", exact=True).fill("9876")  # the reason goes on to the next search
    page.get_by_role("button", name="查找", exact=True).click()
    expect(page.get_by_role("row", name=number)).to_be_visible()
    sound(page)
