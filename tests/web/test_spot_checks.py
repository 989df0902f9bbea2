"""抽查 at the desk: a second look at what was found to be no risk; what is typed stays, what is wrong starts again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.instance import Instance
from tests.web.conftest import _there
from tests.web.support import Desk, alarm, by_navigation, sound

BATCH = 15
"""One in five is drawn: so many at once, and again until one is."""


@pytest.fixture
def desk(browser: Browser, qionglai: Instance) -> Iterator[Desk]:
    """People at browsers, under the mechanism of two desks."""
    opened = Desk(browser, qionglai)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)


def drawn(desk: Desk) -> dict[str, Any]:
    """Something that was drawn."""
    evaluator = desk.county.with_role("evaluator_police", "risk-centre")
    for _ in range(6):
        for _ in range(BATCH):
            number = alarm(desk.county, "两户因晾晒衣物口角，已和好")
            while desk.county.open_tasks(number, "confirm_triage"):
                desk.county.answer(number, "confirm_triage", "no_risk")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if items := evaluator.get("/v1/spot-checks")["items"]:
                return dict(items[0])
            time.sleep(0.5)
    raise AssertionError("nothing was drawn")


@pytest.mark.req("Q-040")
def test_who_looks_again_says_why_and_the_dispute_is_started_again(desk: Desk) -> None:
    """“敷衍塞责、弄虚作假的，予以退回”: a desk that finds no risk where there is one is found out."""
    check = drawn(desk)
    page = desk.sign_in(desk.county.with_role("evaluator_police", "risk-centre"), {"width": 360, "height": 780})
    by_navigation(page, "抽查")
    sound(page)
    page.locator(".task", has_text=check["dispute_no"]).get_by_role("link").click()
    expect(page.get_by_text("无风险").first).to_be_visible()
    sound(page)
    page.get_by_label("认定有误，重新启动").check()
    desk.refused(422, "/spot-checks/")
    page.get_by_role("button", name="提交：抽查结论").click()
    expect(page.get_by_role("alert")).to_contain_text("认定有误的须说明理由")
    expect(page.get_by_label("认定有误，重新启动")).to_be_checked()
    page.get_by_label("理由").fill("对方再次扬言报复")
    page.get_by_role("button", name="提交：抽查结论").click()
    expect(page.get_by_role("status")).to_contain_text("认定有误，已重新启动")
    desk.county.wait_for(check["dispute_no"], "confirm_triage")
    again = desk.county.dispute(check["dispute_no"])
    assert (again["stage"], again["round"]) == ("triage", 2)
    page.goto("/spot-checks?box=done")
    expect(page.locator("#checks")).to_contain_text(check["dispute_no"])
    sound(page)
