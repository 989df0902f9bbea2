"""The pictures of `docs/pages/`, made again by one command: `python -m tests.web.pictures [name …]`.

It starts a demo county of its own with the demo disputes, signs in as its people and takes each page as it stands.
Every name and number in it is made up.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.instance import Instance, running
from tests.web.support import ARGUMENTS, Desk, arrived, chromium

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pages"
OFFICE, HAND = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
MOST = 120 * 1024
"""Bytes of a picture."""
MADE_WITHIN = 600.0
"""Seconds within which the demo disputes are there."""
TOLD = "两家因宅基地砌墙发生争执，一方持刀威胁邻居，扬言要砍人"


@dataclass(frozen=True)
class Shot:
    """A picture: whose page it is, where, on which screen, and what is done there first."""

    name: str
    who: str
    path: str
    size: dict[str, int]
    first: Callable[[Page], None] | None = None


def register(page: Page) -> None:
    """An alarm half typed, with what stands beside it."""
    page.get_by_label("情况").fill(TOLD)
    page.get_by_label("地址").fill("古山镇金江龙村12号")
    for n, name in enumerate(("李建国", "罗小明")):
        page.get_by_label("姓名").nth(n).fill(name)
    expect(page.get_by_label("研判提示")).to_contain_text("公安先行")
    expect(page.locator(".draft-mark")).to_contain_text("已保存")


def first_case(page: Page) -> None:
    """The first case of the list."""
    page.locator("#list tbody a").first.click()
    expect(page.locator(".case-head")).to_be_visible()


def course(page: Page) -> None:
    """What happened in it."""
    first_case(page)
    page.get_by_role("link", name="经过", exact=True).click()
    arrived(page, re.compile("/course$"))


def first_task(page: Page) -> None:
    """The first task of a list."""
    page.locator(".task").first.get_by_role("link").first.click()
    expect(page.locator("#answer")).to_be_visible()


SHOTS = (
    Shot("home", "centre-dispatcher-1", "/", OFFICE),
    Shot("register", "bureau-calltaker-1", "/incidents/new", OFFICE, register),
    Shot("disputes", "county-supervisor-1", "/disputes", OFFICE),
    Shot("case", "county-supervisor-1", "/disputes?sort=colour", OFFICE, first_case),
    Shot("course", "county-supervisor-1", "/disputes?state=all&stage=follow_up", OFFICE, course),
    Shot("board", "centre-dispatcher-1", "/board", OFFICE),
    Shot("evaluation", "centre-evaluator-1", "/?box=todo", OFFICE, first_task),
    Shot("oversight-desk", "county-supervisor-1", "/oversight-desk", OFFICE),
    Shot("mechanism", "county-supervisor-1", "/playbook", OFFICE),
    Shot("indicators", "county-leader-1", "/indicators/board", OFFICE),
    Shot("home-phone", "baiyang-onscene-1", "/", HAND),
    Shot("answer-phone", "baiyang-onscene-1", "/?box=todo", HAND, first_task),
)


def small(png: bytes) -> bytes:
    """The same picture in a palette, of as many colours as fit into `MOST` bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (128, 64, 32, 16):
        out = io.BytesIO()
        # a rare red is what a page is looked at for, and the median of the colours would lose it
        picture.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST:
            return out.getvalue()
    raise ValueError(f"the picture does not fit into {MOST} bytes")


def take(desk: Desk, shot: Shot) -> None:
    """Takes one picture."""
    page = desk.sign_in(shot.who, shot.size)
    page.goto(shot.path)
    if shot.first:
        shot.first(page)
    page.wait_for_load_state()
    page.wait_for_timeout(800)  # what is drawn comes to rest
    page.evaluate("scrollTo(0, 0)")
    content = small(page.screenshot(caret="initial"))
    (FOLDER / f"{shot.name}.png").write_bytes(content)
    print(f"{shot.name}.png {len(content) // 1024} KB", flush=True)


def ready(instance: Instance) -> None:
    """Waits for the demo disputes.

    Raises:
        TimeoutError: they did not come.
    """
    until = time.monotonic() + MADE_WITHIN
    while not instance.settings.demo_disputes_done.exists():
        if time.monotonic() > until:
            raise TimeoutError("the demo disputes did not come")
        time.sleep(1)


def main(names: list[str]) -> int:
    """Takes the pictures of these names, all of them where none is named; answers the exit code."""
    FOLDER.mkdir(exist_ok=True)
    failed = 0
    with (
        tempfile.TemporaryDirectory() as var,
        running(Path(var) / "var", SANTUI_DEMO_DISPUTES="1") as instance,
        sync_playwright() as playwright,
    ):
        ready(instance)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for shot in (s for s in SHOTS if not names or s.name in names):
            desk = Desk(browser, instance)
            try:
                take(desk, shot)
            except Exception as error:  # the others are worth having
                failed += 1
                print(f"{shot.name}: {str(error)[:300]}", file=sys.stderr)
            desk.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
