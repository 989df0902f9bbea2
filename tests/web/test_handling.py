"""The panel 承办建议 on the page where a desk judges, and on the case: readable at any width, without scripts too."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.cli.client import County
from tests.web.support import DESKTOP, PHONE, Desk, alarm, arrived, sound

SHOTS = Path(os.environ["SHOTS"]) if "SHOTS" in os.environ else None
WATER = "两家为引水灌溉先后争执，渠道被堵"
_people = itertools.count(100)


def quarrel(county: County, narrative: str) -> str:
    """Over water, of people whom no other has."""
    n = next(_people)
    return alarm(county, narrative, parties=[{"name": f"水户{n}", "phone": f"135{n:08d}", "side": "a"}])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_desk_reads_it_beside_its_form_and_others_on_the_case(desk: Desk, size: dict[str, int]) -> None:
    county = desk.county
    before = quarrel(county, WATER)
    county.answer(before, "confirm_triage", "no_risk")
    number = quarrel(county, f"{WATER}，村里已劝过")
    task = county.wait_for(number, "confirm_triage")
    whole = county.supervisor.get(f"/v1/tasks/{task['task_id']}")
    page = desk.sign_in(county.person(whole["candidates"][0]["username"]), size)
    page.goto(f"/tasks/{task['task_id']}")
    panel = page.get_by_role("region", name="承办建议与同类案件")
    expect(panel).to_contain_text("建议牵头")
    answer = page.get_by_role("region", name="处理意见").bounding_box()
    assert answer is not None
    assert answer["y"] < size["height"], "what is asked stands on the first screen, its background below"
    expect(panel).to_contain_text("目前在办")
    expect(panel).to_contain_text("“水利用水纠纷”")
    expect(panel).to_contain_text("无风险")
    expect(panel).to_contain_text("情况相近")
    sound(page, SHOTS / f"handling-task-{size['width']}.png" if SHOTS else None)
    panel.get_by_text("情况相近").click()
    panel.get_by_role("link", name=before).click()
    arrived(page, re.compile(f"/disputes/{before}$"))
    expect(page.get_by_role("region", name="承办建议与同类案件")).to_have_count(0)  # nobody handles what is closed
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("region", name="承办建议与同类案件")).to_contain_text(before)
    sound(page, SHOTS / f"handling-case-{size['width']}.png" if SHOTS else None)
