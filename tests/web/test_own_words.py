"""The desk of a city with words of its own: pages speak as the city does, and forms ask its criteria."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, expect

from tests.instance import ROOT, Instance, running
from tests.web.conftest import _there
from tests.web.support import PHONE, Desk, answered, sound

(YUNHE,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.DOTALL)


_houses = count(1)


@pytest.fixture(scope="module")
def yunhe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The guide's example."""
    folder = tmp_path_factory.mktemp("cities")
    (folder / "yunhe.yaml").write_text(YUNHE, encoding="utf-8")
    with running(tmp_path_factory.mktemp("yunhe") / "var", "yunhe", SANTUI_PLAYBOOKS=str(folder)) as instance:
        yield instance


@pytest.fixture
def there(browser: Browser, yunhe: Instance) -> Iterator[Desk]:
    """People at browsers, in Yunhe; afterwards as for any desk."""
    opened = Desk(browser, yunhe)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)


def reported(desk: Desk, text: str) -> str:
    """A dispute in the first grid of Baiyang, past its desk."""
    place = {"address": f"白洋街道{next(_houses)}号", "grid_code": "grid-001"}
    number = str(desk.county.alarm(text, source="walk_in", place=place)["dispute_no"])
    desk.county.answer(number, "confirm_triage", "confirm")
    return number


@pytest.mark.req("Q-091", "Q-031")
def test_pages_say_the_city_s_words_and_ask_what_makes_it_complex(there: Desk) -> None:
    """“针对复杂疑难矛盾纠纷”; “依据现实危害性和轻重缓急程度”."""
    county = there.county
    number = reported(there, "两家为楼道堆物争吵")
    task = county.wait_for(number, "follow_up_responsibly")
    page = there.sign_in(there.answerer(task), PHONE)
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("main")).to_contain_text("跟进")
    expect(page.get_by_role("main")).to_contain_text("进入跟进·属地民警")
    expect(page.get_by_text(re.compile("危害(较轻|中等|严重)、(平缓|较急|紧急)"))).to_be_visible()
    sound(page)
    page.goto(f"/tasks/{task['task_id']}?decision=mediate")
    page.get_by_label("理由").fill("双方多次协商不成")
    there.refused(422, f"/tasks/{task['task_id']}")
    page.get_by_label("情形，第 1 项").select_option(label="反复报警")
    page.get_by_role("button", name="提交：提请联调").click()
    expect(page.get_by_text("“反复报警”不成立：现报警1次，须至少报警2次").first).to_be_visible()
    expect(page.get_by_label("理由")).to_have_value("双方多次协商不成")
    expect(page.get_by_label("情形，第 1 项")).to_have_value("repeated")
    sound(page)
    page.get_by_label("情形，第 1 项").select_option(label="单独难以化解")
    page.get_by_role("button", name="提交：提请联调").click()
    answered(page, "已提交“责任跟进：提请联调”")
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("main")).to_contain_text("复杂疑难")
    expect(page.get_by_role("main")).to_contain_text("单独难以化解")


def test_a_role_of_the_city_s_own_has_its_inbox_and_answers_there(there: Desk) -> None:
    county = there.county
    number = reported(there, "两家为晾衣占道争吵")
    county.answer(number, "follow_up_responsibly", "settled")
    while county.dispute(number)["stage"] == "evaluation":
        county.answer(number, "evaluate", "accept")
    county.wait_for(number, "visit")
    page = there.sign_in(county.with_role("beat_assistant", "beat-001"))
    expect(page.get_by_role("banner")).to_contain_text("警格辅警")
    page.goto("/?box=claimable")
    expect(page.get_by_role("main")).to_contain_text("上门回看")
    sound(page)
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("main")).to_contain_text("警格辅警")
    expect(page.get_by_role("main")).to_contain_text("上门回看")
