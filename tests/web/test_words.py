"""What stands on the screen is said in words, once, and says the same everywhere."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from api.cli.stories import STORIES, play_one
from api.indicators.presenters import present_definition
from api.indicators.schemas import Compared, FigureRow, Indicators, PeriodShape
from api.indicators.workbook import workbook
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import Comparison, Figure
from domain.indicators.periods import Period
from domain.people.organisation import ROLES
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.matters.matter import Matter
from domain.policy.stages import Stage
from infra.runtime.policy_files import read_lexicon
from tests.instance import Instance
from tests.web.crawling import pages, signed_in
from tests.web.support import Desk, alarm, answered, open_task

REQUIREMENT = re.compile(r"\b[A-Z]-\d{3}\b|\b[A-Z]\.\d\b")


def enumerated(schema: Any) -> Iterator[str]:
    """Every code that a form lets people choose."""
    if isinstance(schema, dict):
        yield from (value for value in schema.get("enum", ()) if isinstance(value, str))
        for inner in schema.values():
            yield from enumerated(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from enumerated(inner)


def codes() -> set[str]:
    """The words programs know things by."""
    forms = [*(d.form for kind in KINDS.values() for d in kind.decisions.values()), *(a.form for a in ACTIONS.values())]
    decisions = {name for kind in KINDS.values() for name in kind.decisions}
    states = {"open", "claimed", "done", "void", "running", "suspended", "overdue", "met", "missed", "pending", "red",
              "orange", "yellow", "blue", "applied", "confirmed", "rejected", "numerator", "denominator"}  # fmt: skip
    return {*KINDS, *decisions, *ACTIONS, *OUTCOMES, *ROLES, *map(str, Stage), *DEFINITIONS, *states,
            *(code for form in forms for code in enumerated(form.model_json_schema()))}  # fmt: skip


def raw(words: str) -> list[str]:
    """What in a text is a program's word and not people's."""
    found = [w for w in re.findall(r"[A-Za-z][\w.-]*", words, re.ASCII) if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", w)]
    return [*found, *REQUIREMENT.findall(words), *(w for w in re.findall(r"[\w.-]+", words, re.ASCII) if w in CODES)]


CODES = codes()


def at_follow_up(desk: Desk, **parties: Any) -> str:
    """A dispute whose disposal was accepted: both parties are to be visited."""
    number = alarm(desk.county, **parties)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled"), ("evaluate", "accept")):  # fmt: skip
        desk.county.answer(number, kind, decision)
    return number


@pytest.mark.timeout(300)  # the county of a whole run has much to read
@pytest.mark.parametrize("who", ["county-supervisor-1", "county-auditor-1", "gushan-officer-1", "county-admin-audit-1"])
def test_no_page_shows_a_programs_word(jinhua: Instance, played: None, who: str) -> None:
    wrong: list[str] = []
    count = 0
    with contextlib.closing(signed_in(jinhua, who)) as client:
        first = [f"/?box={box}" for box in ("claimable", "mine", "done", "watched")]
        for path, texts in pages(client, *first):
            wrong += [f"{path}: {words} in “{text[:120]}”" for text in texts if (words := raw(text))]
            count += 1
    if wrong:  # no comparison: its explanation would be cut where the page is named
        pytest.fail("\n".join(wrong[:20]), pytrace=False)
    assert count > 6


@pytest.fixture(scope="module")
def played(jinhua: Instance) -> None:
    """Lives with refusals, silence, returns, a relapse: whatever a page may have to tell."""
    county = jinhua.county
    for name in ("masks", "nobody-answers", "relapse"):
        play_one(county, STORIES[name], "jinhua")
    number = str(county.alarm("两家因楼道堆物争吵", place={"address": "古山镇金江龙村2901号"})["dispute_no"])
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "evaluate", "return", reason="nobody_met")
    county.wait_for(number, "follow_up_responsibly")


def test_a_reason_chosen_from_a_list_is_told_in_its_words(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "evaluate", "return", reason="nobody_met")
    task = county.wait_for(number, "follow_up_responsibly")
    page = desk.sign_in(desk.answerer(task))
    page.goto(f"/tasks/{task['task_id']}")
    recent = page.locator(".card", has=page.get_by_role("heading", name="近期经过"))
    expect(recent).to_contain_text("未见人见事")
    expect(recent).not_to_contain_text("nobody_met")


def test_the_workbook_names_no_requirement() -> None:
    definition = next(iter(DEFINITIONS.values()))
    figure = Figure(value=1.0, numerator=1.0, denominator=None, shown="1", participated=0, amended=0)
    nothing = Comparison(base=None, change=None, difference=None, shown="—")
    row = FigureRow(name="全部", values={definition.code: figure},
                    compared={definition.code: Compared(previous=nothing, year=nothing)})  # fmt: skip
    period = Period(first=date(2026, 1, 1), last=date(2026, 1, 31))
    book = workbook(
        Indicators(
            period=PeriodShape(from_=period.first, to=period.last, closes=period.ends), as_of=date(2026, 2, 1),
            counted_at=period.ends, windows={"relapse_days": 90, "repeat_days": 30}, organisation=None, by=None,
            attribution="any", matter=Matter.DISPUTE, live_since=period.first,
            definitions=[present_definition(definition)], total=row, rows=[],
        ),
        "督查员",
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    words = re.sub(r"<[^>]*>", "\n", text)
    assert definition.formula in words
    assert definition.source_words in words
    assert REQUIREMENT.findall(words) == []


def test_visits_name_their_party_and_one_that_is_not_due_yet_is_not_called_suspended(desk: Desk) -> None:
    people = [{"name": "李来访", "side": "a"}, {"name": "罗应诉", "side": "b"}]
    county, number = desk.county, at_follow_up(desk, parties=people)
    page = desk.sign_in(county.supervisor)
    page.goto(f"/disputes/{number}")
    waiting = page.locator(".clock", has_text="未到时间")
    expect(waiting.first).to_contain_text(re.compile(r"自 .* 起"))
    expect(page.get_by_text("已中止")).to_have_count(0)
    county.advance(number, "P40D")
    officer = desk.sign_in(desk.answerer(county.wait_for(number, "visit")))
    officer.goto(f"/?q={number}")
    for person in people:
        expect(officer.locator(".task", has_text=f"第1次回访 · {person['name']}")).to_have_count(1)
    page.reload()
    for person in people:
        expect(page.locator(".now", has_text=f"第1次回访 · {person['name']}")).to_have_count(1)


def test_under_drill_the_inbox_the_task_and_the_case_have_one_now(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    county.answer(number, "confirm_triage", "confirm")
    county.advance(number, "P15D")
    county.advance(number, "P5D")  # nothing falls due meanwhile
    page = desk.sign_in(desk.answerer(county.wait_for(number, "handle_on_scene")))
    page.goto(f"/?q={number}")
    left = page.locator(".task .due").inner_text()
    assert re.fullmatch(r"还剩 (9|1[01]) 天", left), left
    open_task(page, number)
    expect(page.locator(".head .due")).to_have_text(left)
    page.goto(f"/disputes/{number}")
    expect(page.locator(".head .due")).to_have_text(left)


def test_claiming_a_task_and_signing_for_an_assignment_are_called_differently(desk: Desk) -> None:
    county = desk.county
    number = alarm(county)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "request_third_push")):  # fmt: skip
        county.answer(number, kind, decision)
    county.answer(number, "approve_third_push", "approve")
    county.answer(number, "dispatch", "assign", lead="market_reg", cooperating=[])
    page = desk.sign_in(desk.answerer(county.wait_for(number, "accept_assignment")))
    open_task(page, number)
    expect(page.locator(".claim")).not_to_contain_text("签收")
    page.get_by_role("button", name="认领", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已认领")
    page.get_by_role("button", name="提交：签收").click()
    answered(page, "已提交“签收交办：签收”")


def test_a_finished_replay_is_said_to_be_finished_in_the_list_too(desk: Desk) -> None:
    number = alarm(desk.county)
    page = desk.sign_in("county-auditor-1")
    page.goto("/audit")
    page.get_by_label("一件纠纷").fill(number)
    page.get_by_role("button", name="重放这件纠纷").click()
    expect(page.locator("#job")).to_contain_text("全部一致", timeout=60_000)
    expect(page.locator("#jobs tr", has_text=number).first).to_contain_text("已完成")


def test_what_an_officer_is_told_of_a_class_is_told_to_an_officer() -> None:
    """No code of a class, no city's case as an argument, nothing that was meant for whoever builds the system."""
    lexicon = read_lexicon()
    texts = [t for c in lexicon.categories.values() for t in (c.note, c.police_trigger, *c.legal_basis) if t]
    texts += [t for risk in lexicon.risk_kinds.values() for t in (*risk.required_actions, *risk.forbidden)]
    assert len(texts) > 100
    assert [t for t in texts if raw(t) or re.search("案例|必须支持|字段", t)] == []


def test_words_are_shown_in_the_order_they_were_written_in(desk: Desk) -> None:
    """A mark that turns text round would have a page say another sum than the record."""
    number = alarm(desk.county, "欠款\u202e元009，\u2067多次催讨未还，双方争吵")
    page = desk.sign_in(desk.county.supervisor)
    page.goto(f"/disputes/{number}")
    expect(page.locator("main")).to_contain_text("欠款元009，多次催讨未还")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.content())


def test_a_long_text_does_not_push_away_what_stands_below_and_is_there_whole(desk: Desk) -> None:
    number, said = alarm(desk.county), "经过如下。" + "又" * 2000 + "完毕"
    desk.county.answer(number, "confirm_triage", "confirm")
    desk.county.answer(number, "handle_on_scene", "unsettled", reason=said)
    page = desk.sign_in(desk.county.supervisor)
    page.goto(f"/disputes/{number}")
    told = page.locator("dd", has_text="经过如下").first
    expect(told).to_contain_text("完毕")
    folded = told.evaluate("e => e.offsetHeight")
    told.get_by_text("显示其余 1707 字").click()
    assert folded < told.evaluate("e => e.offsetHeight") / 3
