"""Units and people at the desk: the administrator of the system keeps the tree, the one of security the accounts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.web.support import DESKTOP, PHONE, Desk, arrived, by_navigation, choose, sound

SYSTEM, SECURITY = "county-admin-system-1", "county-admin-security-1"


def test_a_unit_is_founded_renamed_staffed_and_its_first_person_signs_in(desk: Desk) -> None:
    system = desk.sign_in(SYSTEM)
    by_navigation(system, "单位与人员")
    system.get_by_placeholder("查找单位").press_sequentially("wsjk")
    system.keyboard.press("Enter")
    system.get_by_role("button", name="查看").click()
    expect(system.get_by_role("heading", level=1)).to_contain_text("县卫生健康局")
    system.get_by_role("link", name="设立下级单位").click()
    system.get_by_role("button", name="提交：设立下级单位").click()
    desk.refused(422, "/organisations/health/found")
    expect(system.get_by_role("alert")).to_contain_text("处需要修改")
    system.get_by_label("名称").fill("医患纠纷调解室")
    system.get_by_label("类别").select_option(label="矛盾纠纷调解工作室")
    system.get_by_role("button", name="提交：设立下级单位").click()
    expect(system.get_by_role("status")).to_have_text("已设立医患纠纷调解室")
    unit = system.url
    expect(system.get_by_role("main")).to_contain_text("县级")
    system.goto(f"{unit}/name")
    other = system.context.new_page()
    other.goto(f"{unit}/name")
    for page, name in ((system, "医患纠纷调解中心"), (other, "医调委")):
        page.get_by_label("名称").fill(name)
        page.get_by_role("button", name="提交：更名").click()
    expect(system.get_by_role("status")).to_have_text("已更名为医患纠纷调解中心")
    expect(other.get_by_role("alert")).to_contain_text("已被他人")
    expect(other.get_by_label("名称")).to_have_value("医调委")  # nothing is typed again
    expect(system.get_by_role("link", name="开设账号")).to_have_count(0)

    security = desk.sign_in(SECURITY)
    security.goto(unit)
    expect(security.get_by_role("link", name="更名")).to_have_count(0)
    security.get_by_role("link", name="开设账号").click()
    security.get_by_label("姓名").fill("林调解")
    security.get_by_label("岗位").select_option(label="人民调解员")
    security.get_by_label("用户名").fill("health-mediator-1")
    security.get_by_role("button", name="提交：开设账号").click()
    expect(security.get_by_role("heading", level=1)).to_have_text("林调解")
    security.locator("summary", has_text="授予岗位").click()
    choose(security, "单位", "县卫生健康局")
    security.get_by_label("岗位").last.select_option(label="部门承办人")
    security.get_by_role("button", name="提交：授予岗位").click()
    expect(security.get_by_role("region", name="岗位")).to_contain_text("部门承办人")
    security.get_by_role("button", name="生成一次性口令").click()
    code = security.locator(".secret").inner_text()
    sound(security)
    security.reload()
    expect(security.locator(".secret")).to_have_count(0)  # shown once
    newcomer = desk.visitor()
    newcomer.goto("/login")
    newcomer.get_by_label("用户名").fill("health-mediator-1")
    newcomer.get_by_label("密码").fill(code)
    newcomer.get_by_role("button", name="登录").click()
    arrived(newcomer, re.compile("/account/password"))


def test_who_keeps_nothing_finds_no_people_and_may_change_nothing(desk: Desk) -> None:
    page = desk.sign_in("gushan-officer-1")
    expect(page.get_by_role("navigation", name="主导航").get_by_role("link", name="单位与人员")).to_have_count(0)
    page.goto("/organisations/station-gushan")
    expect(page.get_by_role("heading", name="本单位人员")).to_have_count(0)
    for path in ("/organisations/station-gushan/close", "/organisations/station-gushan/people/new",
                 "/people/gushan-officer-2"):  # fmt: skip
        desk.refused(403, path)
        page.goto(path)
        expect(page.get_by_role("main")).to_contain_text("无权")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_list_of_people_is_tried_first_and_says_what_is_wrong_by_line(
    desk: Desk, size: dict[str, int], tmp_path: Path
) -> None:
    page = desk.sign_in(SECURITY, size)
    page.goto("/people/import")
    rows = (
        "用户名,姓名,岗位,单位",
        "import-page-1,钱导入,人民调解员,县卫生健康局",
        "import-page-2,孙导入,无此岗位,县卫生健康局",
    )
    listed: FilePayload = {"name": "人员.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode("gb18030")}
    page.get_by_label("人员文件").set_input_files(listed)
    page.get_by_role("button", name="先试导入").click()
    result = page.get_by_role("status")
    expect(result).to_contain_text("没有导入")
    expect(result.locator("tbody tr")).to_have_text(re.compile("3.*岗位.*没有“无此岗位”这个岗位"))
    sound(page, tmp_path / "import.png")
    listed["buffer"] = "\n".join(rows[:2]).encode()
    page.get_by_label("人员文件").set_input_files(listed)
    page.get_by_role("button", name="先试导入").click()
    expect(result).to_contain_text("试导入无误，尚未导入")


def test_people_are_found_and_administrators_hold_one_post(desk: Desk, tmp_path: Path) -> None:
    page = desk.sign_in(SECURITY, PHONE)
    page.goto("/organisations")
    page.get_by_role("link", name="查找人员").click()
    choose(page, "单位（含下级）", "古山派出所")
    choose(page, "岗位", "责任民警")
    page.get_by_role("button", name="查找").click()
    rows = page.get_by_role("region", name="人员").locator("tbody tr")
    expect(rows.first).to_contain_text("责任民警")
    assert rows.count() == len([each for each in rows.all_inner_texts() if "古山" in each])
    sound(page, tmp_path / "people.png")
    name = rows.first.get_by_role("link").inner_text()
    page.get_by_label("姓名或用户名", exact=False).first.fill(name[:1])
    page.keyboard.press("Tab")
    page.get_by_role("button", name="查找").click()
    expect(rows.filter(has_text=name).first).to_be_visible()
    page.goto(f"/people?q={SYSTEM}")
    arrived(page, f"{desk.base}/people/{SYSTEM}")  # one is meant: his account
    expect(page.locator("#apart")).to_contain_text("不能与其他岗位由一人担任")
    expect(page.locator("summary", has_text="授予岗位")).to_have_count(0)
    expect(page.get_by_role("button", name="生成一次性口令")).to_be_visible()
    sound(page, tmp_path / "administrator.png")
    system = desk.sign_in(SYSTEM)
    system.goto("/people/gushan-officer-1")
    expect(system.get_by_role("button", name="生成一次性口令")).to_have_count(0)
    expect(system.get_by_role("main")).to_contain_text("安全管理员维护")
