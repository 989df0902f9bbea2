"""The tab 经过: the timeline, of one kind or by one person, the newest or the oldest first; what the system does by
itself is folded away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.cases.views import named
from api.disputes.schemas import EntryItem
from api.web.organisation_labels import Vocabulary
from api.web.rendering import View
from api.web.timeline import by_days
from domain.image.shown_timeline import shown_entries

KINDS: dict[str, tuple[str, frozenset[str]]] = {
    "answers": ("办理与意见", frozenset(
        "decision proposed decision_refused agreement measures milestone consensus refusal_overruled".split())),
    "hands": ("签收与移交", frozenset(
        "claimed released named reassigned delegated delegation_recalled delegation_returned transfer_offered "
        "transfer_withdrawn transfer_accepted transfer_rejected holder_left came_back unmanned rung seen".split())),
    "steering": ("调整与督办", frozenset(
        "action supervision promotion promoted recoloured tagged protection intervened summoned notice_sent "
        "notice_answered diversion diversion_undone".split())),
    "deadlines": ("期限与超期", frozenset(
        "due overdue reminder expired clock_started clock_suspended clock_resumed clock_moved deemed_known".split())),
    "reports": ("警情与当事人", frozenset(
        "reported incident_added merged_in split_from party_changed risks_added hotline_note "
        "source_no_conflict".split())),
    "stages": ("阶段与轮次", frozenset("stage round closed".split())),
}  # fmt: skip
"""What one may narrow it to: what it is called, and the kinds of entries that it is."""


def course_view(
    entries: Sequence[EntryItem], words: Vocabulary, now: datetime, *, kind: str, person: str, oldest: bool
) -> View:
    """The timeline by days; runs of the system's own lines are folded unless one kind is asked for."""
    people = {e.actor_id: e.actor for e in entries if e.actor_id and e.actor}
    asked = KINDS.get(kind)
    person = person if person in people else ""
    found = [e for e in shown_entries(entries) if _wanted(e, asked[1] if asked else None, person)]
    days = by_days(found, words, now, whole=entries)
    if oldest:
        days = [{**day, "entries": day["entries"][::-1]} for day in reversed(days)]
    return {
        "days": [{**day, "runs": _runs(day["entries"], fold=not asked)} for day in days],
        "shown": len(found),
        "kinds": named([(code, name) for code, (name, _) in KINDS.items()], kind),
        "actors": named(sorted(((i, str(name)) for i, name in people.items()), key=lambda each: each[1]), person),
        "oldest": oldest,
        "narrowed": bool(asked or person),
    }


def _wanted(entry: EntryItem, kinds: frozenset[str] | None, person: str) -> bool:
    return (kinds is None or entry.kind in kinds) and (not person or entry.actor_id == person)


def _runs(lines: Sequence[View], *, fold: bool) -> list[View]:
    """Lines in runs: those of people one by one, what the system did by itself between them together."""
    runs: list[View] = []
    for line in lines:
        folded = fold and not line["actor"] and line["tone"] in ("quiet", "plain")
        if runs and runs[-1]["folded"] == folded:
            runs[-1]["lines"].append(line)
        else:
            runs.append({"folded": folded, "lines": [line]})
    return runs
