"""Work handed over at the desk: delegated, proposed and decided; transferred; done by a deputy."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.base import CHINA
from tests.web.support import PHONE, Desk, alarm, answered, arrived, choose, open_task, photo, sound

OWNER, SECOND, HELPER = "gushan-officer-1", "gushan-officer-2", "gushan-onscene-3"


def at_push_2(desk: Desk) -> tuple[str, str]:
    """A dispute that waits for the responsible officer: its number and the task's id."""
    number = alarm(desk.county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled")):
        desk.county.answer(number, kind, decision)
    return number, str(desk.county.wait_for(number, "follow_up_responsibly")["task_id"])


def name(desk: Desk, username: str) -> str:
    return str(desk.county.person(username).get("/v1/me")["name"])


def hand_over(page: Page, how: str, who: str, to: str, why: str) -> None:
    """Fills in one of the two forms, as a person would."""
    page.locator("summary", has_text=how).click()
    box = page.locator("details.hand-over", has=page.locator("summary", has_text=how))
    choose(box, who, to)
    box.locator("textarea").fill(why)
    sound(page)
    box.get_by_role("button", name=f"提交：{how}").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_task_is_delegated_a_proposal_comes_back_and_is_decided(desk: Desk, scripts: bool, tmp_path: Path) -> None:
    number, task_id = at_push_2(desk)
    owner, helper = name(desk, OWNER), name(desk, HELPER)
    page = desk.sign_in(OWNER, java_script_enabled=scripts) if not scripts else desk.sign_in(OWNER)
    page.goto(f"/tasks/{task_id}")
    if scripts:
        hand_over(page, "委托办理", "受托人", helper, "请先上门了解情况")
    else:
        page.locator("summary", has_text="委托办理").click()
        page.get_by_label("受托人").select_option(value=str(desk.county.person(HELPER).get("/v1/me")["person_id"]))
        page.get_by_label("委托说明").fill("请先上门了解情况")
        page.get_by_role("button", name="提交：委托办理").click()
    expect(page.get_by_role("status")).to_contain_text("已委托办理")
    expect(page.get_by_text(f"已委托 {helper} 办理")).to_be_visible()

    other = desk.sign_in(HELPER, PHONE)
    other.goto("/?box=mine")
    card = other.locator(".task", has_text=number)
    expect(card).to_contain_text(f"{owner} 委托")
    card.get_by_role("link").click()
    expect(other.get_by_role("region", name="委托办理")).to_contain_text("请先上门了解情况")
    other.get_by_role("link", name="已化解").click()
    other.get_by_label("处置情况").fill("双方到所协商，握手言和")
    other.locator("input[type=file]").set_input_files(photo())
    sound(other, tmp_path / "delegate.png")
    other.get_by_role("button", name="提交拟办意见：已化解").click()
    answered(other, f"由 {owner} 决定")
    expect(other.locator(".line-up").first).to_contain_text("拟办意见（已化解）")

    page.goto("/?box=mine")
    expect(page.locator(".task", has_text=number)).to_contain_text("有拟办意见")
    page.locator(".task", has_text=number).get_by_role("link").click()
    expect(page.get_by_text(f"以下是 {helper} 的拟办意见")).to_be_visible()
    expect(page.get_by_label("处置情况")).to_have_value("双方到所协商，握手言和")
    expect(page.get_by_label("已上传：现场照片.png")).to_be_checked()
    expect(page.get_by_text("拟办意见：已化解")).to_be_visible()
    if scripts:
        sound(page, tmp_path / "proposal.png")
    page.get_by_label("处置情况").fill("双方到所协商，握手言和，已核实")
    page.get_by_role("button", name="提交：已化解").click()
    answered(page, "下一步：成效评估")
    task = next(t for t in desk.county.dispute(number)["tasks"] if t["task_id"] == task_id)
    assert task["decision"]["fields"]["summary"] == "双方到所协商，握手言和，已核实"
    assert len(task["decision"]["evidence"]) == 1
    assert task["decision"]["actor_name"] == owner


def test_a_delegate_hands_back_and_who_delegated_takes_back(desk: Desk) -> None:
    _, task_id = at_push_2(desk)
    page, other = desk.sign_in(OWNER), desk.sign_in(HELPER)
    page.goto(f"/tasks/{task_id}")
    hand_over(page, "委托办理", "受托人", name(desk, HELPER), "")
    expect(page.get_by_role("status")).to_contain_text("已委托办理")
    other.goto(f"/tasks/{task_id}")
    other.get_by_role("button", name="交回").click()
    expect(other.get_by_role("status")).to_contain_text("已交回委托人")
    page.goto(f"/tasks/{task_id}")
    hand_over(page, "委托办理", "受托人", name(desk, HELPER), "")
    page.get_by_role("button", name="收回").click()
    expect(page.get_by_role("status")).to_contain_text("已收回")
    other.goto(f"/tasks/{task_id}")
    expect(other.get_by_text("正在办理")).to_be_visible()


def test_a_transfer_is_rejected_then_accepted(desk: Desk, tmp_path: Path) -> None:
    number, task_id = at_push_2(desk)
    owner, second = name(desk, OWNER), name(desk, SECOND)
    page, other = desk.sign_in(OWNER), desk.sign_in(SECOND, PHONE)
    page.goto(f"/tasks/{task_id}")
    page.locator("summary", has_text="移交").click()
    desk.refused(422, f"/tasks/{task_id}/transfer")
    page.get_by_role("button", name="提交：移交").click()
    expect(page.get_by_role("alert")).to_have_text("请选择接收人")
    sound(page)
    page.goto(f"/tasks/{task_id}")
    hand_over(page, "移交", "接收人", second, "本人休假")
    expect(page.get_by_text(f"已向 {second} 移交")).to_be_visible()
    open_task(other, number)
    expect(other.get_by_role("region", name="移交")).to_contain_text("本人休假")
    sound(other, tmp_path / "offered.png")
    other.locator("summary", has_text="不接收").click()
    other.get_by_label("理由").first.fill("手上案件较多")
    other.get_by_role("button", name=f"退回给 {owner}").click()
    expect(other.get_by_role("status")).to_contain_text("已退回")
    page.goto(f"/tasks/{task_id}")
    hand_over(page, "移交", "接收人", second, "确需移交")
    open_task(other, number)
    other.get_by_role("button", name="接收", exact=True).click()
    expect(other.get_by_role("status")).to_contain_text("已接收")
    expect(other.locator(".claim")).to_contain_text("已落实到您")
    expect(other.locator(".claim")).to_contain_text("不能退回，可以移交；也可请综合指挥室另行指定")
    expect(other.get_by_role("button", name="取消认领")).to_have_count(0)
    page.goto(f"/disputes/{number}")
    expect(page.locator(".line-up").first).to_contain_text("接收移交的责任跟进")
    expect(page.locator(".line-up").first).to_contain_text("手上案件较多")


def test_a_deputy_is_named_decides_and_is_ended(desk: Desk, tmp_path: Path) -> None:
    number, _ = at_push_2(desk)
    owner, deputy = name(desk, OWNER), name(desk, "gushan-command-2")
    page = desk.sign_in(OWNER)
    page.locator(".me summary").click()
    page.get_by_role("link", name="代班").click()
    arrived(page, f"{desk.base}/deputies")
    page.get_by_label(re.compile("^代班人")).fill("gushan-command-2")
    desk.refused(422, "/deputies")
    page.get_by_role("button", name="提交：安排代班").click()
    expect(page.locator("#d-until-error")).to_have_text("必填")
    expect(page.locator("[name=deputy]")).to_have_value("gushan-command-2")
    sound(page, tmp_path / "refused.png")
    until = datetime.now(CHINA) + timedelta(days=3)
    page.get_by_label(re.compile("^结束时间")).fill(f"{until:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="提交：安排代班").click()
    expect(page.get_by_role("status")).to_contain_text(f"已安排 {deputy} 代班")
    expect(page.locator(".deputyship").first).to_contain_text(f"{deputy} 代 本人 代班中")
    sound(page, tmp_path / "deputies.png")

    other = desk.sign_in("gushan-command-2", PHONE)
    expect(other.locator(".me-deputy:visible")).to_have_text(f"代班：{owner}")
    open_task(other, number, "mine")
    expect(other.locator(".claim")).to_contain_text(f"您代 {owner} 办理")
    other.get_by_role("link", name="已化解").click()
    other.get_by_label("处置情况").fill("双方和解")
    sound(other, tmp_path / "on-behalf.png")
    other.get_by_role("button", name="提交：已化解").click()
    answered(other, "下一步：成效评估")
    expect(other.locator(".line-up").first).to_contain_text(f"{deputy}（代 {owner}）")

    page.reload()
    page.get_by_role("button", name=re.compile("^结束代班")).first.click()
    expect(page.get_by_role("status")).to_contain_text(f"已结束 {deputy} 的代班")
    other.goto("/")
    expect(other.locator(".me-deputy:visible")).to_have_count(0)
