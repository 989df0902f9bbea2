"""登记 at the desk: an alarm in a few strokes, what stands beside it, and the receipt."""

from __future__ import annotations

import itertools
import re

from playwright.sync_api import Page, Route, expect

from tests.web.support import PHONE, Desk, arrived, decisions, photo, sound

CALL_TAKER, GRID_WORKER, COMMAND = "bureau-calltaker-1", "village-baiyang-1-gridleader-1", "gushan-command-1"
KNIFE = "两家因宅基地砌墙发生争执，一方持刀威胁邻居，扬言要砍人"
STROKES = 4
"""Keystrokes that a Chinese character takes at most on average, by pinyin with its choice."""
_houses = itertools.count(7000)


class Typist:
    """Types, and counts fields and keystrokes."""

    def __init__(self, page: Page) -> None:
        self.page, self.fields, self.strokes = page, 0, 0

    def types(self, label: str, said: str, nth: int = 0) -> None:
        """Fills one field in by hand."""
        self.page.get_by_label(label).nth(nth).press_sequentially(said)
        self.fields += 1
        self.strokes += sum(1 if each.isascii() else STROKES for each in said)


def tell(page: Page, said: str) -> None:
    """Writes the narrative."""
    page.get_by_label("情况").fill(said)


def test_an_ordinary_alarm_takes_few_fields_and_strokes_and_its_receipt_says_who_has_it(desk: Desk) -> None:
    page = desk.sign_in(CALL_TAKER)
    page.goto("/incidents/new")
    expect(page.get_by_label("情况")).to_be_focused()
    tell(page, KNIFE)
    by_hand = Typist(page)
    by_hand.types("地址", f"古山镇金江龙村{next(_houses)}号")
    by_hand.types("姓名", "李建国")
    by_hand.types("电话", "13800001234")
    by_hand.types("姓名", "罗小明", 1)
    assert by_hand.fields <= 6
    assert by_hand.strokes <= 120
    beside = page.get_by_label("研判提示")
    expect(beside.get_by_role("alert")).to_contain_text("公安先行")
    expect(beside.locator(".judged .chip").first).to_have_text("红色")
    expect(beside.locator("mark.danger").first).to_be_visible()
    expect(beside).to_contain_text("古山镇 · 金江龙村")
    expect(beside.locator(".unit.lead")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="登记").last.click()
    arrived(page, re.compile(r"/incidents/[0-9a-f-]{36}$"))
    expect(page.get_by_label("登记回执")).to_contain_text("古山派出所处警民警")
    number = page.locator(".number").inner_text()
    sound(page)
    page.get_by_role("link", name="我登记的").click()
    expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("一推")
    sound(page)
    assert desk.county.supervisor.get(f"/v1/disputes/{number}")["colour"] == "red"


def test_what_is_typed_before_the_script_is_there_is_judged_all_the_same(desk: Desk) -> None:
    page, held = desk.sign_in(CALL_TAKER), list[Route]()
    page.route(re.compile(r"/htmx-[^/]*\.js"), lambda route: held.append(route))
    page.goto("/incidents/new", wait_until="commit")
    tell(page, KNIFE)
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.get_by_label("研判提示")).to_contain_text("公安先行")


def test_on_a_phone_a_grid_worker_gives_his_position_and_is_shown_what_joins(desk: Desk) -> None:
    where = {"latitude": 29.12345, "longitude": 119.65432, "accuracy": 12}
    page = desk.sign_in(GRID_WORKER, PHONE, geolocation=where, permissions=["geolocation"], has_touch=True)
    page.goto("/incidents/new")
    address, said = f"白洋社区{next(_houses)}号", "两户因楼道堆物发生口角，互相推搡，已劝开"
    for joins in (False, True):
        tell(page, said)
        page.get_by_label("地址").fill(address)
        page.get_by_role("button", name="定位").click()
        page.locator("#files-camera").set_input_files(photo(f"现场{joins}.png"))
        expect(page.get_by_label(f"已上传：现场{joins}.png")).to_be_checked()
        page.locator("#files").set_input_files(photo("误拍.png"))
        page.get_by_role("button", name="删除：误拍.png").click()
        expect(page.get_by_label("现场定位")).to_have_value(re.compile("北纬29.12345，东经119.65432"))
        beside = page.get_by_label("研判提示")
        expect(beside).to_contain_text("白洋社区")
        if joins:
            expect(beside).to_contain_text("登记后将并入此件")
        sound(page)
        page.get_by_role("button", name="登记").last.click()
        receipt = page.get_by_label("登记回执")
        expect(receipt).to_contain_text("现场定位：北纬29.12345")
        expect(receipt.locator(".banner")).to_have_count(1 if joins else 0)
        sound(page)
        number = page.locator(".number").inner_text()
        page.get_by_role("link", name="再登记一件").click()
    files = desk.county.dispute(number)["attachments"]
    assert [(each["name"], each["pending"]) for each in files] == [("现场False.png", False), ("现场True.png", False)]


def test_without_scripts_the_form_is_judged_by_a_button_and_a_number_taken_twice_is_told(desk: Desk) -> None:
    page = desk.sign_in(CALL_TAKER, java_script_enabled=False)
    page.goto("/incidents/new")
    number = f"JJ{next(_houses)}"
    desk.refused(422, "/incidents/new")
    page.get_by_role("button", name="登记").last.click()
    expect(page.get_by_role("alert")).to_contain_text("2 处需要修改")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_text(["情况：不能为空", "地址：不能为空"])
    for said in (KNIFE, "两家因停车位发生口角"):
        page.goto("/incidents/new")
        tell(page, said)
        page.get_by_label("来源单号").fill(number)
        page.get_by_role("button", name="研判").click()
        expect(page.get_by_label("研判提示").locator(".judged .chip").first).to_be_visible()
        page.get_by_role("button", name="添加当事人").click()
        expect(page.get_by_label("姓名")).to_have_count(3)
        page.get_by_label("地址").fill(f"古山镇金江龙村{next(_houses)}号")
        page.get_by_role("button", name="登记").last.click()
        expect(page.get_by_label("登记回执")).to_contain_text(said)
    expect(page.locator(".flash")).to_contain_text("该来源编号此前已用于另一起警情")


def test_back_to_a_form_that_was_sent_says_so_and_makes_no_second_report(desk: Desk) -> None:
    page = desk.sign_in(CALL_TAKER)
    page.goto("/incidents/new")
    said, place = "两家因停车位发生口角", f"古山镇金江龙村{next(_houses)}号"

    def fill(narrative: str) -> None:
        tell(page, narrative)
        page.get_by_label("地址").fill(place)

    def send() -> None:
        page.get_by_role("button", name="登记").last.click()

    fill(said)
    send()
    number, receipt = page.locator(".number").inner_text(), page.url
    page.go_back()
    expect(page.get_by_role("alert")).to_contain_text(f"这份登记已经受理，编号 {number}")
    expect(page.get_by_role("link", name="查看登记回执")).to_have_attribute("href", receipt.removeprefix(desk.base))
    sound(page)
    fill(said)  # which some browsers bring back by themselves
    send()
    arrived(page, receipt)
    page.go_back()
    desk.refused(422, "/incidents/new")
    fill(f"{said}，一人受伤")
    send()
    expect(page.get_by_role("alert")).to_contain_text(f"前一次登记已经受理，编号 {number}")
    expect(page.get_by_label("情况")).to_have_value(f"{said}，一人受伤")
    assert len(desk.county.dispute(number)["incidents"]) == 1
    page.get_by_role("link", name="另行登记").click()
    expect(page.get_by_label("情况")).to_have_value("")


def test_who_judges_confirms_or_corrects_with_the_report(desk: Desk) -> None:
    page = desk.sign_in(COMMAND)
    for category, decision in (("", "confirm"), ("噪声", "correct")):
        page.goto("/incidents/new")
        page.get_by_label("来访").check()
        tell(page, "两家因宅基地界址多次争吵，昨日又起口角")
        page.get_by_label("地址").fill(f"古山镇金江龙村{next(_houses)}号")
        if category:
            page.get_by_label("类别").fill(category)
            page.get_by_role("option", name=category).first.click()
            desk.refused(422, "/incidents/new")
            page.get_by_role("button", name="登记并确认研判").click()
            expect(page.locator("#judge-reason-error")).to_contain_text("写明理由")
            page.get_by_label("理由").fill("到场核实，实为噪声")
        page.get_by_role("button", name="登记并确认研判").click()
        expect(page.locator(".flash")).to_contain_text("研判已更正" if category else "研判已确认")
        sound(page)
        number = page.locator(".number").inner_text()
        assert len(decisions(desk.county, number, decision)) == 1
        assert category in desk.county.supervisor.get(f"/v1/disputes/{number}")["category_name"]
