"""指标督导 at the desk: shown with the indicators, answered by the organisation's leader, ruled upon."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import pass_the_buck
from tests.web.support import Desk, sound


@pytest.mark.req("Q-073")
def test_figures_that_fall_short_are_supervised_answered_and_ruled_upon(desk: Desk) -> None:
    """“将…‘四数四率’作为重点指标进行督导，推动工作机制落地见效”."""
    pass_the_buck(desk.county, "housing", 816)
    page = desk.sign_in(desk.county.supervisor)
    page.goto("/indicators")
    card = page.locator("#supervised")
    expect(card).to_contain_text("推诿数")
    sound(page)
    leader = desk.sign_in(desk.county.with_role("department_leader", "housing"), {"width": 360, "height": 780})
    leader.goto("/messages")
    leader.get_by_role("link", name="指标督导，请答复").first.click()
    expect(leader.get_by_role("heading", level=1)).to_contain_text("指标督导")
    sound(leader)
    desk.refused(422, "/figure-supervisions/")
    leader.get_by_role("button", name="提交：答复").click()
    expect(leader.get_by_role("alert")).to_contain_text("请填写内容")
    leader.get_by_label("原因和整改措施").fill("职责已厘清，当日签收")
    leader.get_by_role("button", name="提交：答复").click()
    expect(leader.get_by_role("status")).to_contain_text("已提交：答复")
    page.goto("/figure-supervisions")
    sound(page)
    page.locator("#supervisions").get_by_role("link", name="已答复").first.click()
    desk.refused(422, "/figure-supervisions/")
    page.get_by_label("意见").fill("同意")
    page.get_by_role("button", name="提交：裁定").click()
    expect(page.get_by_label("意见")).to_have_value("同意")
    page.get_by_label("接受答复").check()
    page.get_by_role("button", name="提交：裁定").click()
    expect(page.get_by_role("status")).to_contain_text("接受答复")
    expect(page.get_by_text("已办结")).to_be_visible()
    sound(page)
