"""The pages 名册: whose beat is whose, what is vacant, three chiefs, lines of work, qualifications, task forces."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.base import CHINA
from tests.web.support import DESKTOP, PHONE, Desk, arrived, by_navigation, sound

SMALL = {"width": 360, "height": 740}
CHIEF = "daping-chief-1"


def in_days(days: int) -> str:
    """A day from now as a form takes it."""
    return f"{datetime.now(CHINA) + timedelta(days=days):%Y-%m-%dT%H:%M}"


def put_in(page: Page, beat: str, person: str, kind: str = "社区民警") -> None:
    """Fills the form of the beats."""
    page.get_by_label("事项").select_option(label=kind)
    page.get_by_label("对象").select_option(label=beat)
    page.get_by_label("人员").fill(person)


@pytest.mark.req("Q-100", "Q-101")
def test_the_chief_sees_what_is_vacant_and_fills_it(desk: Desk, tmp_path: Path) -> None:
    """“457个警格,嵌入…457个一般网格”, “分层级一一对应”: the check on top, vacancies by name, the form below."""
    page = desk.sign_in(CHIEF, SMALL)
    by_navigation(page, "名册")
    arrived(page, f"{desk.base}/registers/beats")
    check = page.get_by_role("region", name="覆盖检查")
    expect(check).to_contain_text("457 个，其中一一对应 457 个")
    expect(page.locator("#vacant")).to_contain_text("乌石村第1网格（乌石村第1警格）：社区民警（辅警）空缺")
    expect(page.get_by_label("派出所")).to_have_value("station-daping")  # his own comes first
    row = page.locator("#beats tbody tr", has_text="乌石村第1警格")
    expect(row.locator("td").nth(2)).to_contain_text("空缺")
    sound(page, tmp_path / "beats-small.png")
    put_in(page, "乌石村第1警格", "daping-officer-1")
    page.get_by_label("结束时间（长期的不填）").fill("2020-01-01T08:00")
    desk.refused(422, "/registers/beats")
    page.get_by_role("button", name="提交：交办警格").click()
    expect(page.get_by_role("alert").first).to_contain_text("1 处需要修改")
    expect(page.locator("[name=person]")).to_have_value("daping-officer-1")
    expect(page.get_by_label("对象")).to_have_value("beat-450")
    sound(page)
    page.get_by_label("结束时间（长期的不填）").fill("")
    page.get_by_role("button", name="提交：交办警格").click()
    expect(page.get_by_role("status")).to_contain_text("起承担：社区民警（乌石村第1警格）")
    expect(page.locator("#vacant")).not_to_contain_text("乌石村第1网格（乌石村第1警格）")
    put_in(page, "乌石村第1警格", "daping-officer-2")
    desk.refused(409, "/registers/beats")
    page.get_by_role("button", name="提交：交办警格").click()
    expect(page.get_by_role("alert").first).to_contain_text("只能由一人承担")
    page.get_by_label("接替现任").check()
    page.get_by_role("button", name="提交：交办警格").click()
    expect(page.get_by_role("status")).to_contain_text("起承担")
    row.locator("td").nth(2).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    sound(page, tmp_path / "card-small.png")
    page.get_by_role("button", name="结束承担：乌石村第1警格").click()
    expect(page.get_by_role("status")).to_contain_text("不再承担：社区民警（乌石村第1警格）")
    expect(page.get_by_role("region", name="以往承担")).to_contain_text("乌石村第1警格")


def test_who_may_only_look_gets_no_form(desk: Desk) -> None:
    page = desk.sign_in("daping-officer-1", PHONE)
    for tab in (
        "beats",
        "villages",
        "chiefs",
        "portfolios",
        "contracting",
        "stationed",
        "venues",
        "qualifications",
        "forces",
    ):
        page.goto(f"/registers/{tab}")
        expect(page.get_by_role("link", name="警格", exact=True)).to_be_visible()
        expect(page.locator("form[method=post][action^='/registers']")).to_have_count(0)
        sound(page)


@pytest.mark.req("Q-013", "Q-014", "J-032")
def test_chiefs_lines_of_work_and_qualifications_are_on_their_pages(desk: Desk, tmp_path: Path) -> None:
    """“三长”, “镇街分管领导、部门分管领导”, “法律援助律师”"""
    page = desk.sign_in("county-supervisor-1", DESKTOP)
    page.goto("/registers/chiefs")
    row = page.locator("#chiefs tbody tr", has_text="古山镇")
    expect(row.locator("td")).to_have_count(3)
    expect(row).to_contain_text("古山司法所")
    sound(page, tmp_path / "chiefs.png")
    page.goto("/registers/portfolios")
    expect(page.locator("#duties")).to_contain_text("分管政法、综治、信访")
    sound(page, tmp_path / "portfolios.png")
    page.goto("/registers/qualifications")
    page.get_by_role("combobox", name="资格").select_option(label="法律援助律师")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.locator("#duties tbody tr")).to_have_count(4)
    sound(page, tmp_path / "qualifications.png")
    page.locator("#duties tbody a").first.click()
    expect(page.get_by_role("region", name="承担事项")).to_contain_text("法律援助律师")


@pytest.mark.req("Q-010")
def test_a_task_force_is_formed_joined_and_ended_without_scripts(desk: Desk, tmp_path: Path) -> None:
    """“成立工作专班”"""
    page = desk.sign_in("bureau-analyst-1", SMALL, java_script_enabled=False)
    page.goto("/registers/forces")
    page.get_by_label("专班名称").fill("邻里纠纷回访专班")
    page.get_by_label("工作任务").fill("举一反三，逐案回访")
    page.get_by_label("牵头单位").select_option(label="县公安局")
    desk.refused(422, "/registers/forces")
    page.get_by_role("button", name="提交：成立专班").click()
    expect(page.get_by_label("工作任务")).to_have_value("举一反三，逐案回访")
    page.get_by_label(re.compile("^结束时间（最长")).fill(in_days(30))
    page.get_by_role("button", name="提交：成立专班").click()
    expect(page.get_by_role("status")).to_contain_text("已成立“邻里纠纷回访专班”")
    page.wait_for_load_state()
    page.get_by_label("对象").select_option(label="邻里纠纷回访专班")
    page.get_by_label("人员").fill("daping-chief-1")
    page.get_by_label("分工（如：组长）").fill("组长")
    page.get_by_role("button", name="提交：增加专班成员").click()
    expect(page.get_by_role("status")).to_contain_text("已加入“邻里纠纷回访专班”")
    force = page.locator(".force", has_text="邻里纠纷回访专班")
    expect(force).to_contain_text("（组长）")
    page.screenshot(path=tmp_path / "forces-small.png", full_page=True)
    force.get_by_role("button", name="结束专班").click()
    expect(page.get_by_role("status")).to_contain_text("已结束")
    expect(page.locator(".force", has_text="邻里纠纷回访专班")).to_have_count(0)
    page.get_by_role("link", name="全部").click()
    expect(page.locator(".force", has_text="邻里纠纷回访专班")).to_contain_text("已结束")


@pytest.mark.req("W-010", "W-011")
def test_the_chief_names_the_auxiliary_of_a_village_that_has_none(desk: Desk, tmp_path: Path) -> None:
    """“充分发挥‘一村一辅警’优势,由社区民警联系驻村辅警、镇村干部、网格员等基层力量”: vacancies stand on top."""
    page = desk.sign_in(CHIEF, SMALL)
    page.goto("/registers/villages?at=town-daping")
    expect(page.locator("#vacant")).to_contain_text("松林村：驻村辅警空缺")
    row = page.locator("#villages tbody tr", has_text="松林村")
    expect(row.locator("td").first).to_contain_text("空缺")
    expect(row).to_contain_text("网格员")
    sound(page, tmp_path / "villages-small.png")
    put_in(page, "松林村", "daping-onscene-2", "驻村辅警")
    page.get_by_role("button", name="提交：交办村居").click()
    expect(page.get_by_role("status")).to_contain_text("起承担：驻村辅警（松林村）")
    expect(page.locator("#vacant")).not_to_contain_text("松林村")
    page.set_viewport_size({"width": 1280, "height": 900})
    sound(page, tmp_path / "villages.png")
    row.locator("td").first.get_by_role("link").click()
    page.get_by_role("button", name="结束承担：松林村").click()
    expect(page.get_by_role("status")).to_contain_text("不再承担：驻村辅警（松林村）")


def test_the_grids_of_a_township_are_told_with_what_is_missing_first(desk: Desk, tmp_path: Path) -> None:
    page = desk.sign_in(CHIEF, SMALL)
    page.goto("/registers/grids?at=town-daping")
    lacks = page.locator("#lacks li")
    expect(lacks.filter(has_text="乌石村第8网格（乌石村第8警格）：社区民警（辅警）空缺")).to_be_visible()
    village = page.locator("details", has=page.get_by_text("乌石村", exact=True))
    first = village.locator("tbody tr").first
    expect(first).to_contain_text("空缺")
    sound(page, tmp_path / "grids-small.png")
    broken = page.evaluate(
        "[...document.querySelectorAll('.person')].filter(a => a.getClientRects().length > 1).length"
    )
    assert broken == 0, "a name stands in one line"
    lacks.filter(has_text="乌石村第8网格").get_by_role("link", name="去交办").click()
    arrived(page, re.compile(r"/registers/beats\?at=station-daping#entrust"))
    expect(page.get_by_role("button", name="提交：交办警格")).to_be_visible()
    looker = desk.sign_in(desk.county.with_role("admin_security"), DESKTOP)
    looker.goto("/registers/grids?at=town-daping")
    expect(looker.get_by_role("link", name="看警格").first).to_be_visible()
    sound(looker, tmp_path / "grids.png")
