"""The figures in a real browser: asked for, opened into their cases, taken out as a workbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, by_navigation, sound

NARROW = {"width": 360, "height": 780}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_number_is_a_way_to_its_cases(desk: Desk, size: dict[str, int], tmp_path: Path) -> None:
    county = desk.county
    number = alarm(county)
    county.answer(number, "confirm_triage", "confirm")
    county.answer(number, "handle_on_scene", "settled")
    county.answer(number, "evaluate", "accept")
    page = desk.sign_in(county.supervisor, size)
    by_navigation(page, "指标")
    page.get_by_role("navigation", name="指标页面").get_by_role("link", name="明细与口径").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^指标 "))
    row = page.locator("tr", has=page.get_by_role("rowheader", name="处置率", exact=True))
    expect(row).to_contain_text(re.compile(r"\d+\.\d%"))
    sound(page, tmp_path / "figures.png")
    if size == PHONE:
        page.get_by_text("选期间、单位、事项").click()
    page.get_by_label("分组").select_option(label="单位")
    page.get_by_role("button", name="统计").click()
    expect(page.get_by_role("heading", name="按单位")).to_be_visible()
    expect(page.locator("main")).to_contain_text("各行不能相加")
    expect(page.get_by_label("分组")).to_have_value("organisation")
    sound(page, tmp_path / "by-organisation.png")
    station = page.locator(".matrix tbody tr", has_text="古山派出所")
    station.get_by_role("link", name=re.compile("古山派出所处置数")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("处置数")
    expect(page.locator("main")).to_contain_text("古山派出所")
    expect(page.locator(".task").first).to_be_visible()
    sound(page, tmp_path / "cases.png")
    page.get_by_role("link", name="指标", exact=True).last.click()
    expect(page.get_by_label("分组")).to_have_value("organisation")
    page.get_by_role("navigation", name="指标栏目").get_by_role("link", name="推送与闭环").click()
    expect(page.locator(".matrix thead")).to_contain_text("闭环处置数")
    sound(page, tmp_path / "loop.png")
    page.get_by_label("单位身份").select_option(label="责任单位")
    page.get_by_role("button", name="统计").click()
    expect(page.locator("main")).not_to_contain_text("各行不能相加")
    expect(page.locator(".matrix")).to_contain_text("名")
    page.get_by_role("link", name="自运行以来").click()
    expect(page.get_by_label("单位身份")).to_have_value("responsible")


def test_the_meaning_stands_below_and_the_workbook_beside(desk: Desk) -> None:
    page = desk.sign_in(desk.county.supervisor)
    page.goto("/indicators")
    page.locator(".definition", has_text="推诿数").locator("summary").click()
    expect(page.locator(".definition[open]")).to_contain_text("退单成立的不计")
    expect(page.locator(".definition[open]")).to_contain_text("依据：邛崃“摇摇临”报道、指标统计口径约定")
    sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_what_cannot_be_asked_is_said_and_the_usual_figures_are_shown(desk: Desk) -> None:
    page = desk.sign_in(desk.county.supervisor)
    for asked, said in (("from=2026-02-31", "首日应为日期"), ("from=2026-02-02&to=2026-02-01", "末日不能早于首日"),
                        ("organisation=no-such", "没有“no-such”这个单位")):  # fmt: skip
        page.goto(f"/indicators?{asked}")
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(page.locator(".figures").first).to_contain_text("报送数")
    sound(page)
    page.goto("/indicators?organisation=station-gushan&from=2026-01-01&to=2026-01-31&by=month")
    expect(page.get_by_role("heading", level=1)).to_contain_text("古山派出所")
    expect(page.locator("main")).to_contain_text("没有可以分组的数")


def test_who_oversees_nothing_has_no_figures(desk: Desk) -> None:
    page = desk.sign_in(desk.county.with_role("on_scene_officer", "station-gushan"))
    expect(page.get_by_role("navigation", name="主导航").get_by_role("link", name="指标")).to_have_count(0)
    desk.refused(403, "/indicators")
    page.goto("/indicators")
    expect(page.locator("main")).to_contain_text("指标只对能查看本单位或下级单位纠纷的岗位开放")
    sound(page)


def test_an_evaluator_and_the_committee_have_their_figures(desk: Desk) -> None:
    """“纳入重点督导”: who only judges, and who only pushes, is not turned away."""
    for role, office in (("evaluator_committee", "risk-centre"), ("centre_dispatcher", "centre")):
        page = desk.sign_in(desk.county.with_role(role, office))
        by_navigation(page, "指标")
        expect(page.get_by_role("list", name="四数四率")).to_contain_text("处置率")
        sound(page)
        page.get_by_role("navigation", name="指标页面").get_by_role("link", name="明细与口径").click()
        expect(page.locator("tr", has=page.get_by_role("rowheader", name="处置率", exact=True))).to_be_visible()
        sound(page)


def test_on_a_phone_no_number_of_the_calls_is_pushed_aside_and_no_row_grows_tall(desk: Desk) -> None:
    """A remark beside a figure stands off the screen there: squeezed into a strip it made its row a page high."""
    for _ in range(2):  # reported twice: what is of high risk because of that stands beside its share
        joined = desk.county.alarm("两家因门前堆放货物发生争吵", place={"address": "古山镇金江龙村9901号"})["joined"]
    assert joined
    page = desk.sign_in(desk.county.supervisor, NARROW)
    page.goto("/indicators/calls")
    regions = page.locator(".scroll")
    assert regions.count() >= 3
    assert regions.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).length") == 0
    page.goto("/indicators")
    expect(page.locator(".figures td.beside:not(:empty)").first).to_be_attached()
    assert page.locator(".figures tbody tr").evaluate_all("all => Math.max(...all.map(e => e.offsetHeight))") < 100
    sound(page)
