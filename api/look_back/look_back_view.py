"""Earlier matters in words, for the pages of a task and of a case."""

from __future__ import annotations

from datetime import datetime

from api.look_back.schemas import EarlierMatter, LookBack, Matched
from api.web import formatting as w
from api.web.rendering import View
from domain.policy.catalogue import OUTCOMES
from domain.triage.identity import Mark

MARKS = {Mark.ID_NUMBER: "证件号码", Mark.PHONE: "电话", Mark.NAME: "姓名"}


def look_back_view(found: LookBack, now: datetime) -> View:
    """The matters of these people, of their namesakes and of this place, and how many are out of sight."""
    hidden = found.out_of_sight
    return {
        "people": [_matter(matter, now) for matter in found.people],
        "namesakes": [_matter(matter, now) for matter in found.namesakes],
        "here": [_matter(matter, now) for matter in found.here],
        "more": found.more,
        "hidden": _hidden(hidden.sure, hidden.name_only, hidden.here) if hidden else "",
        "any": bool(found.people or found.namesakes or found.here or (hidden and hidden.sure + hidden.name_only)),
    }


def _hidden(sure: int, name_only: int, here: int) -> str:
    parts = [(sure, "件涉及相同当事人"), (name_only, "件当事人同名"), (here, "件发生在同一地点")]
    said = "、".join(f"{count} {what}" for count, what in parts if count)
    return f"另有 {said}，不在您的查看范围内，需要时请向综合指挥室核实" if said else ""


def _matter(matter: EarlierMatter, now: datetime) -> View:
    outcome = OUTCOMES.get(matter.outcome or "", "")
    ended = f"{outcome} {w.stamp(matter.closed_at, now)}".strip()
    return {
        "no": matter.dispute_no,
        "category": matter.category_name,
        "colour": w.colour(matter.colour, {}),
        "opened": w.stamp(matter.opened_at, now),
        "ended": ended if outcome else f"在办 · {matter.stage_name.partition('·')[0]}",
        "who": [_who(matched) for matched in matter.matched],
        "same_place": matter.same_place,
    }


def _who(matched: Matched) -> View:
    there = w.SIDES.get(matched.side_there, matched.side_there)
    by = "、".join(MARKS[mark] for mark in matched.by)
    return {"name": matched.party, "there": there, "by": by, "verify": matched.verify}
