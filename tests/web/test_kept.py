"""Nothing that was typed is lost: every refusal at the desk keeps it, and says where it belongs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from api.web.errors import _is_text
from tests.web.support import PHONE, Desk, alarm, answered, arrived, choose, decisions, sound
from tests.web.test_handing import HELPER, OWNER, SECOND, at_push_2, name

Form = dict[str, str | float | bool]
TYPED = "第二次写的内容，不能丢"


def sign_out(page: Page) -> None:
    """The sign-in is over, as after its twelve hours."""
    page.context.clear_cookies(name="santui_session")


def sign_in_again(page: Page, desk: Desk, username: str) -> None:
    """Signs in at the form that came instead of an answer."""
    desk.refused(401, "/login")
    expect(page.get_by_role("alert")).to_contain_text("填写的内容不会丢失")
    sound(page)
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill("不对的密码")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    page.get_by_label("密码").fill(desk.password(username))
    page.get_by_role("button", name="登录").click()


def again_in_another_tab(page: Page, desk: Desk, username: str) -> None:
    """Signed out and in again in another tab: the forms of before are stale."""
    other = page.context.new_page()
    sign_out(other)
    other.goto("/login")
    other.get_by_label("用户名").fill(username)
    other.get_by_label("密码").fill(desk.password(username))
    other.get_by_role("button", name="登录").click()
    arrived(other, desk.base + "/")


# --- Back, and other content


def brought_back(page: Page, form: str) -> Page:
    """The same page with the same key, as Back brings it where the browser has kept it: a second tab here."""
    other = page.context.new_page()
    other.goto(page.url)
    key = page.locator(f"{form} input[name=key]").input_value()
    other.locator(f"{form} input[name=key]").evaluate("(field, key) => { field.value = key }", key)
    return other


def contact(page: Page, said: str) -> None:
    """Fills in the record of a contact, and sends it."""
    page.get_by_label("方式").select_option(label="电话")
    page.get_by_label("联系对象").fill("李某")
    page.locator("#f-summary").fill(said)
    page.get_by_role("button", name="提交：记录联系").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_back_with_other_content_tells_what_came_of_the_first_and_sends_the_new(desk: Desk, scripts: bool) -> None:
    number, task_id = at_push_2(desk)
    page = desk.sign_in(OWNER, java_script_enabled=scripts)
    page.goto(f"/tasks/{task_id}?decision=contacted")
    back = brought_back(page, "#answer")
    contact(page, "第一次写的内容")
    answered(page, "已提交")
    contact(back, TYPED)
    alert = back.get_by_role("alert")
    expect(alert).to_contain_text("这份表单此前已经提交过")
    expect(alert).to_contain_text("已提交“责任跟进：记录联系”")
    expect(alert).to_contain_text("核对后再次提交")
    expect(back.locator("#f-attachments-error")).to_have_count(0)
    expect(back.locator("#f-summary")).to_have_value(TYPED)
    if scripts:
        sound(back)
    back.get_by_role("button", name="提交：记录联系").click()
    answered(back, "已提交")
    said = [e["detail"]["fields"]["summary"] for e in decisions(desk.county, number, "contacted")]
    assert sorted(said) == sorted(["第一次写的内容", TYPED])


def test_back_to_a_task_that_is_done_shows_what_was_decided_and_what_was_not_sent(desk: Desk) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/tasks/{task['task_id']}?decision=confirm")
    back = brought_back(page, "#answer")
    page.get_by_label("理由或说明").fill("第一次写的内容")
    page.get_by_role("button", name="提交：确认研判").click()
    answered(page, "下一步：现场处置")
    back.get_by_label("理由或说明").fill(TYPED)
    back.get_by_role("button", name="提交：确认研判").click()
    expect(back.get_by_role("alert")).to_contain_text("这份表单此前已经提交过")
    expect(back.get_by_role("alert")).to_contain_text("下一步：现场处置")
    expect(back.locator("#answer")).to_contain_text("处理结果：确认研判")
    expect(back.locator(".unsent")).to_contain_text(TYPED)
    expect(back.get_by_role("button", name="提交：确认研判")).to_have_count(0)
    sound(back)
    assert len(decisions(desk.county, number, "confirm")) == 1


def test_back_to_a_form_that_was_refused_sends_the_new_content(desk: Desk) -> None:
    number, task_id = at_push_2(desk)
    page = desk.sign_in(OWNER)
    page.goto(f"/tasks/{task_id}?decision=settled")
    key = page.locator("#answer input[name=key]").input_value()
    csrf = page.locator("#answer input[name=csrf]").input_value()
    form: Form = {"key": key, "csrf": csrf, "decision": "settled"}
    assert page.request.post(f"/tasks/{task_id}", form=form).status == 422
    answer = page.request.post(f"/tasks/{task_id}", form={**form, "v.summary": TYPED}, max_redirects=0)
    assert answer.status == 303
    assert decisions(desk.county, number, "settled")[0]["detail"]["fields"]["summary"] == TYPED


def test_back_with_another_comment_keeps_it_and_says_so_at_the_comments(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in("county-supervisor-1")
    page.goto(f"/disputes/{number}")
    back = brought_back(page, "#comments")
    for tab, said in ((page, "第一条"), (back, TYPED)):
        tab.get_by_role("textbox", name="留言").fill(said)
        tab.get_by_role("button", name="发表").click()
        expect(page.locator("#comments")).to_contain_text("第一条")
    expect(back.locator("#comments").get_by_role("alert")).to_contain_text("前一次的留言已经发表")
    expect(back.get_by_role("textbox", name="留言")).to_have_value(TYPED)
    sound(back)
    back.get_by_role("button", name="发表").click()
    expect(back.locator(".said")).to_have_text(["第一条", TYPED])


def test_back_with_another_action_keeps_it_and_says_so(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in("county-supervisor-1")
    page.goto(f"/disputes/{number}/actions/recolour")
    back = brought_back(page, "#answer")
    for tab, why in ((page, "第一次"), (back, TYPED)):
        tab.locator("#f-colour").select_option(value="red")
        tab.locator("#f-reason").fill(why)
    page.get_by_role("button", name="提交：").click()
    arrived(page, f"{desk.base}/disputes/{number}")
    back.get_by_role("button", name="提交：").click()
    expect(back.get_by_role("alert")).to_contain_text("这份表单此前已经提交过")
    expect(back.locator("#f-reason")).to_have_value(TYPED)


# --- the sign-in is over


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_sign_in_that_is_over_keeps_what_was_typed(desk: Desk, scripts: bool) -> None:
    number, task_id = at_push_2(desk)
    page = desk.sign_in(OWNER, PHONE, java_script_enabled=scripts)
    page.goto(f"/tasks/{task_id}?decision=settled")
    page.get_by_label("处置情况").fill(f"{TYPED}\n第二行")
    desk.refused(401, f"/tasks/{task_id}")
    desk.refused(403, f"/tasks/{task_id}")
    sign_out(page)
    page.get_by_role("button", name="提交：已化解").click()
    if scripts:
        sign_in_again(page, desk, OWNER)
    else:
        page.get_by_label("用户名").fill(OWNER)
        page.get_by_label("密码").fill(desk.password(OWNER))
        page.get_by_role("button", name="登录").click()
        page.get_by_role("button", name="回到刚才填写的页面").click()
    expect(page.get_by_role("alert")).to_contain_text("页面已过期，内容没有提交")
    expect(page.get_by_label("处置情况")).to_have_value(f"{TYPED}\n第二行")
    assert decisions(desk.county, number, "settled") == []
    page.get_by_role("button", name="提交：已化解").click()
    answered(page, "已提交")
    assert decisions(desk.county, number, "settled")[0]["detail"]["fields"]["summary"] == f"{TYPED}\n第二行"


def test_a_form_of_an_older_sign_in_keeps_what_was_typed(desk: Desk) -> None:
    number, task_id = at_push_2(desk)
    page = desk.sign_in(OWNER)
    page.goto(f"/tasks/{task_id}?decision=settled")
    page.get_by_label("处置情况").fill(TYPED)
    again_in_another_tab(page, desk, OWNER)
    desk.refused(403, f"/tasks/{task_id}")
    page.get_by_role("button", name="提交：已化解").click()
    expect(page.get_by_role("alert")).to_contain_text("页面已过期，内容没有提交")
    expect(page.get_by_role("alert")).to_contain_text("尚未上传的照片和文件需要重新选择")
    expect(page.get_by_label("处置情况")).to_have_value(TYPED)
    page.get_by_role("button", name="提交：已化解").click()
    answered(page, "已提交")
    assert len(decisions(desk.county, number, "settled")) == 1


@pytest.mark.parametrize("where", ["comment", "transfer", "action", "deputy"])
def test_the_other_forms_keep_what_was_typed_too(desk: Desk, where: str) -> None:
    number, task_id = at_push_2(desk)
    username = "county-supervisor-1" if where == "action" else OWNER
    page = desk.sign_in(username)
    path, fill, button = {
        "comment": (f"/disputes/{number}", "#comment", "发表"),
        "transfer": (f"/tasks/{task_id}", "#h-transfer-why", "提交：移交"),
        "action": (f"/disputes/{number}/actions/withdraw", "#f-reason", "提交："),
        "deputy": ("/deputies", "#d-deputy", "提交：安排代班"),
    }[where]
    page.goto(path)
    if where == "transfer":
        page.locator("summary", has_text="移交").click()
        choose(page, "接收人", name(desk, SECOND))
    page.locator(fill).fill(TYPED)
    to = {"comment": f"{path}/comments", "transfer": f"{path}/transfer"}.get(where, path)
    desk.refused(401, to)
    desk.refused(422 if where == "deputy" else 403, to)
    sign_out(page)
    page.get_by_role("button", name=button).click()
    sign_in_again(page, desk, username)
    expect(page.locator(fill)).to_have_value(TYPED)
    message = "需要修改" if where == "deputy" else "页面已过期"  # without its end nobody is named a deputy anyway
    expect(page.get_by_role("alert").first).to_contain_text(message)
    if where == "transfer":
        expect(page.get_by_label("接收人")).not_to_have_value("")
    sound(page)


def test_a_period_to_replay_of_an_older_sign_in_is_kept_with_both_its_days(desk: Desk) -> None:
    page = desk.sign_in("county-auditor-1")
    page.goto("/audit")
    page.get_by_label("受理时间，首日").fill("2020-01-01")
    page.get_by_label("末日").fill("2020-01-02")
    again_in_another_tab(page, desk, "county-auditor-1")
    desk.refused(403, "/audit/replays")
    page.get_by_role("button", name="重放这一时期").click()
    expect(page.get_by_role("alert")).to_contain_text("页面已过期，内容没有提交")
    expect(page.get_by_label("受理时间，首日")).to_have_value("2020-01-01")
    expect(page.get_by_label("末日")).to_have_value("2020-01-02")
    sound(page)
    page.get_by_role("button", name="重放这一时期").click()
    expect(page.locator("#job")).to_contain_text("没有可核对的历史", timeout=60_000)


def test_the_address_of_a_form_read_again_leads_to_its_page(desk: Desk) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    own = desk.answerer(task).attach(number)
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/attachments/{own}/remove")
    arrived(page, f"{desk.base}/disputes/{number}/materials#files")
    page.goto("/attachments/00000000-0000-0000-0000-000000000000/remove")
    arrived(page, f"{desk.base}/")
    auditor = desk.sign_in("county-auditor-1")
    auditor.goto("/audit/replays")
    arrived(auditor, f"{desk.base}/audit")


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("to", "2026-02-01", True),
        ("to", "p-00012", False),
        ("from", "2026-02-01", True),
        ("password", "2026-02-01", False),
        ("v.reason", " ", False),
    ],
)
def test_a_day_is_given_back_and_a_person_chosen_is_not(name: str, value: str, written: bool) -> None:
    assert _is_text(name, value) is written


def test_another_site_cannot_have_its_words_shown_as_typed(desk: Desk) -> None:
    _, task_id = at_push_2(desk)
    page = desk.visitor()
    foreign = {"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"}
    answer = page.request.post(f"/tasks/{task_id}", form={"v.reason": "外来内容"}, headers=foreign)
    assert "外来内容" not in answer.text()


# --- lost races, and what is gone meanwhile


def test_a_transfer_that_came_too_late_keeps_its_reason(desk: Desk) -> None:
    number, task_id = at_push_2(desk)
    page = desk.sign_in(OWNER)
    page.goto(f"/tasks/{task_id}")
    page.locator("summary", has_text="移交").click()
    choose(page, "接收人", name(desk, SECOND))
    page.get_by_label("移交原因").fill(TYPED)
    naming = {"officer": SECOND, "reason": "原责任民警休假"}
    desk.county.with_role("command_room", "station-gushan").post(f"/v1/disputes/{number}/actions/name_officer", naming)
    desk.refused(409, f"/tasks/{task_id}/transfer")
    page.get_by_role("button", name="提交：移交").click()
    expect(page.get_by_role("alert").first).to_contain_text(f"该待办已由{name(desk, SECOND)}认领")
    expect(page.locator(".unsent")).to_contain_text(TYPED)


def test_an_action_that_is_gone_meanwhile_gives_back_what_was_typed(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in("county-supervisor-1")
    page.goto(f"/disputes/{number}/actions/withdraw")
    page.locator("#f-reason").fill(TYPED)
    desk.county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "另一位先办了"})
    desk.refused(409, f"/disputes/{number}/actions/withdraw")
    page.get_by_role("button", name="提交：").click()
    expect(page.locator(".oops")).to_contain_text("当前不能执行该操作")
    expect(page.locator("#f-reason")).to_have_value(TYPED)
    sound(page)


def test_losing_a_claim_says_to_whom_and_the_page_can_be_read_again(desk: Desk) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    holder, other = desk.answerer(task, 0), desk.answerer(task, 1)
    holders_name = holder.get("/v1/me")["name"]
    page = desk.sign_in(other, PHONE)
    page.goto(f"/tasks/{task['task_id']}")
    holder.post(f"/v1/tasks/{task['task_id']}/claim")
    page.get_by_role("button", name="认领").first.click()
    expect(page.get_by_role("alert")).to_have_text(f"没有认领成功：该待办已由{holders_name}认领")
    arrived(page, f"{desk.base}/tasks/{task['task_id']}")
    expect(page.locator(".banner.info")).to_contain_text(f"已由 {holders_name} 认领，正在办理")
    expect(page.locator("#answer form")).to_have_count(0)
    answer = page.reload()
    assert answer is not None
    assert answer.status == 200
    sound(page)


@pytest.mark.parametrize("verb", ["claim", "release", "delegate", "transfer"])
def test_the_address_of_a_tasks_form_read_again_is_the_task(desk: Desk, verb: str) -> None:
    _, task_id = at_push_2(desk)
    page = desk.sign_in(OWNER)
    page.goto(f"/tasks/{task_id}/{verb}")
    arrived(page, f"{desk.base}/tasks/{task_id}")


def test_the_addresses_of_the_other_forms_read_again_are_pages_too(desk: Desk) -> None:
    number, _ = at_push_2(desk)
    page = desk.sign_in(OWNER)
    for path, to in ((f"/disputes/{number}/comments", f"/disputes/{number}#comments"), ("/messages/read", "/messages"),
                     (f"/disputes/{number}/watch", f"/disputes/{number}"), ("/deputies/x/end", "/deputies"),
                     ("/logout", "/")):  # fmt: skip
        page.goto(path)
        arrived(page, desk.base + to)


def test_whoever_may_only_look_gets_no_form(desk: Desk) -> None:
    number, task_id = at_push_2(desk)
    page = desk.sign_in(HELPER)  # of the same station: sees the case, and is not asked
    page.goto(f"/tasks/{task_id}")
    expect(page.locator(".banner.info")).to_contain_text(f"您可以查看此事项；已落实到 {name(desk, OWNER)}")
    expect(page.locator("#answer :is(form, input, textarea, select)")).to_have_count(0)
    sound(page)
    page.goto(f"/disputes/{number}")
    expect(page.locator("input[type=file]")).to_have_count(0)
    assert desk.county.person(HELPER).get(f"/v1/disputes/{number}")["may_attach"] is False


def test_an_error_gives_back_what_was_typed_without_scripts_too(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in("county-supervisor-1", java_script_enabled=False)
    page.goto(f"/disputes/{number}/actions/withdraw")
    page.locator("#f-reason").fill(TYPED)
    desk.county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "另一位先办了"})
    desk.refused(409, f"/disputes/{number}/actions/withdraw")
    page.get_by_role("button", name="提交：").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("当前不能执行该操作")
    expect(page.locator(".unsent")).to_contain_text(TYPED)
