"""The page 前瞻: what happens of itself, day by day, for whoever may see the case."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, arrived, sound

SHOTS = Path(os.environ["SHOTS"]) if "SHOTS" in os.environ else None


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_lies_ahead_is_read_from_the_case(desk: Desk, size: dict[str, int]) -> None:
    number = alarm(desk.county)
    desk.county.answer(number, "confirm_triage", "confirm")
    desk.county.wait_for(number, "handle_on_scene")
    page = desk.sign_in(desk.county.supervisor, size)
    page.goto(f"/disputes/{number}")
    page.get_by_role("link", name="前瞻").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("前瞻")
    ahead = page.get_by_role("region", name="无人办理时")
    expect(ahead).to_contain_text("到期")
    expect(ahead).to_contain_text("督办")
    expect(ahead.get_by_text("推演至")).to_be_visible()
    days = page.locator("h3").all_inner_texts()
    assert days == sorted(days, key=_date_of), "in the order in which it will happen"
    page.get_by_role("link", name="一周").click()
    arrived(page, re.compile(r"days=7$"))
    page.get_by_role("link", name="两个月").click()
    arrived(page, re.compile(r"days=(?!7$)\d+$"))
    sound(page, SHOTS / f"outlook-{size['width']}.png" if SHOTS else None)


def test_it_is_read_without_scripts(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.county.supervisor, java_script_enabled=False)
    page.goto(f"/disputes/{number}")
    page.get_by_role("link", name="前瞻").click()
    expect(page.get_by_role("region", name="无人办理时")).to_contain_text("到期")


def _date_of(day: str) -> list[int]:
    """`2027年1月3日 周日`, sorted after `明天 · 12月3日 周四`."""
    numbers = [int(number) for number in re.findall(r"\d+", day)]
    return numbers if len(numbers) == 3 else [0, *numbers]


def test_a_case_that_is_closed_offers_none(desk: Desk) -> None:
    number = alarm(desk.county)
    desk.county.answer(number, "confirm_triage", "no_risk")
    page = desk.sign_in(desk.county.supervisor)
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("link", name="前瞻")).to_have_count(0)
    page.goto(f"/disputes/{number}/outlook")
    expect(page.get_by_text("纠纷已办结，此后不会再自动发生任何事项")).to_be_visible()
