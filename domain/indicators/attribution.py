"""Whose an event is: each is told of every organisation that had a part in the matter (requirements F.1).

One matter is reported by one desk, pushed by one dispatcher, handled by one organisation and judged by one centre, and
it lies in one township. Each of them reads the same four numbers and four rates (四数四率) of what was its own: the
committee of what it pushed, the bureau of what it reported, the risk-control centre of what it judged (Q-071, Q-072).
"""

from __future__ import annotations

from typing import Literal

from domain.indicators.events import PARTS, Tally, TallyKind
from domain.people.organisation import within

Attribution = Literal["any", "responsible", "acted", "reported", "dispatched", "judged", "station", "township"]

ATTRIBUTIONS: dict[Attribution, str] = {
    "any": "有份即计",
    "responsible": "责任单位",
    "acted": "经办单位",
    "reported": "报送单位",
    "dispatched": "推送单位",
    "judged": "评估单位",
    "station": "属地派出所",
    "township": "属地乡镇（街道）",
}
"""By which part an event is counted for an organisation. `any`: once, whichever parts it had."""
COLUMNS: dict[Attribution, str] = {
    "acted": "unit",
    "reported": "reporter",
    "dispatched": "dispatcher",
    "judged": "judge",
    "station": "station",
    "township": "township",
}
"""The field of a tally that names the organisation; who is responsible is its `handler`, else its `unit`."""


def units_of(tally: Tally, attribution: Attribution) -> list[str]:
    """The paths of the organisations that an event counts for, each once."""
    if attribution == "responsible":
        return [tally.handler or tally.unit]
    if attribution == "any":
        named = (tally.handler or tally.unit, *(getattr(tally, column) for column in COLUMNS.values()))
        return [*dict.fromkeys(path for path in named if path)]
    path: str = getattr(tally, COLUMNS[attribution])
    return [path] if path else []


def parts_in(tally: Tally) -> dict[str, str]:
    """Who had which part, as an event of the matter has it; without the parts that nobody had."""
    return {part: path for part in PARTS if (path := getattr(tally, part))}


def concern(tally: Tally, parts: dict[str, str]) -> None:
    """Writes down who had a part in the matter of an event; buck-passing is no mark against the place it lies in."""
    for column, path in parts.items():
        setattr(tally, column, path)
    if tally.kind in (TallyKind.REFUSED, TallyKind.RULED):
        tally.township = tally.township if within(tally.unit, tally.township or "/") else ""
        tally.station = tally.station if within(tally.unit, tally.station or "/") else ""
