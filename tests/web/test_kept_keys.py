"""Idempotency at the desk: a form sent twice takes effect once, and what was done is never shown as failed."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.web.support import Desk, alarm, decisions, sound

Form = dict[str, str | float | bool]


def hidden(page: Page, form: str) -> Form:
    """What a form of the page carries without being seen."""
    fields = page.locator(f"form[action='{form}'] input[type=hidden]").all()
    return {str(field.get_attribute("name")): field.input_value() for field in fields}


def events(desk: Desk, number: str, kind: str) -> list[dict[str, Any]]:
    """The entries of a kind on a timeline."""
    return [entry for entry in desk.county.timeline(number) if entry["kind"] == kind]


def test_a_decision_form_sent_again_after_it_was_taken_says_so(desk: Desk) -> None:
    number = alarm(desk.county)
    task = desk.county.wait_for(number, "confirm_triage")
    path = f"/tasks/{task['task_id']}"
    page = desk.sign_in(desk.answerer(task))
    page.goto(path)
    form = hidden(page, path)
    answers = [page.request.post(path, form=form, max_redirects=0) for _ in range(3)]
    assert [answer.status for answer in answers] == [303, 303, 303]
    assert len(decisions(desk.county, number, "confirm")) == 1


def test_an_action_form_sent_again_after_it_was_taken_says_so(desk: Desk) -> None:
    number = alarm(desk.county)
    path = f"/disputes/{number}/actions/withdraw"
    page = desk.sign_in(desk.county.supervisor)
    page.goto(path)
    form = {**hidden(page, path), "v.reason": "双方已自行和解"}
    answers = [page.request.post(path, form=form, max_redirects=0) for _ in range(3)]
    assert [answer.status for answer in answers] == [303, 303, 303]
    assert len(events(desk, number, "action")) == 1


def test_what_may_have_taken_effect_is_never_called_a_failure_at_the_desk(desk: Desk) -> None:
    first, second = alarm(desk.county), alarm(desk.county)
    task = desk.county.wait_for(first, "confirm_triage")
    mine = desk.sign_in(desk.answerer(task))
    mine.goto(f"/tasks/{task['task_id']}")
    theirs = desk.sign_in(desk.county.supervisor)
    theirs.goto(f"/disputes/{second}/actions/withdraw")
    theirs.get_by_label("理由").fill("双方已自行和解")
    desk.refused(503, f"/tasks/{task['task_id']}/claim")
    desk.refused(503, f"/disputes/{second}/actions/withdraw")
    with desk.instance.frozen("worker"):
        mine.get_by_role("button", name="认领").click()
        theirs.get_by_role("button", name="提交：").last.click()
        for page in (mine, theirs):
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("可能已生效", timeout=30_000)
            expect(alert).to_contain_text("请稍后刷新查看；重试将得到同一结果")
            expect(page.locator("body")).not_to_contain_text("失败")
            sound(page)
    expect(theirs.get_by_label("理由")).to_have_value("双方已自行和解")
    mine.get_by_role("button", name="认领").click()
    expect(mine.get_by_role("status")).to_contain_text(re.compile("由您办理|已认领"), timeout=30_000)
    theirs.get_by_role("button", name="提交：").last.click()
    expect(theirs.get_by_role("status")).to_contain_text("已提交", timeout=30_000)
    assert len(events(desk, first, "claimed")) == 1
    assert len(events(desk, second, "action")) == 1
