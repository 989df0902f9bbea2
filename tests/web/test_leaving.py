"""The page 离任交接: nobody leaves before his work is handed on, and what he had in hand is another's afterwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.support import DESKTOP, Desk, open_task, sound

SMALL = {"width": 360, "height": 740}


def in_hand(desk: Desk, username: str, house: int) -> str:
    """The number of a dispute in the place of a quiet station that an officer on the scene has claimed."""
    place = {"address": f"青云乡云岭村{house}号"}
    number = str(desk.county.alarm("两家因店铺门口堆放货物发生争吵", place=place)["dispute_no"])
    task = desk.county.wait_for(number, "handle_on_scene")
    desk.county.person(username).post(f"/v1/tasks/{task['task_id']}/claim")
    return number


def looked_up(desk: Desk, page: Page, username: str) -> None:
    """Somebody's work, found by his username."""
    page.goto("/menu")
    page.get_by_role("main").get_by_role("link", name="离任交接").click()
    page.get_by_label("谁离任").fill(username)
    page.get_by_role("button", name="查看其工作").click()
    expect(page.get_by_role("heading", name="办理离任")).to_be_visible()


@pytest.mark.req("Q-023", "Q-101")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_who_leaves_hands_his_work_on_first(desk: Desk, scripts: bool, tmp_path: Path) -> None:
    leaver, heir = ("qingyun-onscene-1", "qingyun-onscene-2") if scripts else ("qingyun-command-1", "")
    size = DESKTOP if scripts else SMALL
    page = desk.sign_in("county-admin-security-1", size, java_script_enabled=scripts)
    number = ""
    if scripts:
        number = in_hand(desk, leaver, 801)
    looked_up(desk, page, leaver)
    if scripts:
        sound(page, tmp_path / "leaving.png")
        expect(page.locator(".handed").first).to_contain_text(number)
        page.get_by_label(re.compile("^离任原因")).fill("调任市局")
        desk.refused(409, "/leaving")
        page.get_by_role("button", name="提交：办理离任").click()
        expect(page.get_by_role("alert")).to_contain_text("还有 1 项工作没有交接")
        expect(page.get_by_label(re.compile("^离任原因"))).to_have_value("调任市局")
        expect(page.locator(".handed .error")).to_contain_text("请说明交给谁或提级办理")
        sound(page, tmp_path / "refused.png")
        options = page.locator(".handed select").first.locator("option").all_inner_texts()
        page.locator(".handed select").first.select_option(label=next(o for o in options if heir in o))
    else:
        expect(page.get_by_label("其余事项")).to_have_count(0)  # nothing is left: nothing is asked
        page.get_by_label(re.compile("^离任原因")).fill("调任市局")
    page.get_by_role("button", name="提交：办理离任").click()
    expect(page.get_by_role("status")).to_contain_text("已办理")
    expect(page.get_by_text("账号已停用")).to_be_visible()
    expect(page.get_by_text(re.compile("^曾任")).first).to_be_visible()
    expect(page.get_by_text("现在没有岗位")).to_be_visible()
    if scripts:
        sound(page, tmp_path / "left.png")
        other = desk.sign_in(heir, SMALL)
        open_task(other, number, "mine")
        expect(other.locator(".claim")).to_be_visible()
        desk.refused(404, f"/disputes/{number}")
        page.goto(f"/disputes/{number}")  # who administers security sees no dispute


def test_what_one_leaves_behind_is_ones_own_to_see(desk: Desk, tmp_path: Path) -> None:
    number = in_hand(desk, "qingyun-onscene-2", 802)
    page = desk.sign_in("qingyun-onscene-2", SMALL)
    page.goto("/leaving")
    expect(page.get_by_role("region", name="待交接的工作")).to_contain_text(number)
    expect(page.get_by_role("button", name="提交：办理离任")).to_have_count(0)
    sound(page, tmp_path / "own.png")
    desk.refused(403, "/leaving")
    page.goto("/leaving?person=qingyun-chief-1")
    expect(page.get_by_role("alert")).to_contain_text("离任由上级的督查员或安全管理员办理")
