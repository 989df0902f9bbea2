"""Incidents from a spreadsheet: told row by row, registered once, the refused ones taken back to be mended."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from api.importing.reading import template
from api.incident_import.sheet import COLUMNS
from tests.web.support import DESKTOP, PHONE, Desk, sound

CALL_TAKER = "bureau-calltaker-1"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_houses = itertools.count(7600)


def row(said: str, at: str = "2026-11-03 14:05", address: str = "") -> list[str]:
    """A line of the template."""
    cells = dict.fromkeys(COLUMNS, "") | {"接报时间": at, "情况": said}
    cells["地址"] = address or f"古山镇金江龙村{next(_houses)}号"
    return [cells[column] for column in COLUMNS]


def tries(page: Page, name: str, rows: list[list[str]]) -> None:
    """Chooses a file, and waits until it was looked through."""
    page.goto("/incidents/import")
    file: FilePayload = {"name": name, "mimeType": BOOK, "buffer": template(COLUMNS, "警情", rows)}
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_role("status")).to_contain_text("检查完毕，尚未登记", timeout=60_000)


def test_a_spreadsheet_is_told_row_by_row_and_registered_once(desk: Desk, tmp_path: Path) -> None:
    said = "两家因晒谷场界线争吵，互不相让"
    first = row(said)
    rows = [first, row(said + "，今天又吵", address=first[COLUMNS.index("地址")]), row("噪声扰民", at="昨天")]
    page = desk.sign_in(CALL_TAKER, DESKTOP)
    page.goto("/incidents/new")
    page.get_by_role("link", name="从表格导入").click()
    sound(page, tmp_path / "chosen.png")
    tries(page, "十一月.xlsx", rows)
    lines = page.locator("tbody tr")
    told = ("第 4 行 有错误，不登记接报时间：应为日期和时间", "第 2 行 将新登记", "第 3 行 将与第 2 行并为一件")
    expect(lines).to_contain_text([*told])
    sound(page, tmp_path / "tried.png")
    page.get_by_role("button", name="登记 2 行").click()
    expect(page.get_by_role("status")).to_contain_text("登记完毕。新登记 1 行", timeout=60_000)
    number = lines.nth(1).get_by_role("link").inner_text()
    expect(lines.nth(2)).to_contain_text(f"已并入 {number}")
    sound(page, tmp_path / "done.png")
    with page.expect_download() as back:
        page.get_by_role("link", name="下载没有登记的 1 行").click()
    assert back.value.suggested_filename.endswith(".xlsx")

    phone = desk.sign_in(CALL_TAKER, PHONE, java_script_enabled=False)
    phone.goto("/incidents/import")
    phone.get_by_label("表格文件").set_input_files(back.value.path())
    phone.get_by_role("button", name="检查文件").click()
    for _ in range(60):
        if phone.get_by_text("检查完毕").count():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    expect(phone.locator("tbody tr")).to_have_text(re.compile("接报时间：应为日期和时间"))
    expect(phone.get_by_role("button", name="登记")).to_have_count(0)
    desk.refused(422, "/incidents/import")
    phone.goto("/incidents/import")
    phone.get_by_role("button", name="检查文件").click()
    expect(phone.locator("#i-file-error")).to_have_text("请选择要导入的文件")
    picture = {"name": "警情.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n\0"}
    phone.get_by_label("表格文件").set_input_files(picture)  # type: ignore[arg-type]
    desk.refused(415, "/incidents/import")
    phone.get_by_role("button", name="检查文件").click()
    expect(phone.locator("#i-file-error")).to_contain_text("无法读取该文件，请使用.xlsx或UTF-8、GB18030编码的.csv")
