"""刑事案件 at the desk: a case is put on record, what was there before of its people is looked at, and a word said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.cli.stories.people import somebody
from tests.web.support import Desk, choose, sound


@pytest.mark.req("J-050", "Q-063")
def test_a_case_is_put_on_record_and_a_person_says_what_it_grew_out_of(desk: Desk) -> None:
    """“针对辖区个别邻里纠纷演化成刑案的情况,举一反三”; “金华‘民转刑’案件同比下降39%,命案同比下降20%”."""
    name, phone = somebody(), "13866667777"
    before = desk.county.alarm(
        "两户因砌墙占地争执，互不相让", source="walk_in", place={"address": "古山镇古山社区902号"},
        parties=[{"name": name, "phone": phone, "side": "a"}],
    )["dispute_no"]  # fmt: skip
    page = desk.sign_in(desk.county.supervisor)
    page.goto("/criminal-cases")
    expect(page.get_by_role("heading", name="本期没有登记刑事案件")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="登记立案").click()
    page.get_by_label("案件编号").fill("金公（古山）立字〔2026〕21号")
    choose(page, "立案单位", "古山派出所")
    page.get_by_label("案发地点").fill("古山镇古山社区902号")
    page.get_by_label("简要案情").fill("因砌墙占地持械伤人")
    first = page.get_by_role("group", name="涉案人员 1")
    first.get_by_label("姓名").fill(name)
    first.get_by_label("电话").fill(phone)
    desk.refused(422, "/criminal-cases/new")
    page.get_by_role("button", name="提交：登记立案").click()
    expect(page.get_by_role("alert")).to_contain_text("立案日期：")
    expect(page.get_by_label("简要案情")).to_have_value("因砌墙占地持械伤人")
    expect(first.get_by_label("电话")).to_have_value(phone)
    sound(page)
    page.get_by_label("立案日期").fill(page.get_by_label("立案日期").get_attribute("max") or "")
    page.get_by_role("button", name="提交：登记立案").click()

    expect(page.get_by_text("待核对此前纠纷")).to_be_visible()
    found = page.get_by_label("此前纠纷")
    expect(found).to_contain_text(before)
    expect(page.get_by_label("简要案情")).not_to_contain_text(phone)
    desk.refused(422, page.url.removeprefix(desk.base) + "/origins")
    page.get_by_label("纠纷编号").fill(before)
    page.get_by_role("button", name="提交：认定").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("纠纷编号")).to_have_value(before)
    page.get_by_label("本案由该纠纷激化引起").check()
    page.get_by_label("依据").fill("同一处墙界")
    page.get_by_role("button", name="提交：认定").click()
    expect(page.get_by_label("认定", exact=True)).to_contain_text("由该纠纷激化引起")
    expect(page.get_by_text("12个月内已掌握")).to_be_visible()
    sound(page)

    page.set_viewport_size({"width": 375, "height": 812})
    page.goto("/criminal-cases")
    expect(page.get_by_role("row", name="立案前12个月内已掌握")).to_contain_text("1")
    sound(page)


def test_who_has_no_part_in_it_is_not_shown_the_register(desk: Desk) -> None:
    page = desk.sign_in(desk.county.with_role("department_handler", "urban_mgmt"))
    page.goto("/")
    expect(page.get_by_role("link", name="刑事案件")).to_have_count(0)
    desk.refused(403, "/criminal-cases")
    page.goto("/criminal-cases")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    desk.refused(403, "/criminal-cases/new")
    page.goto("/criminal-cases/new")
    expect(page.get_by_label("案件编号")).to_have_count(0)
