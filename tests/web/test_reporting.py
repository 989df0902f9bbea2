"""研判 and 报送 at the desk: the day's list with the unreviewed on top, several reported as one, the sheet to print."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.instance import Instance
from tests.web.conftest import _there
from tests.web.support import PHONE, Desk, alarm, by_navigation, sound


@pytest.fixture
def desk(browser: Browser, qionglai: Instance) -> Iterator[Desk]:
    """People at browsers, under the mechanism of two desks."""
    opened = Desk(browser, qionglai)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)


@pytest.mark.req("Q-040", "Q-042")
def test_a_desk_reports_what_it_chose_of_its_day_as_one_bundle(desk: Desk) -> None:
    """“每日通过邛崃市局和派出所两个层级对警情进行分析研判，提取各类风险信息后，通过平台报送至邛崃市委政法委”."""
    numbers = [alarm(desk.county, "两户因宅基地边界争执，砌墙被拦") for _ in range(2)]
    tasks = [desk.county.open_tasks(number, "confirm_triage")[0] for number in numbers]
    page = desk.sign_in(desk.answerer(tasks[0]), {"width": 360, "height": 780})
    by_navigation(page, "研判")
    for number in numbers:
        row = page.locator(".day-item", has_text=number)
        expect(row).to_contain_text("未研判")
        row.get_by_role("checkbox").check()
    sound(page)
    page.get_by_label("说明").fill("晨间研判")
    page.get_by_role("button", name="确认并报送所选").click()
    expect(page.get_by_role("heading", name="风险信息报送单")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("已报送 2 件")
    for number in numbers:
        expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("已报送")
    sound(page)
    number = page.url.rpartition("/")[2]
    page.goto("/desk")
    first = page.locator(".day-item", has_text=numbers[0])
    expect(first).to_contain_text("确认研判")
    expect(first).to_contain_text(number)
    sound(page)
    page.goto("/reports")
    expect(page.locator("#reports")).to_contain_text(number)
    expect(page.locator("#reports")).to_contain_text("晨间研判")
    sound(page)


def test_nothing_chosen_and_what_is_refused_lose_nothing_typed(desk: Desk) -> None:
    number = alarm(desk.county, "两户因宅基地边界争执，砌墙被拦")
    task = desk.county.open_tasks(number, "confirm_triage")[0]
    page = desk.sign_in(desk.answerer(task), PHONE)
    page.goto("/desk")
    page.get_by_label("说明").fill("请尽快推送")
    desk.refused(422, "/desk")
    page.get_by_role("button", name="确认并报送所选").click()
    expect(page.get_by_role("alert")).to_contain_text("请勾选要上报的警情")
    expect(page.get_by_label("说明")).to_have_value("请尽快推送")
    page.locator(".day-item", has_text=number).get_by_role("checkbox").check()
    desk.county.answer(number, "confirm_triage", "report_up")
    page.get_by_role("button", name="确认并报送所选").click()
    expect(page.get_by_role("alert")).to_contain_text("已经办理")
    expect(page.get_by_label("说明")).to_have_value("请尽快推送")


def test_nobody_is_asked_for_a_bundle_s_number(desk: Desk) -> None:
    number = alarm(desk.county, "两户因宅基地边界争执，砌墙被拦")
    task = desk.county.open_tasks(number, "confirm_triage")[0]
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/tasks/{task['task_id']}?decision=report_up")
    expect(page.get_by_label("现场已稳控")).to_be_visible()
    expect(page.get_by_label("报送批次")).to_have_count(0)
