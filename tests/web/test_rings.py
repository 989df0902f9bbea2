"""摇铃 at the desk: it is shown above every page, sounds and shakes until it is answered, and reaches an open page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.instance import Instance
from tests.web.conftest import _there
from tests.web.support import PHONE, Desk, alarm, sound

LISTEN = """
window.struck = 0; window.shaken = 0;
AudioContext = class { state = "running"; currentTime = 0; destination = {};
  createOscillator() { window.struck += 1; return { frequency: {}, connect: (to) => to, start() {}, stop() {} }; }
  createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (to) => to }; } };
navigator.vibrate = (pattern) => { if (pattern) window.shaken += 1; return true; };
"""


@pytest.fixture
def desk(browser: Browser, qionglai: Instance) -> Iterator[Desk]:
    """People at browsers, under the mechanism whose pushes ring."""
    opened = Desk(browser, qionglai)
    yield opened
    _there(opened.close)
    assert not opened.complaints, "\n".join(opened.complaints)


def pushed(desk: Desk, lead: str = "natural_res") -> str:
    """A dispute that the committee pushes to a department; its number."""
    county = desk.county
    number = alarm(county, "两户因宅基地边界争执，砌墙被拦")
    while not county.open_tasks(number, "dispatch"):
        county.answer(number, "confirm_triage", "confirm")
    county.answer(number, "dispatch", "assign", lead=lead, cooperating=[])
    return number


def at_the_desk(desk: Desk, **more: str) -> Page:
    """The department's handler at the inbox, with a machine that counts how often it is struck and shaken."""
    handler = desk.county.with_role("department_handler", "natural_res")
    page = desk.sign_in(handler, PHONE, **more)
    page.add_init_script(LISTEN)
    page.goto("/")
    return page


@pytest.mark.req("Q-022")
def test_a_push_rings_at_an_open_desk_until_it_is_answered(desk: Desk) -> None:
    """“公安摇铃、镇街来人，铃铛一响、责任捆绑”."""
    page = at_the_desk(desk)
    expect(page.locator("#live")).to_have_count(1)
    number = pushed(desk)
    ring = page.locator("#rings .ring", has_text=number)
    expect(ring.get_by_text("摇铃：签收交办")).to_be_visible()
    page.wait_for_function("window.struck > 1 && window.shaken > 0")
    sound(page)
    hush = page.get_by_role("button", name="本机静音")
    hush.click()
    expect(hush).to_have_attribute("aria-pressed", "true")
    struck = page.evaluate("window.struck")
    page.goto("/messages")
    expect(ring).to_be_visible()
    assert page.evaluate("window.struck") == 0, f"silence on this machine, on every page ({struck} before)"
    ring.get_by_role("button", name="应铃").click()
    expect(page.get_by_text("已应铃，请及时办理")).to_be_visible()
    expect(page.locator("#rings .ring", has_text=number)).to_have_count(0)
    task = desk.county.open_tasks(number, "accept_assignment")[0]
    delivery = desk.county.supervisor.get(f"/v1/tasks/{task['task_id']}")["delivery"]
    assert delivery["rung"][0]["acknowledged_name"]
    assert delivery["seen_at"]


def test_who_wants_less_motion_is_not_shaken(desk: Desk) -> None:
    pushed(desk)
    page = at_the_desk(desk, reduced_motion="reduce")
    expect(page.locator("#rings .ring").first).to_be_visible()
    page.wait_for_function("window.struck > 1")
    assert page.evaluate("window.shaken") == 0


@pytest.mark.req("Q-023")
def test_the_page_of_a_case_says_who_held_it_from_when_to_when(desk: Desk) -> None:
    number = pushed(desk)
    page = desk.sign_in(desk.county.supervisor)
    page.goto(f"/disputes/{number}")
    chain = page.locator(".card", has=page.get_by_role("heading", name="责任链")).get_by_role("listitem")
    expect(chain.last).to_contain_text("送达即负责")
    expect(chain.last).to_contain_text("至 现在")
    assert chain.count() >= 3
    sound(page)
