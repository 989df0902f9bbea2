"""Typed work in eight ways of losing it, in the answer of a task and in the form of an action: never gone.

Each way is played in both forms; what other files tell of one form only (`test_kept`, `test_drafts`) is not told again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.web.support import Desk, alarm, answered
from tests.web.test_drafts import OPERATOR, again, houses, saved
from tests.web.test_kept import sign_out

SAID = "双方各执一词：写了半个小时，一个字也不能丢"
FORMS = ["answer", "action"]


@dataclass(frozen=True)
class Writing:
    """Somebody at a form, half written."""

    page: Page
    username: str
    number: str
    path: str
    sends: str
    """the end of its button's name"""

    @property
    def field(self) -> str:
        """Where it was written."""
        return "#f-reason"

    def holds(self, page: Page | None = None) -> None:
        """Checks that what was written stands in its field."""
        expect((page or self.page).locator(self.field)).to_have_value(SAID)

    def send(self, page: Page | None = None) -> None:
        """Presses its button."""
        (page or self.page).get_by_role("button", name=re.compile(f"^提交：{self.sends}")).click()

    def is_taken(self, page: Page | None = None) -> None:
        """Sends it, and checks that it was taken once."""
        self.send(page)
        answered(page or self.page, "已提交")


def writing(desk: Desk, form: str) -> Writing:
    """A form of its own, its field filled in."""
    number = alarm(desk.county)
    desk.county.answer(number, "confirm_triage", "confirm")
    task = desk.county.wait_for(number, "handle_on_scene")
    path, username, sends = f"/disputes/{number}/actions/withdraw", "county-supervisor-1", "撤回"
    if form == "answer":
        path, username, sends = (
            f"/tasks/{task['task_id']}?decision=unsettled",
            desk.answerer(task).username,
            "现场未能化解",
        )
    page = desk.sign_in(username)
    page.goto(path)
    page.locator("#f-reason").fill(SAID)
    return Writing(page, username, number, path, sends)


@pytest.mark.parametrize("form", FORMS)
def test_1_reload(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    saved(w.page)
    w.page.reload()
    w.holds()
    w.is_taken()


@pytest.mark.parametrize("form", FORMS)
def test_2_the_tab_is_closed(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    saved(w.page)
    other = w.page.context.new_page()
    w.page.close()
    other.goto(w.path)
    expect(other.locator(".draft-told")).to_contain_text("的草稿，尚未提交")
    w.holds(other)
    w.is_taken(other)


@pytest.mark.parametrize("form", FORMS)
def test_3_the_sign_in_has_expired(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    sign_out(w.page)
    path = w.path.partition("?")[0]
    desk.refused(401, path)
    desk.refused(403, path)
    w.send()
    again(desk, w.page, w.username)
    expect(w.page.get_by_role("alert").first).to_contain_text("页面已过期，内容没有提交")
    w.holds()
    w.is_taken()


@pytest.mark.parametrize("form", FORMS)
def test_4_the_network_is_lost(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    saved(w.page)
    w.page.context.set_offline(True)
    desk.lost("/")
    w.send()
    expect(w.page.get_by_text("网络不通，没有提交成功").first).to_be_visible()
    w.holds()
    w.page.context.set_offline(False)
    w.is_taken()


def test_5_the_server_is_started_again(desk: Desk) -> None:
    both = [writing(desk, form) for form in FORMS]
    call_taker = desk.sign_in(OPERATOR)
    call_taker.goto("/incidents/new")
    call_taker.get_by_label("情况").fill(said := "夜市两摊主为占位争吵，砸了一张桌子")
    call_taker.get_by_label("地址").fill(f"古山镇金江龙村{next(houses)}号")
    for page in (both[0].page, both[1].page, call_taker):
        saved(page)
    desk.lost("/")
    with desk.instance.without("api"):
        for w in both:
            w.send()
            expect(w.page.get_by_text("系统暂时连不上，没有提交成功").first).to_be_visible()
        call_taker.get_by_role("button", name="登记").last.click()
        expect(call_taker.get_by_text("系统暂时连不上，没有提交成功")).to_be_visible()
    desk.instance.until_ready()
    for w in both:
        w.holds()
        w.page.reload()
        w.holds()
        w.is_taken()
    expect(call_taker.get_by_label("情况")).to_have_value(said)
    call_taker.get_by_role("button", name="登记").last.click()
    expect(call_taker.get_by_label("登记回执")).to_contain_text(said)


@pytest.mark.parametrize("form", FORMS)
def test_6_a_colleague_was_faster(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    saved(w.page)
    desk.county.supervisor.post(f"/v1/disputes/{w.number}/actions/withdraw", {"reason": "双方已自行和解"})
    desk.refused(409, w.path.partition("?")[0])
    w.send()
    expect(w.page.get_by_role("alert").first).to_be_visible()
    if form == "action":
        w.holds()
    else:
        expect(w.page.locator(".unsent")).to_contain_text(SAID)


@pytest.mark.parametrize("form", FORMS)
def test_7_it_is_refused_for_a_field(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    desk.refused(422, w.path.partition("?")[0])
    w.page.locator(w.field).fill("　")
    w.send()
    expect(w.page.get_by_role("alert")).to_contain_text("已填写的内容都已保留")
    w.page.locator(w.field).fill(SAID)
    w.is_taken()


@pytest.mark.parametrize("form", FORMS)
def test_8_back_and_forth(desk: Desk, form: str) -> None:
    w = writing(desk, form)
    w.page.goto("/messages")  # without waiting for anything
    w.page.go_back()
    w.holds()
    w.is_taken()
