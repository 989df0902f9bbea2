"""The auditor's desk in a real browser: a history and its slider, a replay, the access log whose codes have words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.access_log.labels import FAMILIES, NOTED, noted, outcome
from api.access_log.routes import WORDS
from api.middleware.noting import OTHER, REFUSED
from tests.instance import ROOT
from tests.web.support import DESKTOP, PHONE, Desk, alarm, arrived, by_navigation, sound

NARROW = {**PHONE, "width": 390}
AUDITOR = "county-auditor-1"


def lived(desk: Desk) -> str:
    """A dispute that was unsettled, disposed of, and judged."""
    number = alarm(desk.county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled"), ("evaluate", "return")):  # fmt: skip
        desk.county.answer(number, kind, decision)
    return number


def shown(page: Page) -> str:
    """Where the shown case stands."""
    return page.locator("#moment .head .chip.state").inner_text()


def test_the_slider_shows_the_case_at_each_moment(desk: Desk, tmp_path: Path) -> None:
    number = lived(desk)
    page = desk.sign_in(AUDITOR)
    page.goto(f"/disputes/{number}")
    page.get_by_role("link", name="办理历史").click()
    arrived(page, re.compile(f"/disputes/{number}/history$"))
    slider = page.get_by_role("slider")
    last = int(slider.get_attribute("max") or "")
    expect(slider).to_have_value(str(last))
    expect(page.locator("#moment")).to_contain_text("第 2 轮")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#moment")).to_have_attribute("data-step", "0")
    arrived(page, re.compile(r"/history\?run=[\w-]+&event=\d+$"))
    expect(slider).to_be_focused()
    assert shown(page) == "研判"
    for step in range(1, last + 1):
        page.keyboard.press("ArrowRight")
        expect(page.locator("#moment")).to_have_attribute("data-step", str(step))
        expect(page.locator(".moments [aria-current]")).to_have_count(1)
        expect(page.locator("#slider-label")).to_have_text(slider.get_attribute("aria-valuetext") or "")
    assert "第 2 轮" in page.locator("#moment").inner_text()
    for key, step in (("End", last), ("ArrowLeft", last - 1), ("ArrowLeft", last - 2)):
        page.keyboard.press(key)
        expect(page.locator("#moment")).to_have_attribute("data-step", str(step))
    expect(page.locator("#moment .chip.mark").first).to_be_visible()
    expect(page.locator("#moment .was").first).to_contain_text("原：")
    sound(page, tmp_path / "moment.png")
    title = page.locator(".walk-at strong").inner_text()
    page.reload()
    expect(page.locator(".walk-at strong")).to_have_text(title)
    expect(slider).to_have_value(str(last - 2))
    page.get_by_role("link", name="上一时点").click()
    expect(page.locator("#moment")).to_have_attribute("data-step", str(last - 3))
    expect(slider).to_have_value(str(last - 3))
    page.locator(".moments summary").first.click()
    expect(page.locator(".events code", has_text="WORKFLOW_EXECUTION_STARTED")).to_be_visible()


def test_parties_are_masked_and_downloads_are_offered_and_noted(desk: Desk) -> None:
    number = alarm(desk.county, parties=[{"name": "李某", "phone": "13812345678", "side": "a"}])
    desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in(AUDITOR)
    page.goto(f"/disputes/{number}/history")
    expect(page.locator("#moment")).to_contain_text("138****5678")
    assert "13812345678" not in page.content()
    with page.expect_download() as stored:
        page.get_by_role("link", name="下载原件").click()
    assert "李某" not in stored.value.path().read_text()
    with page.expect_download() as opened:
        page.get_by_role("link", name="下载解密件").click()
    assert opened.value.suggested_filename == f"{number}-decoded.json"
    page.goto(f"/audit/access?dispute_no={number}&person={AUDITOR}")
    expect(page.locator("#accesses tbody tr")).to_contain_text(
        ["查看访问日志", "下载办理历史（解密）", "下载办理历史（原件，加密）", "查看办理历史"]
    )


def test_a_history_is_walked_without_scripts(desk: Desk) -> None:
    number = lived(desk)
    page = desk.sign_in(AUDITOR, java_script_enabled=False)
    page.goto(f"/disputes/{number}/history?step=0")
    seen = [shown(page)]
    while page.get_by_role("link", name="下一时点").count():
        page.get_by_role("link", name="下一时点").click()
        seen.append(shown(page))
    assert [stage for stage, _ in groupby(seen)] == [
        "研判", "一推·处警民警", "二推·责任民警", "成效评估", "二推·责任民警"
    ]  # fmt: skip
    page.goto(f"/disputes/{number}/history?event=1")
    page.get_by_role("button", name="查看").click()
    arrived(page, re.compile(r"run=[\w-]+&step=0$"))


def test_the_runs_of_a_reopened_dispute_are_chosen_from(desk: Desk) -> None:
    number = alarm(desk.county)
    for action in ("withdraw", "reopen"):
        desk.county.supervisor.post(f"/v1/disputes/{number}/actions/{action}", {"reason": "双方又起争执"})
    desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in(AUDITOR)
    page.goto(f"/disputes/{number}/history")
    runs = page.get_by_role("navigation", name="历次办理")
    expect(runs.get_by_role("link")).to_have_count(2)
    expect(runs.locator("[aria-current]")).to_contain_text("第 2 次办理")
    sound(page)
    runs.get_by_role("link", name="第 1 次办理").click()
    assert shown(page) == "办结"
    expect(page.locator("#moment")).to_contain_text("撤回")


def test_a_replay_is_asked_for_watched_and_read(desk: Desk, tmp_path: Path) -> None:
    number = lived(desk)
    page = desk.sign_in(AUDITOR, NARROW)
    by_navigation(page, "审计")
    arrived(page, desk.base + "/audit")
    desk.refused(404, "/audit/replays")
    desk.refused(422, "/audit/replays")
    page.get_by_label("一件纠纷").fill("D1999-000001")
    page.get_by_role("button", name="重放这件纠纷").click()
    expect(page.get_by_role("alert")).to_contain_text("没有这个纠纷")
    page.get_by_label("一件纠纷").fill(number)
    page.get_by_role("button", name="重放这件纠纷").click()
    expect(page.locator("#job")).to_contain_text("全部一致", timeout=60_000)
    expect(page.locator("#job tbody tr")).to_contain_text([number])
    expect(page.locator("#jobs")).to_contain_text(number)
    sound(page, tmp_path / "replayed.png")
    page.locator("#job").get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("办理历史")
    page.goto("/audit")
    page.get_by_label("受理时间，首日").fill("2026-02-02")
    page.get_by_label("末日").fill("2026-02-01")
    page.get_by_role("button", name="重放这一时期").click()
    expect(page.get_by_role("alert")).to_have_text("起始日期不能晚于截止日期")
    page.get_by_label("受理时间，首日").fill("2020-01-01")
    page.get_by_label("末日").fill("2020-01-02")
    page.get_by_role("button", name="重放这一时期").click()
    expect(page.locator("#job")).to_contain_text("没有可核对的历史", timeout=60_000)


def test_the_access_log_is_filtered_and_paged(desk: Desk) -> None:
    number = alarm(desk.county)
    stranger = desk.sign_in(desk.county.with_role("station_chief", "station-baiyang"))
    desk.refused(404, f"/disputes/{number}/history")
    stranger.goto(f"/disputes/{number}/history")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("未找到")
    page = desk.sign_in(AUDITOR)
    page.goto("/audit")
    page.get_by_role("link", name="访问日志").click()
    expect(page.locator("#accesses tbody tr")).to_have_count(50)
    first = page.locator("#accesses tbody tr").first.inner_text()
    page.get_by_role("link", name="更早的").click()
    expect(page.get_by_role("link", name="回到最近")).to_be_visible()
    assert page.locator("#accesses tbody tr").first.inner_text() != first
    page.get_by_label("纠纷编号").fill(number)
    page.get_by_label("只看被拒绝的").check()
    page.get_by_role("button", name="查询", exact=True).click()
    rows = page.locator("#accesses tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(["未找到"])
    page.wait_for_load_state()
    page.get_by_label("人员").fill("nobody-at-all")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_role("heading", name="没有符合条件的记录")).to_be_visible()
    sound(page)


def test_only_those_who_may_find_the_way(desk: Desk) -> None:
    number = alarm(desk.county)
    chief = desk.sign_in(desk.county.with_role("station_chief", "station-gushan"))
    chief.goto(f"/disputes/{number}")
    expect(chief.get_by_role("link", name="办理历史")).to_have_count(0)
    expect(chief.get_by_role("link", name="审计")).to_have_count(0)
    for path in ("/audit", "/audit/access", f"/disputes/{number}/history", f"/disputes/{number}/history.json"):
        desk.refused(403, path)
        answer = chief.goto(path)
        assert answer is not None
        assert (answer.status, path) == (403, path)
    keeper = desk.sign_in(desk.county.with_role("admin_audit"))
    by_navigation(keeper, "审计")
    arrived(keeper, desk.base + "/audit/access")
    supervisor = desk.sign_in("county-supervisor-1")
    by_navigation(supervisor, "审计")
    expect(supervisor.get_by_role("heading", name="发起重放")).to_be_visible()
    expect(supervisor.get_by_role("link", name="访问日志")).to_be_visible()


@pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_are_accessible_and_fit(desk: Desk, size: dict[str, int], tmp_path: Path) -> None:
    number = lived(desk)
    page = desk.sign_in(AUDITOR, size)
    paths = [f"/disputes/{number}/history?step={step}" for step in (0, 2)]
    desk.refused(422, f"/disputes/{number}/history?event=99999")
    for n, path in enumerate([*paths, "/audit", "/audit/access", f"/disputes/{number}/history?event=99999"]):
        page.goto(path)
        sound(page, tmp_path / f"{n}.png")


PASSED_ON = {ROOT / path for path in ("api/core/permissions.py", "api/middleware/noting.py")}
"""Where codes are noted that others gave."""
REFUSING = {"_refuse": 2, "refused": 4}
"""Functions that note a try and refuse it, and which argument is what they note."""


def codes() -> Iterator[str]:
    """Every code that is noted anywhere in `api/`: literals whole, the beginnings of composed ones; and by route."""
    yield from (*WORDS.values(), REFUSED, OTHER, "access:forget")
    for path in sorted((ROOT / "api").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name not in REFUSING:
                names = {a.arg: literals(a.annotation) for a in function.args.args}
                for node in noting(function):
                    found = list(spelled(node, names))
                    known = found or path in PASSED_ON
                    assert known, f"{path}: which codes is {ast.dump(node)}?"
                    yield from found


def noting(function: ast.AST) -> Iterator[ast.expr]:
    """What is noted: the third argument of `access.note` and `note_once`, the second of `note_shown`, the fifth of
    `at_root`, that of `REFUSING`.
    """
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(attr="note" | "note_once", value=ast.Attribute(attr="access")), args=args):
                yield args[2]
            case ast.Call(func=ast.Attribute(attr="note_shown"), args=args):
                yield args[1]
            case ast.Call(func=ast.Name(id=name), args=args) if len(args) > REFUSING.get(name, len(args)):
                yield args[REFUSING[name]]
            case ast.Call(func=ast.Attribute(attr="at_root") | ast.Name(id="at_root"), args=args):
                yield args[4]


def literals(annotation: ast.expr | None) -> list[str]:
    """The values a parameter may have, where its type spells them."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=values)):
            return [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Constant(value=str(code))):
            return [code]
    return []


def spelled(node: ast.expr, names: dict[str, list[str]]) -> Iterator[str]:
    """The codes an expression may stand for; of composed ones the beginning up to the colon."""
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), *_]):
            yield prefix
        case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id=name)), *_]):
            yield from (f"{value}:" for value in names[name])
        case ast.Name(id=name):
            yield from names.get(name, [])
        case ast.IfExp(body=body, orelse=orelse):
            yield from spelled(body, names)
            yield from spelled(orelse, names)


def test_every_code_of_the_access_log_has_words_and_no_other() -> None:
    found = set(codes())
    assert {"read", "task:", "history:decoded", "access"} <= found
    known = NOTED.keys() | FAMILIES.keys()
    assert sorted(found - known) == sorted({"act:reopen"} & found)
    assert sorted(known - found) == []


def test_codes_are_shown_in_words() -> None:
    assert noted("task:handle_on_scene") == "查看待办：现场处置"
    assert noted("act:withdraw") == "操作：撤回"
    assert noted("acknowledge:accept_assignment") == "应铃：签收交办"
    assert noted("codec:12") == "在引擎页面解密 12 项"
    assert (outcome("ok"), outcome("not_found"), outcome("not_entitled")) == (
        "成功", "未找到", "您的岗位无权办理此事项"
    )  # fmt: skip
