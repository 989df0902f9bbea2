"""Two doors for facts: what a hotline hears of a dispute, and the working days of a year; and a party put right."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.support import PHONE, Desk, alarm, sound

SHOTS = Path(os.environ["SHOTS"]) if "SHOTS" in os.environ else None


def shot(name: str) -> Path | None:
    return SHOTS / f"{name}.png" if SHOTS else None


def test_what_is_heard_is_passed_on_from_the_case_s_page_and_nothing_typed_is_lost(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.county.with_role("station_chief", "station-gushan"), PHONE)
    page.goto(f"/disputes/{number}")
    page.get_by_text("更多操作").click()
    page.get_by_role("link", name="转来情况").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("转来情况")
    page.get_by_label("来源", exact=False).fill("12345")
    desk.refused(422, f"/disputes/{number}/notes")
    page.get_by_role("button", name="提交：转来情况").click()
    expect(page.get_by_text("已填写的内容都已保留")).to_be_visible()
    expect(page.get_by_label("来源", exact=False)).to_have_value("12345")
    page.get_by_label("转来的情况", exact=False).fill("来电人称对方仍在堆放货物")
    sound(page, shot("note"))
    page.get_by_role("button", name="提交：转来情况").click()
    expect(page.get_by_text("已转给承办人，并记入办理经过")).to_be_visible()
    expect(page.get_by_text("来电人称对方仍在堆放货物").first).to_be_visible()
    room = desk.sign_in(desk.county.with_role("command_room", "station-gushan"))
    room.goto("/messages")
    expect(room.get_by_text("来电人称对方仍在堆放货物").first).to_be_visible()


def test_a_party_is_put_right_at_the_desk_and_his_numbers_stay_masked(desk: Desk) -> None:
    number = alarm(desk.county, parties=[{"name": "李某", "side": "a"}])
    page = desk.sign_in(desk.county.with_role("station_chief", "station-gushan"), PHONE)
    page.goto(f"/disputes/{number}/actions/correct_party")
    page.get_by_label("更正哪一位", exact=False).select_option("李某")
    page.get_by_label("姓名", exact=False).first.fill("李建国")
    page.get_by_label("电话", exact=False).fill("13812345678")
    page.get_by_label("理由", exact=False).fill("核对身份证")
    sound(page, shot("party"))
    page.get_by_role("button", name="提交：更正当事人").click()
    expect(page.get_by_text("138****5678").first).to_be_visible()
    expect(page.get_by_text("13812345678")).to_have_count(0)


@pytest.mark.timeout(120)
def test_an_edition_is_published_by_the_administrator_and_seen_by_everybody(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in(desk.county.with_role("admin_system", "county"), PHONE)
    page.goto("/calendar")
    page.get_by_label("版本号", exact=False).fill("t-1")
    days = page.get_by_label("工作日中的放假日", exact=False)
    before = days.input_value()
    held = {date.fromisoformat(day) for day in before.split()}
    extra = next(d for n in range(1, 60)
                 if (d := max(held) - timedelta(days=n)).weekday() == 2 and d not in held)  # fmt: skip
    days.fill(f"{before}\n2027-02-06")
    page.get_by_label("依据", exact=False).fill("国办发明电〔2026〕1号")
    desk.refused(422, "/calendar")
    page.get_by_role("button", name="提交：发布新版本").click()
    expect(page.get_by_text("2027-02-06是周末，本来休息，不必列出")).to_be_visible()
    expect(page.get_by_label("依据", exact=False)).to_have_value("国办发明电〔2026〕1号")
    sound(page, shot("calendar-refused"))
    page.get_by_label("工作日中的放假日", exact=False).fill(f"{before}\n{extra}")
    page.get_by_role("button", name="提交：发布新版本").click()
    expect(page.get_by_text("已发布工作日历 t-1").first).to_be_visible()
    for _ in range(60):
        page.reload()
        if page.get_by_text("已通知全部在办纠纷").count():
            break
        page.wait_for_timeout(1000)
    expect(page.get_by_text("已通知全部在办纠纷").first).to_be_visible()
    sound(page, shot("calendar"))
    told = [e["title"] for e in desk.county.timeline(number) if e["kind"] == "calendar_edition"]
    assert told == ["工作日历更新为t-1"]
    reader = desk.sign_in(desk.county.with_role("station_chief", "station-gushan"))
    reader.goto("/calendar")
    expect(reader.get_by_role("heading", name="现行版本 t-1")).to_be_visible()
    expect(reader.get_by_role("button", name="提交：发布新版本")).to_have_count(0)


@pytest.mark.timeout(120)
def test_the_coming_year_is_read_from_a_file_and_tried_before_it_is_published(desk: Desk) -> None:
    year = date.today().year + 1  # noqa: DTZ011 - any year that nothing has passed of
    days = [day for n in range(40) if (day := date(year, 2, 1) + timedelta(days=n)).weekday() < 5]
    worked = next(day for n in range(7) if (day := date(year, 3, 20) + timedelta(days=n)).weekday() == 6)
    lines = [*(f"{day},放假" for day in days[:6]), f"{worked},上班"]
    page = desk.sign_in(desk.county.with_role("admin_system", "county"))
    page.goto("/calendar")
    desk.refused(422, "/calendar")
    file = page.get_by_label("文件（CSV", exact=False)
    file.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": "日期,安排\n2月8日,放假\n".encode()})
    page.get_by_role("button", name="读入，不发布").click()
    expect(page.get_by_text("第2行：日期“2月8日”应写作 2027-02-08")).to_be_visible()
    file.set_input_files(
        {"name": "b.csv", "mimeType": "text/csv", "buffer": "\n".join(["日期,安排", *lines]).encode("gb18030")}
    )
    page.get_by_role("button", name="读入，不发布").click()
    expect(page.get_by_text(f"已读入{year}年：放假 6 天，上班 1 天，尚未发布")).to_be_visible()
    page.get_by_label("版本号", exact=False).fill("t-9")
    page.get_by_label("依据", exact=False).fill("国办发明电〔2026〕1号")
    page.get_by_role("button", name="先试算").click()
    tried = page.get_by_role("status", name="试算结果")
    expect(tried).to_contain_text(f"改为上班：{year} 年")
    expect(tried).to_contain_text("已经起算的时限一项也不移动")
    expect(page.get_by_label("版本号", exact=False)).to_have_value("t-9")
    expect(page.get_by_role("heading", name="t-9", exact=False)).to_have_count(0)
    sound(page, shot("calendar-tried"))
