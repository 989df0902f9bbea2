"""纠正学习 at the desk: a county that corrects sees what it gained, switches it off and on again."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.learning.county import Desk as Correcting
from infra.runtime.policy_files import read_lexicon
from tests.web.support import Desk, sound

TEXTS = Path(__file__).parents[2] / "bench" / "texts" / "reports_dev.csv"
GROUPS = ("labor", "consumer", "property_housing")
TAUGHT, LATER = 44, 8


def filed_by_group() -> list[tuple[str, str]]:
    """Reports of three groups, each with the first category of its group: how this county files them."""
    group_of = read_lexicon().group_of
    first = {group: code for code, group in reversed(list(group_of.items()))}
    with TEXTS.open(encoding="utf-8", newline="") as lines:
        rows = [(row["text"], group_of[row["category"]]) for row in csv.DictReader(lines)]
    random.Random(3).shuffle(rows)
    return [(text, first[group]) for text, group in rows if group in GROUPS]


def switch(page: Page, choice: str, reason: str) -> None:
    page.get_by_label("版本", exact=True).select_option(label=choice)
    page.get_by_label("理由").fill(reason)
    page.get_by_role("button", name="提交：启用或停用").click()


def followed(correcting: Correcting, narrative: str, edition: int | None) -> None:
    """All processes go by that edition: they look every five seconds."""
    deadline = time.monotonic() + 60
    while {each.edition for each in correcting.suggested([narrative])} != {edition}:
        assert time.monotonic() < deadline, f"edition {edition} is not followed"
        time.sleep(1)


@pytest.mark.timeout(300)
def test_a_county_that_corrects_sees_what_it_gained_and_switches_it_off_and_on(desk: Desk) -> None:
    """Issue 12, “It must show” 5, over HTTP and on the page, on reports of our own."""
    reports, correcting = filed_by_group(), Correcting(desk.county)
    assert correcting.correct(reports[:TAUGHT]).joined == 0
    told = correcting.learn()
    assert told["comparison"]["verdict"] == "better"
    edition, all_parts = f"第 {told['number']} 版", told["comparison"]["all_parts"]

    page = desk.sign_in(desk.county.supervisor)
    page.goto("/learning")
    history = page.get_by_label("历次学习")
    expect(history).to_contain_text(edition)
    expect(history).to_contain_text(f"（{all_parts['right']}/{all_parts['cases']}）")
    sound(page)
    desk.refused(422, "/learning/switch")
    page.get_by_role("button", name="提交：启用或停用").click()
    expect(page.get_by_role("alert")).to_be_visible()
    switch(page, edition, "核对无误")
    expect(page.get_by_label("现用版本")).to_contain_text(f"现用{edition}")

    followed(correcting, reports[-1][0], told["number"])
    later = reports[TAUGHT : TAUGHT + LATER]
    suggested = correcting.suggested([text for text, _ in later])
    assert {each.edition for each in suggested} == {told["number"]}
    right = sum(each.category == category for each, (_, category) in zip(suggested, later, strict=True))
    cues = sum(each.cues == category for each, (_, category) in zip(suggested, later, strict=True))
    assert right > cues

    switch(page, "停用，只按线索词", "先看一段时间")
    expect(page.get_by_label("现用版本")).to_contain_text("已停用")
    expect(page.get_by_label("历次学习")).to_contain_text("先看一段时间")
    sound(page)
    followed(correcting, reports[-1][0], None)
