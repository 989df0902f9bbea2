"""Who should handle it, and what became of alike ones, in words: for the pages of a desk's task and of a case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.handling.schemas import AlikeDispute, AlikeSummary, Counted, Handling, SuggestedUnit
from api.web import formatting as w
from api.web.rendering import View
from domain.policy.catalogue import OUTCOMES
from domain.triage.handling.alike import FEW
from domain.triage.handling.reasons import Reason


def handling_view(found: Handling, now: datetime) -> View:
    """The reasons of the class, the units, the alike ones counted and the nearest of them."""
    return {
        "because": [_reason(each) for each in found.because],
        "units": [_unit(each) for each in found.units],
        "all": _summary(found.alike.same_category),
        "near": found.alike.near_in_words.counted,
        "near_summary": _summary(found.alike.near_in_words) if _apart(found) else None,
        "nearest": [_alike(each, now) for each in found.alike.nearest],
        "hidden": found.alike.out_of_sight,
        "category": found.category_name,
    }


def _reason(reason: Reason) -> str:
    return f"{reason.text}：{'、'.join(f'“{word}”' for word in reason.words)}" if reason.words else reason.text


def _unit(unit: SuggestedUnit) -> View:
    load = unit.load
    return {
        "name": unit.organisation_name,
        "lead": unit.lead,
        "because": [_reason(each) for each in unit.because],
        "load": f"目前在办 {load.open} 件{'以上' if load.at_least else ''}，其中超期 {load.overdue} 件" if load else "",
        "answers": f"{unit.answers.name}手上 {unit.answers.open} 件（在您的查看范围内）" if unit.answers else "",
    }


def _summary(found: AlikeSummary) -> View | None:
    if not found.counted:
        return None
    days = found.days
    return {
        "counted": f"最近的 {found.counted}" if found.capped else str(found.counted),
        "outcomes": _counts(found.outcomes),
        "by": _counts(found.by_place),
        "units": _counts(found.by_unit or ()),
        "ways": _counts(found.by_tier),
        "days": f"一半在{_long(days.median)}内化解（中间一半用时{_long(days.lower)}至{_long(days.upper)}）"
        if days
        else f"仅化解 {found.settled} 件，不足 {FEW} 件，不统计用时",
        "settled": found.settled,
        "relapsed": found.relapsed,
        "earlier": found.earlier_editions,
    }


def _apart(found: Handling) -> bool:
    """Whether the near ones are worth a sum of their own: enough of them, and not all there are."""
    near, alike = found.alike.near_in_words.counted, found.alike.same_category.counted
    return FEW <= near < alike


def _long(days: float) -> str:
    """So many days, in words that follow others: ` 3.5 天`; less than one is a day begun."""
    return f" {days:g} 天" if days >= 1 else "一天"


def _counts(counted: Iterable[Counted]) -> str:
    return "、".join(f"{each.name} {each.count} 件" for each in counted)


def _alike(each: AlikeDispute, now: datetime) -> View:
    outcome = OUTCOMES.get(each.outcome, each.outcome)
    took = f"{_long(each.days)}内化解".strip() if each.days is not None else ""
    return {
        "no": each.dispute_no,
        "told": " · ".join(
            filter(None, (outcome, each.organisation_name, each.tier, took, w.stamp(each.closed_at, now)))
        ),
        "relapsed": each.relapsed,
        "earlier": each.earlier_edition,
        "shares": "、".join(each.shares),
        "words": "、".join(f"“{word}”" for word in each.words),
    }
