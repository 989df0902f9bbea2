"""A case lives under the mechanism that it began under, whatever the playbook of its city says today."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, expect

from tests.instance import ROOT, Instance
from tests.web.support import Desk, alarm

CODE = ("activities", "api", "domain", "infra", "workflows", "playbooks")
GONE = ("dispatch", "accept_assignment", "rule_refusal", "dispose", "cooperate", "apply_confirmation", "court_ruling")


def without_push_3(book: dict[str, Any]) -> None:
    """Makes another mechanism of Jinhua's: nothing is dispatched, no agreement goes to court, the tiers are renamed."""
    process = book["process"]
    process["stages"] = [stage for stage in process["stages"] if stage not in ("push_3", "confirmation")]
    process["tasks"] = {kind: policy for kind, policy in process["tasks"].items() if kind not in GONE}
    del process["diversion"]
    for source in process["sources"].values():
        source.pop("divert", None)
    process["approval"] = {"roads": ["mediated"]}
    for tier in process["ladder"]["tiers"]:
        tier["name"] = f"今日的{tier['name']}"
    process["colours"]["yellow"]["name"] = "今日的黄色"
    book["edition"] = "2027-01"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, dict[str, str]]]:
    """A system that was started again with another edition of its playbook, and the disputes begun before."""
    house = tmp_path_factory.mktemp("house")
    for each in CODE:
        shutil.copytree(ROOT / each, house / each, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "worker.py", house)
    instance = Instance(house / "var", "jinhua")
    instance.house = house
    try:
        county = instance.start().county
        mediated, dispatched = alarm(county), alarm(county)
        for number in (mediated, dispatched):
            county.answer(number, "confirm_triage", "confirm")
            county.answer(number, "handle_on_scene", "unsettled")
        county.answer(mediated, "follow_up_responsibly", "mediate")
        county.answer(mediated, "mediate", "not_agreed")
        county.answer(dispatched, "follow_up_responsibly", "request_third_push", suggested=["market_reg"])
        county.answer(dispatched, "approve_third_push", "approve")
        instance.stop()
        file = house / "playbooks" / "jinhua.yaml"
        book = yaml.safe_load(file.read_text(encoding="utf-8"))
        without_push_3(book)
        file.write_text(yaml.safe_dump(book, allow_unicode=True, sort_keys=False), encoding="utf-8")
        instance.start()
        yield instance, {"mediated": mediated, "dispatched": dispatched}
    finally:
        instance.stop()


def test_a_case_is_dispatched_where_today_nothing_is(begun: tuple[Instance, dict[str, str]]) -> None:
    instance, numbers = begun
    county, number = instance.county, numbers["dispatched"]
    county.answer(number, "dispatch", "assign", lead="market_reg", cooperating=[])
    county.answer(number, "accept_assignment", "accept")
    assert county.dispute(number)["stage"] == "push_3"
    county.answer(number, "dispose", "disposed")


def test_a_page_tells_the_stages_and_tiers_that_the_case_began_with(
    begun: tuple[Instance, dict[str, str]], browser: Browser
) -> None:
    instance, numbers = begun
    desk = Desk(browser, instance)
    page = desk.sign_in(instance.county.supervisor)
    page.goto(f"/disputes/{numbers['mediated']}")
    expect(page.locator(".steps")).to_contain_text("三推")
    expect(page.locator(".steps")).to_contain_text("司法确认")
    expect(page.get_by_text("今日的")).to_have_count(0)
    page.goto(f"/disputes/{numbers['mediated']}/agreements")
    expect(page.get_by_text("责任民警调解 · 第 1 次")).to_be_attached()
    expect(page.get_by_text("今日的")).to_have_count(0)
    desk.close()
    assert desk.complaints == []


def test_a_case_that_begins_today_has_today_s_mechanism(
    begun: tuple[Instance, dict[str, str]], browser: Browser
) -> None:
    instance, _ = begun
    county = instance.county
    number = alarm(county)
    task = county.supervisor.get(f"/v1/tasks/{county.wait_for(number, 'confirm_triage')['task_id']}")
    asked = {d["name"]: d["schema"]["properties"] for d in task["decisions"]}
    assert "divert" not in asked["confirm"], "what leads nowhere here is not asked"
    desk = Desk(browser, instance)
    page = desk.sign_in(county.supervisor)
    page.goto(f"/disputes/{number}")
    expect(page.locator(".steps")).to_contain_text("二推")
    expect(page.locator(".steps")).not_to_contain_text("三推")
    desk.close()
