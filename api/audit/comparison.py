"""The case at one moment of its history, compared with the moment before."""

from __future__ import annotations

from typing import Any

from api.audit.moments import ShownMoment
from api.audit.schemas import CaseAtEvent
from api.core.context import Services
from api.disputes.case_view import case_view, stages_in
from api.web.organisation_labels import Offices, vocabulary
from api.web.rendering import View
from api.web.timeline import by_days

COMPARED = ("tasks", "clocks", "parties", "incidents", "agreements", "sessions", "evaluations", "visits")


def compared(
    services: Services, offices: Offices, now: CaseAtEvent, was: CaseAtEvent | None, here: ShownMoment
) -> View:
    """The case in words, each part marked `new` or `changed` where it was not so before; at first nothing is marked."""
    at = here.at
    entries, words = now.timeline, vocabulary(services, offices, now.colours, now.demands)
    shown = case_view(now, stages_in(entries), words, at)
    before = vocabulary(services, offices, was.colours, was.demands) if was else words
    earlier = case_view(was, stages_in(was.timeline), before, at) if was else None
    for part in COMPARED:
        known = {_key(part, n, item): item for n, item in enumerate(_all(earlier, part))} if earlier else {}
        for n, item in enumerate(_all(shown, part)):
            previous = known.get(_key(part, n, item))
            item["mark"] = "" if earlier is None or previous == item else "changed" if previous else "new"
    fresh = len(entries) - len(here.entries)
    gone = {t["href"] for t in earlier["tasks"]} - {t["href"] for t in shown["tasks"]} if earlier else set()
    return {
        **shown,
        "head": _head(shown["case"], earlier["case"] if earlier else None),
        "ended": [t for t in shown["done"] if t["href"] in gone],
        "voided": [t for t in (earlier or {"tasks": []})["tasks"]
                   if t["href"] in gone - {d["href"] for d in shown["done"]}],
        "fresh": by_days(entries[fresh:], words, at, entries),
        "days": by_days(entries[:fresh], words, at),
    }  # fmt: skip


def _all(shown: View, part: str) -> list[View]:
    items: list[View] = shown[part] + (shown["past_clocks"] if part == "clocks" else [])
    return items


def _key(part: str, n: int, item: View) -> Any:
    """By what an item is known again at another moment: tasks and clocks by themselves, the rest by its place."""
    if part == "tasks":
        return item["href"]
    return (item["name"], item["started"]) if part == "clocks" else n


def _head(case: View, was: View | None) -> list[dict[str, str]]:
    def facts(c: View) -> dict[str, str]:
        return {
            "阶段": c["stage"],
            "轮次": f"第 {c['round']} 轮",
            "预警颜色": c["colour"]["name"] + ("，加急" if c["urgent"] else ""),
            "当前承办": " · ".join(filter(None, (c["office"], c["holder"]))) if c["holder"] else "",
            "最近时限": c["due"]["at"] + ("（超期）" if c["overdue"] else "") if c["due"] else "",
            "退回": f"{c['returns']} 次" if c["returns"] else "",
            "推诿": f"{c['refusals']} 次" if c["refusals"] else "",
            "办结": c["outcome"],
        }

    now, before = facts(case), facts(was) if was else {}
    return [
        {"name": name, "value": value or "无", "was": (before[name] or "无") if was and before[name] != value else ""}
        for name, value in now.items()
        if value or (was and before[name])
    ]
