"""责任清单 as people see it: the list of a day, with the editions that make it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.support import PHONE, Desk, sound


def shot(name: str) -> Path | None:
    """Where a screenshot goes, if anybody wants them."""
    return Path(os.environ["SHOTS"]) / f"{name}.png" if "SHOTS" in os.environ else None


@pytest.mark.timeout(120)
def test_everybody_reads_the_list_of_a_day(desk: Desk) -> None:
    page = desk.sign_in(desk.county.with_role("grid_worker"), PHONE)
    page.goto("/responsibilities")
    expect(page.get_by_text("共 81 类，每类明确牵头单位", exact=False)).to_be_visible()
    row = page.locator("tr", has=page.get_by_role("rowheader", name="既有住宅加装电梯纠纷"))
    expect(row).to_contain_text("住房和城乡建设局")
    sound(page, shot("responsibilities"))
    desk.refused(422, "/responsibilities?on=soon")
    page.goto("/responsibilities?on=soon")
    expect(page.get_by_role("alert")).to_contain_text("日期应写作 2026-11-01")
    sound(page, shot("responsibilities-wrong"))
