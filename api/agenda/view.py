"""A month, and a week, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from api.agenda.service import Agenda, Entry
from api.web.formatting import WEEKDAYS, colour, present, subject
from api.web.rendering import View
from domain.people.organisation import Actor
from domain.policy.spans import Calendar

SHORT = {"check_performance": "履约核查", "confer": "会商"}
"""What is called otherwise where room is scarce."""
IN_A_CELL = 5
"""Entries of a day that are shown at once."""


def days_view(
    found: Agenda, days: Sequence[date], calendar: Calendar, actor: Actor, *, month: int | None
) -> list[View]:
    """Days with their entries; `month` is the one that is meant, whose neighbours' days only fill up weeks."""
    today = present().date()
    by_day: dict[date, list[Entry]] = {}
    for entry in found.entries:
        by_day.setdefault(entry.day, []).append(entry)
    shown = []
    for day in days:
        lines = [entry_view(entry, actor) for entry in by_day.get(day, [])]
        shown.append({
            "id": f"d-{day}",
            "iso": day.isoformat(),
            "number": f"{day.month}/{day.day}" if day.day == 1 or month is None else str(day.day),
            "name": f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}",
            "weekday": f"周{WEEKDAYS[day.weekday()]}",
            "today": day == today,
            "past": day < today,
            "out": month is not None and day.month != month,
            "rest": not calendar.is_working(day),
            "entries": lines[:IN_A_CELL],
            "rest_of": lines[IN_A_CELL:],
            "count": len(lines),
            "late": any(line["late"] for line in lines),
        })  # fmt: skip
    return shown


def entry_view(entry: Entry, actor: Actor) -> View:
    """A line of a day: when, what, in which case, and where it leads."""
    which = str(entry.about.get("title") or "")
    return {
        "href": f"/tasks/{entry.task_id}" if entry.begun else f"/disputes/{entry.dispute_no}",
        "kind": SHORT.get(entry.kind, entry.name),
        "about": subject(entry.name, entry.about),
        "title": entry.title.removeprefix(f"{which} · ") if which else entry.title,
        "no": entry.dispute_no,
        "colour": colour(entry.colour),
        "time": f"{entry.at:%H:%M}" if entry.fixed else f"{_by(entry)} 前",
        "iso": entry.at.isoformat(),
        "day": f"{entry.day.month}月{entry.day.day}日",
        "late": entry.overdue,
        "mine": entry.assignee in [capacity.holder for capacity in actor.capacities],
        "planned": not entry.begun and (entry.fixed or not entry.invited),
        "invited": entry.invited,
    }


def _by(entry: Entry) -> str:
    return f"{entry.at:%H:%M}" if entry.day == entry.at.date() else "24:00"


def weeks_of(first: date) -> list[date]:
    """The days of a month in whole weeks, from a Monday to a Sunday."""
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    begins, ends = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    return [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]


def week_from(day: date) -> list[date]:
    """A day and the six after it: on a Friday it is Monday that one looks for."""
    return [day + timedelta(days=n) for n in range(7)]
