"""What stands on the screen is said in words, once, and says the same everywhere."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from api.cli.stories import STORIES, play_one
from api.core.timeline import LATEST, latest_entries, shown_entries
from api.indicators.schemas import Compared, FigureRow, Indicators, PeriodShape
from api.indicators.service import definition_item
from api.indicators.workbook import workbook
from api.tasks.schemas import PostAsked
from api.web.organisation_labels import Offices, beside
from api.web.timeline import title_in_words
from domain.base import CHINA
from domain.case.state import Entry
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import Comparison, Figure
from domain.indicators.periods import Period
from domain.people.organisation import ROLES
from domain.policy.catalogue import ACTIONS, KINDS, OUTCOMES
from domain.policy.stages import Stage
from domain.triage.places import Directory, Kind, Listed
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
EARLIER, LATER = datetime(2026, 1, 1, 8, tzinfo=CHINA), datetime(2026, 2, 1, 8, tzinfo=CHINA)


def entry(kind: str, title: str, at: datetime, **detail: Any) -> Entry:
    """A line of a timeline."""
    return Entry(seq=1, at=at, kind=kind, title=title, detail=detail)


def at_follow_up(desk: Desk, **parties: Any) -> str:
    """A dispute whose disposal was accepted: both parties are to be visited."""
    number = alarm(desk.county, **parties)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "settled"), ("evaluate", "accept")):  # fmt: skip
        desk.county.answer(number, kind, decision)
    return number


@pytest.mark.parametrize("who", ["county-supervisor-1", "county-auditor-1", "gushan-officer-1", "county-admin-audit-1"])
def test_no_page_shows_a_programs_word(jinhua: Instance, played: None, who: str) -> None:
    count = 0
    with contextlib.closing(signed_in(jinhua, who)) as client:
        first = [f"/?box={box}" for box in ("claimable", "mine", "done", "watched")]
        for path, texts in pages(client, *first):
            found = {text: words for text in texts if (words := raw(text))}
            assert not found, (path, found)
            count += 1
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
            windows={"relapse_days": 90, "repeat_days": 30}, organisation=None, by=None,
            definitions=[definition_item(definition)], total=row, rows=[],
        ),
        "督查员",
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    words = re.sub(r"<[^>]*>", "\n", text)
    assert definition.formula in words
    assert REQUIREMENT.findall(words) == []


@pytest.mark.parametrize(
    ("place", "role", "together"),
    [
        ("县综治中心", "centre_dispatcher", "县综治中心分派员"),
        ("古山派出所", "station_chief", "古山派出所所长"),
        ("古山司法所", "justice_chief", "古山司法所所长"),
        ("古山派出所", "responsible_officer", "古山派出所责任民警"),
        ("县综治中心（centre）", "centre_dispatcher", "县综治中心（centre）分派员"),
        ("网格员", "grid_worker", "网格员网格员"),
    ],
)
def test_an_organisation_and_a_role_say_no_word_twice(place: str, role: str, together: str) -> None:
    assert place + beside(place, ROLES[role].name) == together


def test_a_bureau_is_not_said_to_have_a_township_leader_nor_a_town_a_department_leader() -> None:
    county = {"level": "county", "line": "gov_center"}
    offices = Offices(Directory(organisations=[
        Listed(code="county", name="示范县", path="/county", kind=Kind.COUNTY, **county),
        Listed(code="housing", name="县住建局", path="/county/housing", kind=Kind.DEPARTMENT, **county),
        Listed(code="town-gushan", name="古山镇", path="/county/town-gushan", kind=Kind.TOWN, **county),
    ]))  # fmt: skip
    roles = ("department_handler", "department_leader", "township_leader")

    def asked(code: str) -> list[str]:
        return offices.posts(PostAsked(role=r, role_name=ROLES[r].name, organisation=code) for r in roles)

    assert asked("housing") == ["县住建局 · 部门承办人", "县住建局 · 部门分管领导"]
    assert asked("town-gushan") == ["古山镇 · 部门承办人", "古山镇 · 镇街分管领导"]
    only = [PostAsked(role="township_leader", role_name="镇街分管领导", organisation="housing")]
    assert offices.posts(only) == ["县住建局 · 镇街分管领导"], "whom nobody else stands beside is still named"


def test_that_a_task_was_opened_is_not_told_beside_what_opened_it() -> None:
    visit = entry("task_opened", "回访", LATER, about={"title": "第1次回访", "party": "李某"})
    entries = [
        entry("decision", "现场处置：现场未能化解", EARLIER),
        entry("stage", "进入二推·责任民警", EARLIER),
        entry("task_opened", "责任跟进", EARLIER),
        visit,
    ]
    assert [title_in_words(e.kind, e.title, e.detail.get("about", {})) for e in shown_entries(entries)] == [
        "现场处置：现场未能化解", "进入二推·责任民警", "新待办：回访（第1次回访 · 李某）",
    ]  # fmt: skip


def test_what_opened_a_task_is_seen_also_where_the_list_beside_a_task_begins_after_it() -> None:
    report = entry("incident", "受理立案", EARLIER)
    return_ = entry("round", "退回重办", LATER)
    opened = entry("task_opened", "责任跟进", LATER)
    talk = [entry("decision", "责任跟进：记录联系", LATER + timedelta(days=day)) for day in range(1, LATEST)]
    assert latest_entries([report, return_, opened, *talk]) == [return_, *talk]
    assert latest_entries([report, opened, *talk]) == [opened, *talk], "nothing else says so"
    assert len(latest_entries([report, return_, opened, *talk, *talk])) == LATEST


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
