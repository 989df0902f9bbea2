"""风险隐患 on pages: a batch pasted and sent, answered item by item with pictures, ruled upon, verified, to zero."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import FilePayload, Page, expect

from domain.base import CHINA
from tests.infra.files.hostile import pdf
from tests.web.support import DESKTOP, Desk, arrived, photo, sound

NARROW = {"width": 360, "height": 780}
SIZES = pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["phone", "laptop"])
_places = itertools.count(1)
LETTER: FilePayload = {"name": "整改报告.pdf", "mimeType": "application/pdf", "buffer": pdf()}
"""What no picture is made of."""


def day(ahead: int) -> str:
    """A day so many days from now, as it is typed."""
    return (datetime.now(CHINA) + timedelta(days=ahead)).date().isoformat()


def rows(count: int = 2) -> str:
    """Items for two organisations, as they are copied out of a table."""
    bodies = itertools.cycle(["县消防救援大队", "县教育局"])
    return "\n".join(f"消防\t{next(bodies)}\t{day(9)}\t第{next(_places)}处通道被杂物占用" for _ in range(count))


def sent(desk: Desk, page: Page, count: int = 2) -> str:
    """A batch sent by its form; answers its case's number."""
    page.goto("/hazards/new")
    page.get_by_label("隐患清单").fill(rows(count))
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("status")).to_contain_text(f"{count} 项，分送 2 个单位")
    return page.url.rpartition("/")[2]


def dispatcher(desk: Desk, size: dict[str, int]) -> Page:
    """Who sends batches in Jinhua."""
    return desk.sign_in(desk.county.with_role("centre_dispatcher", "centre"), size)


@pytest.mark.req("R-063")
def test_a_batch_is_pasted_and_every_wrong_line_is_told_with_nothing_lost(desk: Desk) -> None:
    """“发送风险隐患提示函35批次,涉及风险隐患线索17个方面、5426项”."""
    page = dispatcher(desk, NARROW)
    page.goto("/hazards/new")
    typed = "\n".join((
        "方面,整改单位,整改期限,隐患情况", f"消仿,县消防救援大队,{day(9)},灭火器失效",
        f"消防,没有的局,{day(9)},通道占用", "消防,县教育局,去年,护栏松动", "只有一栏",
    ))  # fmt: skip
    page.get_by_label("隐患清单").fill(typed)
    page.get_by_label("文号").fill("隐患办〔2026〕8号")
    page.get_by_label("或选择 CSV 文件").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": f"消防,县教育局,{day(3)},门禁失灵".encode("gb18030")}
    )
    desk.refused(422, "/hazards/new")
    page.get_by_role("button", name="发送").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("第5行：应有方面、整改单位、整改期限和隐患情况几栏")
    expect(page.get_by_label("隐患清单")).to_have_value(f"{typed}\n消防,县教育局,{day(3)},门禁失灵")
    sound(page)
    expect(told).to_contain_text("第4行“整改期限”：应为日期，例如 2026-12-31")
    page.get_by_label("隐患清单").fill(typed.removesuffix("\n只有一栏").replace("去年", day(5)))
    page.get_by_role("button", name="发送").click()
    expect(told).to_contain_text("第2行“方面”：没有“消仿”方面")
    expect(told).to_contain_text("第3行“整改单位”：没有“没有的局”这个单位")
    expect(page.get_by_label("文号")).to_have_value("隐患办〔2026〕8号")
    page.get_by_label("隐患清单").fill(rows())
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("风险隐患提示函 ")
    expect(page.get_by_role("heading", level=1)).to_contain_text("年第")
    expect(page.locator("#items li")).to_have_count(2)
    sound(page)


@pytest.mark.req("R-062", "R-063", "R-064")
@SIZES
def test_items_are_answered_ruled_upon_and_cancelled_off_from_the_batch(desk: Desk, size: dict[str, int]) -> None:
    """“隐患联排全面覆盖,问题整改动态销号” … “动态清零目标”."""
    page = dispatcher(desk, size)
    number = sent(desk, page, 4)
    tasks = {task["about"]["organisation"]: task for task in desk.county.open_tasks(number, "rectify")}
    handler = desk.sign_in(desk.answerer(tasks["fire_rescue"]), size)
    handler.goto(f"/hazards/{number}")
    handler.locator("#items li", has_text="县消防救援大队").first.get_by_role("link", name="整改完成").click()
    expect(handler.get_by_role("checkbox", name="第1项")).to_be_checked()
    expect(handler.get_by_role("checkbox", name="第3项")).not_to_be_checked()
    desk.refused(422, f"/tasks/{tasks['fire_rescue']['task_id']}")
    handler.get_by_role("button", name="提交：整改完成").click()  # nothing said, no picture
    expect(handler.get_by_role("alert")).to_contain_text("需要修改")
    expect(handler.get_by_role("checkbox", name="第1项")).to_be_checked()
    handler.get_by_label("整改情况").fill("杂物已清理，照片附后")
    handler.get_by_role("button", name="全部勾选").click()
    expect(handler.get_by_role("checkbox", name="第3项")).to_be_checked()
    expect(handler.get_by_label("整改情况")).to_have_value("杂物已清理，照片附后")
    handler.get_by_role("checkbox", name="第3项").uncheck()
    handler.locator("#f-attachments").set_input_files([photo(), LETTER])
    sound(handler)
    handler.get_by_role("button", name="提交：整改完成").click()
    expect(handler.get_by_role("status")).to_contain_text("已提交")
    handler.goto(f"/hazards/{number}/3")
    handler.get_by_role("link", name="退单", exact=True).click()
    handler.get_by_label("退单依据").fill("学校内部通道由教育部门监管")
    handler.get_by_role("button", name="提交：退单").click()
    expect(handler.get_by_role("status")).to_contain_text("隐患整改：退单")
    page.goto(f"/hazards/{number}?state=disowned")
    page.locator("#items li").get_by_role("link", name=re.compile("^同意退单")).click()
    page.get_by_label("改送单位").fill("县教育局")
    sound(page)
    page.get_by_role("button", name="提交：同意退单").click()
    expect(page.get_by_role("status")).to_contain_text("已提交")
    page.goto(f"/hazards/{number}/3")
    expect(page.get_by_text("学校内部通道由教育部门监管")).to_be_visible()
    expect(page.get_by_text("同意退单，改送其他单位")).to_be_visible()
    expect(page.locator("dl").first).to_contain_text("县教育局")
    sound(page)
    page.goto(f"/hazards/{number}/1")
    expect(page.get_by_role("img", name="佐证 1")).to_be_visible()
    expect(page.get_by_role("link", name="整改报告.pdf")).to_be_visible()  # no picture of it, no broken one either
    page.get_by_role("link", name="销号", exact=True).click()
    page.get_by_role("button", name="提交：销号").click()
    expect(page.get_by_role("status")).to_contain_text("已提交")
    page.goto(f"/hazards/{number}")
    expect(page.locator("#items li", has_text="已销号")).to_have_count(1)
    sound(page)
    desk.county.advance(number, "P12D")  # by its own clock what is due on the ninth day is late, and unmistakably so
    desk.county.wait_for(number, "supervise")
    page.goto(f"/hazards/{number}?state=overdue")
    expect(page.locator("#items li.late").first.get_by_text("逾期", exact=True)).to_be_visible()
    sound(page)
    page.goto("/hazards?by=batch")
    expect(page.get_by_role("heading", name="近 30 天走势")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="批").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"共 \d+ 批次，涉及 \d+ 个方面、\d+ 项。"))).to_be_visible()
    page.get_by_text("在整改期限内提交整改、并经核查销号的项数 ÷ 发出项数").click()
    expect(page.locator("#d-in_time_rate")).to_contain_text("依据：“融合警务”报道")
    sound(page)
    page.goto("/hazards/items?state=outstanding&organisation=education")
    expect(page.locator("#items")).to_contain_text("县教育局")
    sound(page)
    page.goto(f"/disputes/{number}")
    page.get_by_role("link", name="隐患清单：4 项，已销号 1 项").click()
    arrived(page, f"{desk.base}/hazards/{number}")


def test_who_sends_none_is_told_so_and_a_foreign_batch_is_not_found(desk: Desk) -> None:
    number = sent(desk, dispatcher(desk, DESKTOP))
    officer = desk.sign_in(desk.county.with_role("responsible_officer"))
    for address, status, said in (
        ("/hazards/new", 403, "您的岗位不发送风险隐患提示函"),
        (f"/hazards/{number}", 404, "没有这批风险隐患"),
        (f"/hazards/{number}/1", 404, "没有这项隐患"),
    ):
        desk.refused(status, address)
        officer.goto(address)
        expect(officer.get_by_role("main")).to_contain_text(said)
    officer.goto("/hazards")
    expect(officer.get_by_text("没有风险隐患")).to_be_visible()
