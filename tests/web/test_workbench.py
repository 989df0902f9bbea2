"""工作台 in a real browser: what somebody does all day, counted in clicks and keys."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.e2e.support import refusal_of
from tests.web.support import PHONE, Desk, alarm, answered, arrived, sound, until_held

WIDE = {"width": 1440, "height": 900}


class Clicks:
    """Counts what somebody presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def __call__(self, role: str, name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


def quiet(desk: Desk, village: str, narrative: str = "两家因门口堆放货物发生争吵") -> str:
    """A dispute at a station where few tests are."""
    place = {"address": f"{village}{random.randint(10_000, 99_999)}号"}
    return str(desk.county.alarm(narrative, source="walk_in", place=place)["dispute_no"])


def test_a_newcomer_answers_from_home_in_three_clicks_and_is_led_to_the_next(desk: Desk, tmp_path: Path) -> None:
    first, second = (quiet(desk, "双河镇大田村") for _ in range(2))
    county = desk.county
    tasks = {number: county.wait_for(number, "confirm_triage") for number in (first, second)}
    page = desk.sign_in(desk.answerer(tasks[first]), WIDE)
    sound(page, tmp_path / "home.png")
    clicks = Clicks(page)
    clicks("link", first)
    clicks("button", "提交：确认研判")
    answered(page, "下一步：现场处置")
    assert clicks.count <= 3
    onward = page.get_by_role("link", name="下一件")
    expect(onward).not_to_contain_text(first)
    page.wait_for_load_state()  # the keys are there
    page.keyboard.press("n")
    arrived(page, re.compile("/tasks/"))


def test_rows_are_dense_on_a_desk_and_driven_by_the_keyboard(desk: Desk, tmp_path: Path) -> None:
    numbers = [quiet(desk, "柳河镇大湾村") for _ in range(2)]
    county = desk.county
    for number in numbers:
        task = county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task), WIDE)
    rows = page.locator(".task")
    expect(rows.nth(1)).to_be_visible()
    box = rows.first.bounding_box()
    assert box
    assert box["height"] <= 40
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.first.get_by_role("link")).to_be_focused()
    first = str(rows.first.locator(".no").inner_text())
    expect(page.locator("#glance")).to_contain_text(first)
    sound(page, tmp_path / "glance.png")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="快捷键")).to_be_visible()
    sound(page)
    page.keyboard.press("Escape")
    # in a field they are letters, and who switched them off has none
    page.get_by_role("searchbox").focus()
    page.keyboard.type("cjk")
    expect(page.get_by_role("searchbox")).to_have_value("cjk")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text("已认领")
    page.goto("/")
    expect(rows.first).to_be_visible()
    page.get_by_role("button", name="快捷键").click()
    page.get_by_label("停用快捷键").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.first.get_by_role("link")).not_to_be_focused()


def test_of_two_glances_asked_for_in_a_row_the_last_is_shown(desk: Desk) -> None:
    for _ in range(2):
        task = desk.county.wait_for(quiet(desk, "柳河镇大湾村"), "confirm_triage")
    page = desk.sign_in(desk.answerer(task), WIDE)
    desk.lost("/glance/")
    held: list[Route] = []
    page.route(re.compile("/glance/"), lambda route: held.append(route))
    rows = page.locator(".task")
    rows.first.get_by_role("button", name="速览").click()
    page.keyboard.press("j")
    expect(rows.nth(1).get_by_role("link")).to_be_focused()
    until_held(page, held, 2)
    first, last = held
    last.continue_()
    page.wait_for_timeout(1_500)
    first.continue_()
    page.wait_for_timeout(1_500)  # it has come, or never will
    expect(page.locator("#glance")).to_contain_text(str(rows.nth(1).locator(".no").inner_text()))


def test_on_a_phone_the_list_is_cards_of_one_touch(desk: Desk, tmp_path: Path) -> None:
    number = quiet(desk, "龙潭镇石门村")
    page = desk.sign_in(desk.answerer(desk.county.wait_for(number, "confirm_triage")), PHONE)
    row = page.locator(".task", has_text=number)
    box = row.bounding_box()
    assert box
    assert box["height"] >= 60
    expect(row.get_by_role("button")).to_be_hidden()
    sound(page, tmp_path / "phone.png")


def test_an_evaluator_has_evidence_and_verdict_in_one_screen(desk: Desk, tmp_path: Path) -> None:
    county, number = desk.county, quiet(desk, "双河镇大田村")
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "evaluate", "return", reason="thin_evidence", explanation="补拍和解后的现场")
    county.answer(number, "follow_up_responsibly", "settled")
    task = county.wait_for(number, "evaluate")
    page = desk.sign_in(desk.answerer(task), WIDE)
    page.goto(f"/tasks/{task['task_id']}")
    expect(page.locator(".evidence")).to_contain_text("已退回：证据不足")
    for seen in (page.locator(".proofs img").first, page.get_by_text("本轮新增", exact=True),
                 page.get_by_role("region", name="见人见事"), page.get_by_text("责任跟进：已化解").first,
                 page.get_by_role("button", name="提交：评估通过")):  # fmt: skip
        expect(seen).to_be_in_viewport(ratio=1)
    sound(page, tmp_path / "judging.png")
    page.get_by_role("link", name="退回重办").click()
    expect(page.get_by_role("button", name="提交：退回重办")).to_be_in_viewport()
    expect(page.locator(".proofs img").first).to_be_in_viewport()


def test_a_dispatcher_assigns_two_units_in_four_clicks_and_a_batch_tells_each(desk: Desk, tmp_path: Path) -> None:
    county = desk.county
    numbers = [quiet(desk, "双河镇大田村", "两户因宅基地边界争执，砌墙被拦") for _ in range(4)]
    for number in numbers:
        for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                               ("follow_up_responsibly", "request_third_push"),
                               ("approve_third_push", "approve")):  # fmt: skip
            county.answer(number, kind, decision)
    tasks = {number: county.wait_for(number, "dispatch") for number in numbers}
    page = desk.sign_in(desk.answerer(tasks[numbers[0]]), WIDE)
    clicks = Clicks(page)
    clicks("link", "分派台")
    row = page.locator(".sending-row", has_text=numbers[0])
    beside = row.get_by_role("group", name="配合").get_by_role("checkbox")
    expect(row.get_by_role("radio", checked=True)).to_have_count(1)
    beside.nth(1).check()
    clicks.count += 1
    sound(page, tmp_path / "board.png")
    clicks("button", f"交办 {numbers[0]}")
    expect(page.get_by_role("status")).to_contain_text("成功 1 件")
    assert clicks.count <= 4
    assert len(county.open_tasks(numbers[0], "accept_assignment")) == 2

    # a batch: of one that a colleague has sent on meanwhile it is said, the other is sent
    for number in numbers[1:3]:
        page.get_by_label(f"勾选 {number}").check()
    county.answer(numbers[1], "dispatch", "assign", lead="market_reg", cooperating=[])
    page.get_by_role("button", name="交办所勾选的").click()
    said = page.get_by_role("status")
    expect(said).to_contain_text("成功 1 件，没有成功 1 件")
    expect(said.locator("li", has_text=numbers[1])).to_contain_text("没有交办")
    expect(said.locator("li", has_text=numbers[2])).to_contain_text("已交办")
    sound(page)

    # one by itself: what is suggested is there to be clicked, without scripts too
    plain = desk.sign_in(desk.answerer(tasks[numbers[3]]), PHONE, java_script_enabled=False)
    plain.goto(f"/tasks/{tasks[numbers[3]]['task_id']}")
    plain.get_by_role("group", name="牵头单位").get_by_role("radio", name=re.compile("在办")).first.check()
    plain.get_by_role("group", name="配合单位").get_by_role("checkbox").nth(1).check()
    plain.get_by_role("button", name="提交：交办").click()
    answered(plain, "下一步：")
    assert len(county.open_tasks(numbers[3], "accept_assignment")) == 2
    page.goto(f"/tasks/{tasks[numbers[3]]['task_id']}")
    sound(page)


def test_who_answers_for_others_finds_what_nobody_has_taken_and_what_to_do_about_it(desk: Desk, tmp_path: Path) -> None:
    number = quiet(desk, "柳河镇大湾村")
    desk.county.wait_for(number, "confirm_triage")
    for size in (WIDE, PHONE):
        page = desk.sign_in("liuhe-chief-1", size)
        page.goto("/oversight-desk?what=unsigned")
        row = page.locator(".task", has_text=number)
        expect(row).to_contain_text("无人签收")
        sound(page, tmp_path / f"desk-{size['width']}.png")
    row.get_by_text("督促", exact=True).click()
    row.get_by_role("link", name="改派").click()
    page.locator(".more-actions").get_by_role("link", name="改派", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("改派")


def test_a_leader_has_the_figures_and_an_auditor_the_trail_at_home(desk: Desk, tmp_path: Path) -> None:
    alarm(desk.county)
    page = desk.sign_in(desk.county.supervisor)
    page.goto("/indicators/board")
    with page.expect_download():
        page.get_by_role("link", name="导出 Excel").click()
    for size in (WIDE, PHONE):
        page = desk.sign_in("county-leader-1", size)
        expect(page.get_by_role("heading", level=1)).to_contain_text("总览")
        expect(page.get_by_role("list", name="四数四率")).to_contain_text("满意率")
        expect(page.locator("figure.plot svg")).to_have_count(2)
        expect(page.get_by_role("region", name="网格热力图")).to_contain_text("古山镇")
        sound(page, tmp_path / f"leader-{size['width']}.png")
    page.get_by_role("list", name="现在要紧的").get_by_role("link", name="无人签收").click()
    arrived(page, re.compile("/oversight-desk"))
    page.get_by_role("navigation", name="底部导航").get_by_role("link", name="待办").click()
    expect(page.get_by_role("navigation", name="待办分类")).to_be_visible()
    expect(page.locator(".low [aria-current]")).to_have_text("待办")
    auditor = desk.county.with_role("auditor", "county")
    assert refusal_of(partial(auditor.get, "/v1/disputes/D1999-000001/history")) == (404, "not_found")
    page = desk.sign_in(auditor, PHONE)
    taken = page.get_by_role("region", name="近七天的导出和下载")
    expect(taken.get_by_role("row", name=re.compile("导出指标")).first).to_be_visible()
    expect(taken.get_by_role("row", name=re.compile("D1999-000001"))).to_be_visible()
    expect(page.get_by_role("link", name="D1999-000001")).to_have_count(0)  # where nothing is to be read
    expect(page.get_by_role("region", name="异常查阅")).to_be_visible()
    expect(page.get_by_role("region", name=re.compile("刑事案件倒查"))).to_be_visible()
    sound(page, tmp_path / "auditor.png")
    page.get_by_role("region", name="重放核对").get_by_role("link", name=re.compile("核对$")).last.click()
    arrived(page, re.compile("/audit"))


def test_a_session_put_off_stands_in_the_calendar_and_on_the_home_of_whoever_holds_it(
    desk: Desk, tmp_path: Path
) -> None:
    number = quiet(desk, "双河镇大田村")
    county = desk.county
    county.answer(number, "confirm_triage", "confirm")
    county.answer(number, "handle_on_scene", "unsettled")
    county.answer(number, "follow_up_responsibly", "mediate")
    holder = desk.answerer(county.wait_for(number, "mediate"))
    at = (county.now + timedelta(days=2)).replace(hour=14, minute=30, second=0, microsecond=0)
    county.answer(number, "mediate", "adjourned", until=at.isoformat(), reason="一方外出")
    page = desk.sign_in(holder, WIDE)
    page.get_by_role("navigation", name="近七天日程").get_by_role("link").nth(2).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{at.year}年{at.month}月")
    day = page.locator(f"#d-{at:%Y-%m-%d}")
    expect(day.get_by_role("link", name=number)).to_contain_text("14:30")
    sound(page, tmp_path / "month.png")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    sound(page, tmp_path / "month-phone.png")
    day.get_by_role("link", name=number).click()
    arrived(page, re.compile(f"/disputes/{number}"))
