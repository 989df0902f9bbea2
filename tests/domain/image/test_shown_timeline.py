"""Which entries of a timeline are shown, beside a case and beside a task."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from api.web.timeline import title_in_words
from domain.base import CHINA
from domain.case.state import Entry
from domain.image.shown_timeline import LATEST, latest_entries, shown_entries

EARLIER, LATER = datetime(2026, 1, 1, 8, tzinfo=CHINA), datetime(2026, 2, 1, 8, tzinfo=CHINA)


def entry(kind: str, title: str, at: datetime, **detail: Any) -> Entry:
    """A line of a timeline."""
    return Entry(seq=1, at=at, kind=kind, title=title, detail=detail)


def test_that_a_task_was_opened_is_not_shown_beside_what_opened_it() -> None:
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
