"""What the list is asked for: by an address that can be bookmarked, and as the filter that the service knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from api.dispute_list.searching import marks_asked
from api.dispute_list.sought import LONGEST as SEALED
from api.dispute_list.sought import Sought
from domain.base import CHINA
from domain.policy.matters.matter import Matter
from domain.storable_text import is_fit
from infra.read_model.disputes import SORTS, DisputeFilter

HERE = "/disputes"
STATES = {"open": "未办结", "closed": "已办结", "all": "全部"}
FILTERS = (
    "state", "matter", "colour", "stage", "overdue", "place", "held_at", "source", "category", "tag", "from", "to", "q"
)  # fmt: skip
"""Names of what narrows the list, in the order in which they are shown."""
NAMES = (*FILTERS, "sort", "sought", "view")
COLUMNS = {
    "stage": "阶段", "category": "类别", "place": "属地", "held": "承办", "due": "时限", "opened": "受理",
    "closed": "办结", "outcome": "办结方式", "source": "来源",
}  # fmt: skip
"""What may be shown beside number, title and colour."""
USUAL = {
    "open": ["stage", "place", "held", "due", "opened"],
    "closed": ["place", "category", "opened", "closed", "outcome"],
    "all": ["stage", "place", "held", "due", "opened", "outcome"],
}
"""Who chose none sees these. A title says the category already."""
USUAL_SORT = "due_at"
LONGEST = 100


def asked_in(given: Mapping[str, str]) -> dict[str, str]:
    """What an address or a form asks for, of what is known; what can't be used is left out."""
    asked = {name: given.get(name, "").strip()[: SEALED if name == "sought" else LONGEST] for name in NAMES}
    if asked["state"] not in STATES:
        asked["state"] = ""
    if asked["sort"] not in SORTS:
        asked["sort"] = ""
    if asked["matter"] not in {*Matter, "all"}:
        asked["matter"] = ""
    for name in ("from", "to"):
        asked[name] = asked[name] if day_in(asked[name]) else ""
    return {name: value for name, value in asked.items() if value and is_fit(value)}


def address(asked: Mapping[str, str], **more: str) -> str:
    """The address of a list; what is empty is left out of it."""
    query = {name: value for name, value in {**asked, **more}.items() if value}
    return f"{HERE}?{urlencode(query)}" if query else HERE


def filter_of(asked: Mapping[str, str], sought: Sought | None = None) -> DisputeFilter:
    """The filter, in which organisations have codes; `sought` is what the address carries sealed."""
    by_title = sought and sought.found_by == "title"
    state, matter = asked.get("state", "open"), asked.get("matter", Matter.DISPUTE)
    first, last = day_in(asked.get("from", "")), day_in(asked.get("to", ""))
    return DisputeFilter(
        matter="" if matter == "all" else matter,
        colour=asked.get("colour"), stage=asked.get("stage"), category=asked.get("category"),
        place=asked.get("place"), held_at=asked.get("held_at"), source=asked.get("source"), tag=asked.get("tag"),
        overdue=True if asked.get("overdue") else None,
        closed=None if state == "all" else state == "closed",
        q=sought.words if sought and by_title else asked.get("q"),
        marks=marks_asked(sought.words, sought.by) if sought and not by_title else [],
        opened_from=_midnight(first), opened_to=_midnight(last + timedelta(days=1)) if last else None,
        sort=asked.get("sort", USUAL_SORT if state == "open" else "-opened_at"),
    )  # fmt: skip


def day_in(typed: str) -> date | None:
    """A day as the browser's field gives it."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1990 < day.year < 2200 else None


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) if day else None
