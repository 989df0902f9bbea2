"""吹哨报到 at the desk: blown without a script, checked in on a telephone, conferred with a plan, seen on the case."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from domain.policy.playbook import Playbook
from tests.domain.whistling import fire_city
from tests.instance import Instance, running
from tests.web.conftest import _there
from tests.web.support import Desk, answered, sound

SMALL = {"width": 360, "height": 780}
TOWN = "town-jiangnan"
_houses = count(1)


@pytest.fixture(scope="module")
def passage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A system whose streets may whistle."""
    folder = tmp_path_factory.mktemp("cities")
    written = Playbook.model_validate(fire_city()).model_dump(mode="json", exclude_defaults=True)
    (folder / "passage.yaml").write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with running(tmp_path_factory.mktemp("passage") / "var", "passage", SANTUI_PLAYBOOKS=str(folder)) as instance:
        yield instance


@pytest.fixture
def there(browser: Browser, passage: Instance) -> Iterator[Desk]:
    """People at browsers; afterwards as for any desk."""
    opened = Desk(browser, passage)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)


def with_the_street(desk: Desk) -> str:
    """A dispute that the street has in hand."""
    county = desk.county
    place = {"address": f"江南街道溪心社区{next(_houses)}号"}
    number = str(county.alarm("商户自建消防安全通道，与小区物业发生冲突", place=place)["dispute_no"])
    county.answer(number, "confirm_triage", "confirm")
    county.answer(number, "handle_on_scene", "unsettled", reason_code="not_police", scene_safe=True)
    county.answer(number, "dispatch", "assign", lead=TOWN, cooperating=[])
    county.answer(number, "accept_assignment", "accept")
    return number


def shot(page: Page, name: str) -> None:
    """Keeps a picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("SANTUI_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True, caret="initial")


@pytest.mark.req("R-082", "H-042")
def test_the_street_whistles_without_a_script_and_loses_nothing_typed(there: Desk) -> None:
    """“街道接单后,启动‘吹哨报到’,组织消防、城管…联合会商”."""
    number = with_the_street(there)
    page = there.sign_in(there.county.with_role("township_leader", TOWN), SMALL, java_script_enabled=False)
    page.goto(f"/disputes/{number}/actions/summon")
    page.get_by_label("单位").first.fill("县消防救援大队")
    page.get_by_label("岗位").first.select_option(label="部门承办人")
    page.get_by_label("集合地点").fill("溪心社区物业办公室")
    page.get_by_role("button", name="＋ 添加吹哨对象").click()
    expect(page.get_by_label("单位").first).to_have_value("县消防救援大队")
    expect(page.get_by_label("集合地点")).to_have_value("溪心社区物业办公室")
    page.get_by_label("单位").nth(1).fill("县综合行政执法局（城市管理局）")
    page.get_by_label("岗位").nth(1).select_option(label="法庭庭长")
    page.get_by_label("吹哨情形").select_option(label="复杂事项")
    page.get_by_label("理由").fill("自建消防通道引发冲突")
    there.refused(422, f"/disputes/{number}/actions/summon")
    page.get_by_role("button", name="提交：吹哨").click()
    expect(page.get_by_text("县综合行政执法局（城市管理局）没有在岗的法庭庭长").first).to_be_visible()
    expect(page.get_by_label("单位").nth(1)).to_have_value("县综合行政执法局（城市管理局）")
    shot(page, "whistle-refused")
    page.get_by_label("岗位").nth(1).select_option(label="部门承办人")
    page.get_by_role("button", name="提交：吹哨").click()
    answered(page, "已提交“吹哨”")
    page.get_by_role("link", name="关联").click()
    expect(page.locator("#summons")).to_contain_text("消防救援大队部门承办人")
    expect(page.locator("#summons")).to_contain_text("等待报到")


@pytest.mark.req("H-042", "H-043", "H-044")
def test_who_came_the_plan_and_how_long_it_took_are_seen_on_the_case(there: Desk) -> None:
    """“定制消防通道整改建设方案”; “5小时达成共识”."""
    county = there.county
    number = with_the_street(there)
    to = [{"organisation": code, "role": "department_handler"} for code in ("fire_rescue", "urban_mgmt")]
    street = county.with_role("township_leader", TOWN)
    fields = {"to": to, "why": "complex_matter", "where": "溪心社区物业办公室", "reason": "自建消防通道引发冲突"}
    street.post(f"/v1/disputes/{number}/actions/summon", fields)
    called = county.open_tasks(number, "check_in")
    page = there.sign_in(there.answerer(called[0]), SMALL)
    page.goto(f"/tasks/{called[0]['task_id']}")
    expect(page.get_by_role("main")).to_contain_text("到溪心社区物业办公室报到。自建消防通道引发冲突")
    sound(page)
    shot(page, "check-in")
    page.goto("/conduct")
    line = page.locator("#whistles .task").filter(has_text=number)
    expect(line).to_contain_text("等您报到")
    expect(line).to_contain_text("已到 0/2")
    sound(page)
    line.get_by_role("link").click()
    expect(page.get_by_role("button", name="我已到场")).to_have_count(1)
    sound(page)
    shot(page, "whistle")
    page.get_by_role("button", name="我已到场").click()
    expect(page.get_by_role("status")).to_contain_text("已报到")
    expect(page.locator("#called")).to_contain_text("已到 1/2")
    expect(page.get_by_role("button", name="我已到场")).to_have_count(0)
    county.advance(number, "PT2H1M")
    page = there.sign_in(street)
    confer = county.wait_for(number, "confer")
    page.goto(f"/tasks/{confer['task_id']}?decision=agreed")
    expect(page.get_by_role("main")).to_contain_text("已报到")
    expect(page.get_by_role("main")).to_contain_text("县消防救援大队部门承办人")
    sound(page)
    shot(page, "confer")
    county.advance(number, "PT3H")
    due = (county.now + timedelta(days=3)).isoformat()
    plan = [{"what": "消除安全隐患", "organisation": "fire_rescue", "role": "department_handler", "due": due}]
    there_were = [*_example(county.supervisor, confer), {"name": "物业王经理", "consent": True}]
    county.answer(number, "confer", "agreed", items=plan, minutes="消防通道整改建设方案", participants=there_were)
    for size, name in ((SMALL, "case-small"), ({"width": 1280, "height": 860}, "case")):
        page = there.sign_in(street, size)
        page.goto(f"/disputes/{number}/links")
        card = page.locator("#summons")
        for said in ("已报到", "缺席", "达成共识", "吹哨后 5 小时", "物业王经理（外请）", "消除安全隐患", "落实中"):
            expect(card).to_contain_text(said)
        sound(page)
        shot(page, name)
        page.goto(f"/disputes/{number}/course")
        expect(page.get_by_role("main")).to_contain_text("联合会商达成共识：吹哨后5小时")
    page.goto(f"/conduct/whistles/{number}/1")
    for said in ("缺席", "达成共识", "消除安全隐患", "落实中"):
        expect(page.get_by_role("main")).to_contain_text(said)
    page = there.sign_in(there.answerer(county.open_tasks(number, "carry_out")[0]), SMALL)
    page.goto(f"/conduct/whistles/{number}/1")
    page.locator("#plan").get_by_role("link", name="记录进展").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("落实事项")


def _example(supervisor: object, confer: dict[str, object]) -> list[dict[str, object]]:
    whole = supervisor.get(f"/v1/tasks/{confer['task_id']}")  # type: ignore[attr-defined]
    agreed = next(each for each in whole["decisions"] if each["name"] == "agreed")
    return list(agreed["example"]["participants"])
