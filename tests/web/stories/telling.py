"""How a story is told through the pages: everybody at a window of his own, finding the work as people find it."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from domain.base import CHINA
from tests.web.support import Desk, arrived, by_navigation, choose, fits, photo, sound

OFFICE, HAND = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
"""The screen of an office, and the telephone of whoever is out."""
SCREEN = {"office": OFFICE, "hand": HAND}.get(os.environ.get("SCREEN", ""))
"""The screen of everybody, where a story is to be played on one kind only (`tests.web.stories.pictures`)."""
SHOTS = os.environ.get("SHOTS", "")
"""Where pictures of the steps are put for somebody to look at: a folder; none are taken without it."""
Filling = Callable[[Page], None]


class Told:
    """One story as it is played: its dispute and the windows of those who play it."""

    def __init__(self, desk: Desk, name: str, out: dict[str, int] = HAND, office: dict[str, int] = OFFICE) -> None:
        """`out` is the screen of those who are not at a desk, `office` of those who are."""
        self.desk, self.name, self.number = desk, name, ""
        self.said = ""
        """what the page said last of an answer: that it was taken, and who is next"""
        self._sizes = {"out": SCREEN or out, "office": SCREEN or office}
        self._windows: dict[str, Page] = {}
        self._steps = itertools.count(1)

    # --- windows

    def window(self, username: str) -> Page:
        """Somebody's window, signed in once."""
        if username not in self._windows:
            self._windows[username] = self.desk.sign_in(username, self._sizes["out" if _is_out(username) else "office"])
        return self._windows[username]

    def name_of(self, username: str) -> str:
        """What somebody is called."""
        return next(str(p["name"]) for p in self.desk.county._people if p["username"] == username)

    def named(self, post: str, among: str) -> str:
        """The username of whoever the page named as next for a post, one of those whose usernames begin so."""
        said = self.said.partition(f"{post} ")[2]
        people = [p for p in self.desk.county._people if p["username"].startswith(among) and said.startswith(p["name"])]
        assert people, f"nobody of {among} is named by: {self.said}"
        return str(people[0]["username"])

    @property
    def people(self) -> int:
        """How many people have played."""
        return len(self._windows)

    # --- what people do

    def registers(self, username: str, source: str, narrative: str, address: str, *parties: str) -> None:
        """Takes a report in from 登记, and reads its number from the receipt."""
        page = self.window(username)
        page.get_by_role("link", name="登记").filter(visible=True).first.click()
        if page.get_by_label(source).count():
            page.get_by_label(source).check()
        page.get_by_label("情况").fill(narrative)
        page.get_by_label("地址").fill(address)
        for n, party in enumerate(parties):
            page.get_by_label("姓名").nth(n).fill(party)
        expect(page.get_by_label("研判提示").locator(".judged .chip").first).to_be_visible()
        self.look(page, "登记")
        page.get_by_role("button", name="登记").last.click()
        expect(page.get_by_label("登记回执")).to_contain_text(narrative)
        self.number = page.locator(".number").inner_text()
        self.look(page, "回执")

    def opens(self, username: str, kind: str, about: str = "") -> Page:
        """Goes home, and opens the task of this dispute that is called so, the one about somebody or something."""
        page = self.window(username)
        by_navigation(page, "待办")
        row = page.locator(".task", has_text=self.number).filter(has_text=kind).filter(has_text=about)
        if not row.count():
            page.get_by_role("searchbox").fill(self.number)
            page.get_by_role("searchbox").press("Enter")
        row.first.get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(kind)
        page.wait_for_load_state()  # the picker is there
        return page

    @contextmanager
    def answering(self, username: str, kind: str, decision: str, files: int = 0, about: str = "") -> Iterator[Page]:
        """Opens a task, chooses how to answer it, and sends it after the block has filled it in."""
        page = self.opens(username, kind, about)
        choice = page.get_by_role("navigation", name="处理意见选项").get_by_role("link", name=decision, exact=True)
        if choice.get_attribute("aria-current") != "true":
            choice.click()
            expect(choice).to_have_attribute("aria-current", "true")
        yield page
        for _ in range(files):
            page.locator("input[type=file]").first.set_input_files(photo())
            expect(page.locator("#answer")).to_contain_text("现场照片.png")
        self.look(page, f"{kind}-{decision}")
        page.get_by_role("button", name=re.compile(f"提交(拟办意见)?：{decision}$")).click()
        arrived(page, re.compile(r"/disputes/D[\d-]+$"))
        expect(page.get_by_role("status").first).to_contain_text("已提交")
        self.said = page.get_by_role("status").first.inner_text()
        self.look(page, f"{kind}-{decision}-之后")

    def answers(
        self, username: str, kind: str, decision: str, *, files: int = 0, about: str = "", **typed: str
    ) -> None:
        """Answers a task, the fields by their labels."""
        with self.answering(username, kind, decision, files, about) as page:
            for label, said in typed.items():
                page.get_by_label(label).first.fill(said)

    def disposes(self, username: str, kind: str, said: str, met: str, where: str, terms: str = "") -> None:
        """A unit reports what it did, whom it met and where, with a picture from there."""
        with self.answering(username, kind, "处置完毕", files=1) as page:
            page.get_by_label("处置结果").fill(said)
            self.meets(page, met, where)
            if terms:
                page.get_by_label("是否达成调解协议").check()
                page.get_by_role("button", name="添加协议条款").click()
                page.get_by_label("协议条款，第 1 项").fill(terms)

    def meets(self, page: Page, whom: str, where: str) -> None:
        """Writes down whom somebody met just now, and where."""
        page.get_by_label("见了谁").first.fill(whom)
        page.get_by_label("时间").first.fill(f"{datetime.now(CHINA):%Y-%m-%dT%H:%M}")
        page.get_by_label("地点").first.fill(where)

    def sits(self, page: Page, *usernames: str) -> None:
        """Names who takes part in a session, each chosen by his name among those who hold a post."""
        for n, username in enumerate(usernames):
            if n:
                page.get_by_role("button", name="添加参加人员").click()
            choose(page.locator(f"#f-participants-{n}"), "在岗人员", self.name_of(username))

    def sits_as_listed(self, username: str, decision: str, *, confirmed: bool = False, **typed: str) -> None:
        """Holds a session with those whom its composition asks for, as the drill's example seats them."""
        with self.answering(username, "调解", decision) as page:
            page.get_by_role("link", name="填入示例").click()
            expect(page.locator("#f-participants-1")).to_be_visible()
            for label, said in typed.items():
                page.get_by_label(label).first.fill(said)
            if confirmed:
                page.get_by_label("申请司法确认").check()

    def passes(self, days: int = 0, hours: int = 0) -> None:
        """Lets time pass for this dispute, as whoever leads a drill does at its page."""
        page = self.case("county-supervisor-1")
        page.get_by_label("推进多少").fill(str(days or hours))
        page.get_by_label("单位", exact=True).select_option(label="天" if days else "小时")
        page.get_by_role("button", name="推进时间").click()
        expect(page.get_by_role("status").first).to_contain_text("时间已推进", timeout=20_000)
        self.look(page, f"推进{days or hours}")

    def case(self, username: str) -> Page:
        """Somebody's look at the case, found by its number."""
        page = self.window(username)
        if not page.url.endswith(f"/disputes/{self.number}"):
            by_navigation(page, "纠纷")
            page.get_by_role("searchbox").first.fill(self.number)
            page.get_by_role("searchbox").first.press("Enter")
            arrived(page, re.compile(rf"/disputes/{self.number}$"))
        else:
            page.reload()
        return page

    def visited(self, username: str, *parties: str) -> None:
        """Each party is visited, and says that all is quiet."""
        for party in parties:
            self.answers(username, "回访", "情况稳定", about=party, 回访情况="双方相安无事，没有新的矛盾")

    def visited_to_the_end(self, username: str, *parties: str) -> None:
        """Both visits of a case that is concluded, the second a month later."""
        self.visited(username, *parties)
        self.passes(days=31)
        self.visited(username, *parties)

    def next_is(self, who: str) -> None:
        """Checks that the page said who is next."""
        assert f"下一步：{who}" in self.said, self.said

    def stands(self, stage: str, username: str = "county-supervisor-1") -> Page:
        """Checks at which stage the case stands, as the head of its page says."""
        page = self.case(username)
        expect(page.locator(".steps [aria-current]")).to_contain_text(stage)
        return page

    def closes(self, outcome: str) -> Page:
        """Checks that the case has come to its end, and nothing waits."""
        page = self.case("county-supervisor-1")
        expect(page.locator(".case-head")).to_contain_text(outcome)
        expect(page.get_by_text("纠纷已办结，没有待办事项。")).to_be_visible()
        self.look(page, "办结")
        sound(page)
        return page

    # --- what is looked at

    def look(self, page: Page, step: str) -> None:
        """Checks that no step scrolls sideways, and takes its picture where somebody looks."""
        fits(page)
        if SHOTS and SHOTS != "1":
            folder = Path(SHOTS) / self.name
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{next(self._steps):02} {step}.png", full_page=True, caret="initial")
            page.wait_for_timeout(300)  # it scrolls back a moment later, and a click just then would go beside


def _is_out(username: str) -> bool:
    """Whether somebody works with a telephone: officers, grid workers, mediators, handlers of departments."""
    return any(word in username for word in ("onscene", "officer", "grid", "mediator", "handler"))
