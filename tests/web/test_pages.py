"""Inbox, case and actions in a real browser; every page is accessible and fits a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.support import DESKTOP, PHONE, Desk, alarm, answered, arrived, choose, open_task, sound


def test_the_inbox_is_searched_filtered_and_paged(desk: Desk) -> None:
    county = desk.county
    numbers = [alarm(county) for _ in range(26)]
    red = alarm(county, "男子持刀扬言报复邻居，要砍人")
    task = county.wait_for(red, "confirm_triage")
    page = desk.sign_in(desk.answerer(task), PHONE)
    rows = page.locator(".task")
    expect(rows).to_have_count(25)
    # what is due first stands first, whatever its colour: a red that came last has as long as the others had
    tasks = desk.answerer(task).get("/v1/tasks", limit=25, box="todo")["items"]
    assert [row.get_by_role("link").get_attribute("href") for row in rows.all()] == [
        f"/tasks/{t['task_id']}" for t in tasks
    ]
    expect(rows.first).not_to_contain_text(red)
    page.get_by_role("link", name="更多").click()
    expect(rows.nth(25)).to_be_visible()
    page.get_by_role("searchbox").press_sequentially(numbers[7], delay=5)
    expect(rows).to_have_count(1)
    expect(page.get_by_role("link", name=f"打开纠纷 {numbers[7]}")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").fill("")
    page.get_by_label("颜色").select_option("red")
    expect(page.locator(".task .chip.blue")).to_have_count(0)
    expect(page.locator(".task", has_text=red)).to_be_visible()
    page.get_by_label("类型").select_option("visit")
    expect(page.get_by_role("heading", name="没有符合条件的事项")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="清除筛选").click()
    expect(rows.first).to_be_visible()
    page.get_by_role("navigation", name="待办分类").get_by_role("link", name=re.compile("^我的")).click()
    arrived(page, re.compile("box=mine"))
    expect(
        page.get_by_role("navigation", name="待办分类").get_by_role("link", name=re.compile("^我的"))
    ).to_have_attribute("aria-current", "page")


def test_an_empty_inbox_says_what_to_do_next(desk: Desk) -> None:
    page = desk.sign_in("county-auditor-1", PHONE)
    for box, said in (("todo", "没有需要您办理的事项"), ("claimable", "没有等待认领的事项"),
                      ("mine", "在“待认领”中打开一个事项"), ("done", "备查"),
                      ("watched", "没有需要您关注的事项")):  # fmt: skip
        page.goto(f"/?box={box}")
        expect(page.locator(".empty")).to_contain_text(said)
    sound(page)


@pytest.mark.req("J-030")
def test_what_was_named_to_somebody_is_the_first_thing_he_sees(desk: Desk) -> None:
    """“落实给责任民警和所队领导”: there is nothing for them to claim."""
    county = desk.county
    place = {"address": "桃源镇梅林村3101号"}
    number = str(county.alarm("两家因排水沟多次争吵", source="walk_in", place=place)["dispute_no"])
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled")):
        county.answer(number, kind, decision)
    page = desk.sign_in(desk.answerer(county.wait_for(number, "watch_through")), PHONE)
    expect(page.locator(".tabs [aria-current]")).to_contain_text("待办")
    expect(page.locator(".task", has_text=number)).to_contain_text("全程跟踪")
    page.goto("/?box=claimable")
    expect(page.locator(".empty")).to_contain_text("落实到您本人的事项在“我的”")
    sound(page)


def test_an_overdue_case_is_shown_as_such(desk: Desk, tmp_path: Path) -> None:
    county = desk.county
    number = alarm(county, "男子持刀扬言报复邻居，要砍人")
    county.answer(number, "confirm_triage", "confirm")
    page = desk.sign_in(desk.answerer(county.wait_for(number, "handle_on_scene")))
    open_task(page, number)
    expect(page.locator(".head .due")).to_have_text(re.compile("还剩 2[34] 小时|还剩 1 天"))
    county.advance(number, "P3D")
    page.goto(f"/disputes/{number}")
    expect(page.locator(".head .due")).to_have_text(re.compile("超期 [12] 天"))
    expect(page.locator(".clock.overdue").first).to_contain_text("红色预警")
    sound(page, tmp_path / "overdue.png")
    page.goto(f"/?q={number}")
    expect(page.locator(".task .due").first).to_have_text(re.compile("超期 [12] 天"))


def test_actions_have_forms_and_wait_for_approval_where_they_must(desk: Desk) -> None:
    county = desk.county
    number = alarm(county, "男子持刀扬言报复邻居，要砍人")
    page = desk.sign_in(county.with_role("station_chief", "station-gushan"))
    page.goto(f"/disputes/{number}")
    page.locator(".more-actions summary").click()
    page.get_by_role("link", name="调整颜色").click()
    page.get_by_label("理由").fill("双方情绪已缓和")
    desk.refused(422, f"/disputes/{number}/actions/recolour")
    page.get_by_role("button", name="提交：调整颜色").click()
    expect(page.locator("#f-colour-error")).to_have_text("必填")
    expect(page.get_by_label("理由")).to_have_value("双方情绪已缓和")
    page.get_by_label("预警颜色").select_option(label="蓝色")
    page.get_by_role("button", name="提交：调整颜色").click()
    answered(page, "经上一级批准后生效")
    task = county.wait_for(number, "approve_change")
    judge = desk.sign_in(desk.answerer(task))
    judge.goto(f"/tasks/{task['task_id']}")
    expect(judge.locator(".card.warn")).to_contain_text("双方情绪已缓和")
    judge.get_by_role("button", name="提交：批准").click()
    answered(judge, "已提交“变更审批：批准”")
    assert county.dispute(number)["colour"] == "blue"
    page.goto(f"/disputes/{number}/actions/withdraw")
    expect(page.locator("#then")).to_have_text(re.compile("本案立即按“撤回”办结.*待办随之失效"))
    page.get_by_label("理由").fill("报警人撤回")
    page.get_by_role("button", name="提交：撤回").click()
    answered(page, "纠纷按“撤回”办结")
    expect(page.get_by_text("没有待办事项")).to_be_visible()


def test_a_report_that_joined_by_mistake_is_taken_out_by_its_button_and_each_page_leads_to_the_other(
    desk: Desk,
) -> None:
    county = desk.county
    number = alarm(county)
    first = county.dispute(number)["incidents"][0]
    sent = {key: first[key] for key in ("source", "occurred_at", "reported_at", "narrative")}
    told = county.with_role("call_taker").report(
        {**sent, "source_no": f"{first['source_no']}-2", "place": {"address": first["address"]},
         "parties": [{"name": each["name"], "side": each["side"]} for each in first["parties"]]}
    )  # fmt: skip
    assert told["dispute_no"] == number
    page = desk.sign_in(county.with_role("station_chief", "station-gushan"))
    page.goto(f"/disputes/{number}")
    page.get_by_role("link", name="不是同一事项：移出，另立一案").click()
    expect(page.get_by_label("移出哪条警情")).to_have_value(told["incident_id"])
    page.get_by_label("理由").fill("系另一户的纠纷")
    page.get_by_role("button", name="提交：分案").click()
    answered(page, "已移出该警情，由")
    [split] = county.dispute(number)["split_off"]
    page.goto(f"/disputes/{number}")
    expect(page.get_by_role("link", name="不是同一事项：移出，另立一案")).to_have_count(0)
    page.get_by_role("link", name=split["dispute_no"]).first.click()
    expect(page.get_by_role("main")).to_contain_text(f"本案的警情自{number}移出")
    expect(page.get_by_role("main")).to_contain_text("系另一户的纠纷")


def test_a_merger_is_put_up_for_approval_and_who_approves_reads_what_goes_where(desk: Desk) -> None:
    county = desk.county
    number, other = alarm(county), alarm(county)
    chief = county.with_role("station_chief", "station-gushan")
    page = desk.sign_in(chief)
    page.goto(f"/disputes/{number}/actions/merge_into")
    expect(page.locator("#answer")).to_contain_text("经上一级批准后，本案按“并案”办结")
    page.get_by_label("理由").fill("系同一事项")
    choose(page, "并入的纠纷编号", other)  # of the same people: it is offered
    expect(page.get_by_label("并入的纠纷编号")).to_have_value(re.compile(f"^{other} "))
    page.get_by_role("button", name="提交：并案").click()
    answered(page, "已提交审批：并案，经上一级批准后生效")
    task = county.wait_for(number, "approve_change")
    judge = desk.sign_in(desk.answerer(task))
    judge.goto(f"/tasks/{task['task_id']}")
    expect(judge.get_by_role("main")).to_contain_text(f"并案（并入{other}）")
    asked = judge.locator(".card.warn")
    expect(asked).to_contain_text("提请人")
    expect(asked).to_contain_text(str(chief.get("/v1/me")["name"]))
    title = county.dispute(other)["title"]
    expect(asked.get_by_role("link", name=f"{other} {title}")).to_have_attribute("href", f"/disputes/{other}")
    expect(judge.locator("ol.short")).to_contain_text("申请并案")
    judge.get_by_role("button", name="提交：批准").click()
    answered(judge, "已提交“变更审批：批准”")
    assert county.dispute(number)["outcome"] == "merged"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_is_accessible_and_fits(desk: Desk, size: dict[str, int], tmp_path: Path) -> None:
    county = desk.county
    number = alarm(county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "mediate")):  # fmt: skip
        county.answer(number, kind, decision)
    task = county.wait_for(number, "mediate")
    convenor = desk.answerer(task)
    page = desk.sign_in(convenor, size)
    paths = ["/", "/?box=done", f"/disputes/{number}", "/nowhere"]
    names = [d["name"] for d in county.supervisor.get(f"/v1/tasks/{task['task_id']}")["decisions"]]
    paths += [f"/tasks/{task['task_id']}?decision={name}&example=1" for name in names]
    desk.refused(404, "/nowhere")
    for n, path in enumerate(paths):
        page.goto(path)
        sound(page, tmp_path / f"{n}.png")
    page.goto(f"/tasks/{task['task_id']}?decision=agreed")
    page.get_by_role("button", name="添加履行义务").click()
    sound(page)
    chief = desk.sign_in(county.with_role("station_chief", "station-gushan"), size)
    chief.goto(f"/disputes/{number}")
    for link in [a.get_attribute("href") for a in chief.locator(".more-actions a").all()]:
        chief.goto(str(link))
        sound(chief)
