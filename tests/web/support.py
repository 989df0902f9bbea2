"""Shared by the tests of the desk: people at browsers, checks that hold on every page."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Request,
    Response,
    Route,
    expect,
)

from api.cli.client import Client, County, picture
from tests.instance import Instance

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SHOTS = bool(os.environ.get("SHOTS"))
"""Whether pictures are taken for somebody to look at. A picture of a whole page scrolls it back a moment later, and a
click just then goes beside."""
PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 860}
PATIENCE = 15_000
"""Milliseconds that something may take to be there, on two cores with other tests beside."""
expect.set_options(timeout=PATIENCE)


def chromium() -> str:
    """The Chromium of this machine."""
    found = next(
        filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))),
        None,
    )
    assert found, "these tests need Chromium: apt-get install chromium"
    return found


class Desk:
    """The pages of a running system, as people see them."""

    def __init__(self, browser: Browser, instance: Instance) -> None:
        self.base, self.county, self.instance = instance.base, instance.county, instance
        self.complaints: list[str] = []
        """failed scripts, errors on the console, requests to other hosts, unexpected refusals"""
        self.hosts: tuple[str, ...] = (self.base, "data:")
        """where requests may go"""
        self._expected: list[tuple[int, str]] = []
        self._lost = "\0"
        self._refused: list[tuple[int, str]] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def visitor(self, size: dict[str, int] = DESKTOP, **more: Any) -> Page:
        """A browser profile without sign-in."""
        context = self._browser.new_context(
            base_url=self.base,
            viewport={"width": size["width"], "height": size["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", self._on_console)
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        return page

    def refused(self, status: int, path: str) -> None:
        """Expects a refusal that the test provokes, by status and beginning of its path; a complaint if none comes."""
        self._expected.append((status, path))

    def lost(self, path: str) -> None:
        """Expects that a test has requests under a path lose their line; the browser says so on its console."""
        self._lost = self.base + path

    def sign_in(self, person: Client | str, size: dict[str, int] = DESKTOP, **more: Any) -> Page:
        """Somebody signed in, at the inbox."""
        username = person if isinstance(person, str) else person.username
        page = self.visitor(size, **more)
        page.goto("/login")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(self.password(username))
        page.get_by_role("button", name="登录").click()
        arrived(page, self.base + "/")
        return page

    def password(self, username: str) -> str:
        """A demo person's password."""
        return str(next(p for p in self.county._people if p["username"] == username)["password"])

    def answerer(self, task: dict[str, Any], number: int = 0) -> Client:
        """Somebody who may answer a task."""
        whole = self.county.supervisor.get(f"/v1/tasks/{task['task_id']}")
        return self.county.person(whole["candidates"][number]["username"])

    def close(self) -> None:
        """Closes every browser profile; unexpected refusals are complaints, as are expected ones that never came."""
        for context in self._contexts:
            context.close()
        missing = {(status, path) for status, path in self._expected}
        for status, path in self._refused:
            expected = {(s, p) for s, p in self._expected if s == status and path.startswith(p)}
            missing -= expected
            if not expected:
                self.complaints.append(f"refused with {status}: {path}")
        self.complaints += [f"was not refused with {status}: {path}" for status, path in sorted(missing)]

    def _on_console(self, message: ConsoleMessage) -> None:
        # The browser reports each refused request as an error; those are counted where they are answered.
        known = "the server responded with a status of" in message.text or message.location["url"].startswith(
            self._lost
        )
        if message.type == "error" and not known:
            self.complaints.append(f"console: {message.text} at {message.location}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(self.hosts):
            self.complaints.append(f"asked another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._refused.append((response.status, response.url.removeprefix(self.base)))


def by_navigation(page: Page, title: str) -> None:
    """Follows an entry of the navigation: in the rail, or on a phone by 我的."""
    if not page.locator(".ways").is_visible():
        page.get_by_role("navigation", name="底部导航").get_by_role("link", name="我的").click()
        page.get_by_role("navigation", name="全部栏目").get_by_role("link", name=title).click()
        return
    page.get_by_role("navigation", name="主导航").get_by_role("link", name=title).click()


def choose(within: Page | Locator, label: str, name: str) -> None:
    """Chooses a person, post or unit as people do: types the name, and takes what is offered first."""
    (within if isinstance(within, Page) else within.page).wait_for_load_state()  # the field that finds is there
    within.get_by_label(label).fill(name)
    within.get_by_label(label).press("Enter")


def sound(page: Page, shot: Path | None = None) -> None:
    """Checks that a page is accessible (WCAG 2 A and AA) and never scrolls sideways.

    What is found is looked at once more: news may have come in just then, and a row may be half replaced.
    """
    fits(page)
    if _inaccessible(page):
        page.wait_for_timeout(1_000)
        assert _inaccessible(page) == []
    if shot and SHOTS:
        page.screenshot(path=shot, full_page=True, caret="initial")  # hiding it would write styles into the page


def until_held(page: Page, held: Sequence[Route], count: int) -> None:
    """Waits until so many requests have come that a test holds back."""
    for _ in range(PATIENCE // 100):
        if len(held) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(held)} requests came, not {count}")


def arrived(page: Page, at: str | re.Pattern[str]) -> None:
    """Waits until a page is there, and its style sheets and scripts: an address is told before they are."""
    expect(page).to_have_url(at)
    page.wait_for_load_state()


def fits(page: Page) -> None:
    """Checks that a page never scrolls sideways: once its style sheets are there, which its address is not told by."""
    page.wait_for_load_state()
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], f"{page.url} is {width[0]} wide"


def _inaccessible(page: Page) -> list[tuple[str, list[str]]]:
    options = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [(v["id"], [n["html"] for n in v["nodes"]]) for v in found]


def alarm(county: County, narrative: str = "两家因店铺门口堆放货物发生争吵", **more: Any) -> str:
    """A new dispute at a place of its own; answers its number."""
    more.setdefault("source", "walk_in")  # it waits for its desk: an alarm is pushed at once
    answer = county.alarm(narrative, place={"address": f"古山镇金江龙村{next(_houses)}号"}, **more)
    assert not answer["joined"]
    return str(answer["dispute_no"])


_houses = itertools.count(3000)


def decisions(county: County, number: str, name: str) -> list[dict[str, Any]]:
    """The entries of a timeline that record a decision."""
    return [e for e in county.timeline(number) if e["detail"].get("decision") == name]


def photo(name: str = "现场照片.png") -> FilePayload:
    """A picture, different each time."""
    return {"name": name, "mimeType": "image/png", "buffer": picture()}


def open_task(page: Page, number: str, box: str = "claimable") -> None:
    """Opens the task of a dispute from a box of the inbox, by search; what was named to somebody is `mine` at once."""
    page.goto(f"/?box={box}")
    page.get_by_role("searchbox").fill(number)
    page.locator(".task", has_text=number).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def answered(page: Page, said: str) -> None:
    """Checks that the answer was taken: the case is shown, with this message."""
    arrived(page, re.compile(r"/disputes/D(\d{6}-)?\d{4}-\d+$"))
    expect(page.get_by_role("status")).to_contain_text(said)
