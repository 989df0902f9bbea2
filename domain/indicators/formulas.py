"""The indicators: what each is called, what its figure means, and its formula over tallies (requirements F).

A formula is two lists: of the events that stand in the base (denominator) and of those among them that count
(numerator). A counter has no denominator. Formulas see an event as of a day (`seen`): what is done, gone or struck by
then. Whoever holds the tallies may hand in many equal ones as one with `n`; nobody else evaluates a formula.

Rates are rounded half up to 0.1 %; a base of nothing has no rate (“—”). What no playbook yields is said in the
definition, not invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from domain.base import Model
from domain.indicators.events import Tally, TallyKind
from domain.indicators.periods import Period, midnight_after

NOTHING = "—"
SMALL = 10
"""Below so many in the base, changes are given in numbers and not in per cent (F.5)."""
WINDOWS: dict[str, tuple[int, ...]] = {"relapse": (30, 90, 180), "repeat": (7, 30, 90)}
"""Days that may be asked for: within which a closed matter recurs, within which a report repeats an earlier one."""
DEFAULT_WINDOWS = {"relapse": 90, "repeat": 30}
SECTIONS: dict[str, str] = {
    "four": "四数四率",
    "pushes": "三次推送",
    "loop": "推送与闭环",
    "time": "签收与时限",
    "passing": "退单与推诿",
    "outcome": "办结与化解",
    "mediation": "联调与司法确认",
    "satisfaction": "满意度",
    "repeat": "重复警情",
    "diversion": "分流",
    "summons": "吹哨报到",
    "notices": "函件与反馈",
}
"""The parts of a report that indicators stand in, in the order in which they are shown."""
REPORTS = {
    "Q": "邛崃“摇摇临”报道",
    "W": "武威“三早”报道",
    "R": "“融合警务”报道",
    "H": "黄石分流化解报道",
    "J": "金华“一警情三推送”报道",
}
"""The reports that requirements are taken from, by the letter of their rows."""
Struck = Literal["no", "yes", "amended"]


class Count(Model):
    """`n` equal tallies as a formula sees them on a day."""

    kind: TallyKind
    leading: bool = True
    result: str = ""
    value: int | None = None
    lag: int | None = None
    done: bool = False
    left: bool = False
    struck: Struck = "no"
    """`amended`: struck after the period had closed, so that a figure already reported changed"""
    n: int = 1


def seen(tally: Tally, *, ends: datetime, by: datetime) -> Count:
    """A tally of a period that ends at an instant, as it stood at another."""
    struck = tally.struck_at is not None and tally.struck_at < by
    amended = struck and tally.struck_at is not None and tally.struck_at >= ends
    return Count(
        kind=tally.kind,
        leading=tally.leading,
        result=tally.result,
        value=tally.value,
        lag=tally.lag,
        done=tally.done_at is not None and tally.done_at < by,
        left=tally.left_at is not None and tally.left_at < by,
        struck="amended" if amended else "yes" if struck else "no",
    )


Test = Callable[[Count, int], bool]
"""Whether an event counts; the second argument is the window in days, where the indicator has one."""


def every(count: Count, days: int) -> bool:
    """Any event of the kind."""
    return True


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a figure means (口径): where it comes from, its formula in words, what was decided at its edges."""

    code: str
    name: str
    unit: str
    source: str
    formula: str
    edges: tuple[str, ...]

    @property
    def source_words(self) -> str:
        """Where it comes from, as offices call it: the reports whose rows of the requirements `source` names."""
        found = [name for letter, name in REPORTS.items() if f"{letter}-" in self.source]
        return "、".join([*found, "指标统计口径约定"])


@dataclass(frozen=True, kw_only=True)
class Definition(Meaning):
    """An indicator. `base` and `hits` test events that are neither struck nor gone."""

    kind: TallyKind
    basis: Literal["cohort", "flow"]
    better: Literal["higher", "lower", "neither"]
    section: str = "four"
    """the key of SECTIONS"""
    hits: Test = every
    base: Test | None = None
    """none: a counter, whose value is the numerator itself"""
    window: str | None = None
    """the key of WINDOWS"""
    matures: bool = False
    """counts only what lies a whole window before the day it is read on"""
    weights: dict[int, Decimal] = field(default_factory=dict)
    """what each value is worth, where a hit is not simply one"""
    marks: dict[str, Test] = field(default_factory=dict)
    """what is shown beside the value: name -> which events"""

    @property
    def rate(self) -> bool:
        """Whether the value is a share in per cent."""
        return self.base is not None

    def range(self, period: Period, as_of: date, days: int) -> tuple[datetime, datetime]:
        """The instants, the second exclusive, between which the events of a period lie that can be read on a day."""
        read = midnight_after(as_of)
        if self.matures:
            read -= timedelta(days=days)
        return period.begins, max(period.begins, min(period.ends, read))


class Figure(Model):
    """An indicator's value with what it was made of."""

    value: float | None
    """per cent for rates; none where there is no base"""
    numerator: float
    denominator: int | None
    shown: str
    participated: int
    """events in the base in which the organisation had any part, responsible or beside"""
    amended: int
    """events taken back after the period had closed"""
    marks: dict[str, int] = {}


def rate(numerator: Decimal | int, denominator: int) -> Decimal | None:
    """A share in per cent, half up to one decimal; none without a base."""
    if denominator == 0:
        return None
    return (Decimal(100) * numerator / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)


def numerator_has(definition: Definition, count: Count, days: int) -> bool:
    """Whether an event stands in the numerator's list."""
    return denominator_has(definition, count, days) and definition.hits(count, days)


def denominator_has(definition: Definition, count: Count, days: int) -> bool:
    """Whether an event stands in the denominator's list; of a counter, whether it may be counted at all."""
    stands = count.kind is definition.kind and count.struck == "no" and not count.left
    return stands and (definition.base is None or definition.base(count, days))


def figure(definition: Definition, counts: Iterable[Count], days: int = 0) -> Figure:
    """The indicator of events that all lie in its range."""
    numerator, denominator, beside, amended = Decimal(0), 0, 0, 0
    marks = dict.fromkeys(definition.marks, 0)
    for count in counts:
        if count.kind is not definition.kind:
            continue
        if count.leading and count.struck == "amended" and definition.hits(count, days):
            amended += count.n
        if count.leading and count.struck == "no" and not count.left:
            for name, test in definition.marks.items():
                marks[name] += count.n * test(count, days)
        if not denominator_has(definition, count, days):
            continue
        if definition.rate or definition.hits(count, days):
            beside += count.n
        if not count.leading:
            continue
        denominator += count.n
        if definition.hits(count, days):
            numerator += count.n * (definition.weights[count.value or 0] if definition.weights else Decimal(1))
    value = rate(numerator, denominator) if definition.rate else numerator
    return Figure(
        value=None if value is None else float(value),
        numerator=float(numerator) if definition.weights else int(numerator),
        denominator=denominator if definition.rate else None,
        shown=_shown(definition, value),
        participated=beside,
        amended=amended,
        marks=marks,
    )


def _shown(definition: Definition, value: Decimal | None) -> str:
    if value is None:
        return NOTHING
    return f"{value}%" if definition.rate else str(int(value))


class Comparison(Model):
    """A figure against that of an earlier period."""

    base: float | None
    """the earlier value"""
    change: float | None
    """rates: percentage points; counters: per cent, none where the base is nothing or too small for it"""
    difference: float | None
    """the change of a counter in numbers"""
    shown: str


def compare(definition: Definition, now: Figure, before: Figure) -> Comparison:
    """同比 or 环比 (F.5): rates in percentage points; counters in per cent, in numbers where the base is small."""
    if now.value is None or before.value is None:
        return Comparison(base=before.value, change=None, difference=None, shown=NOTHING)
    difference = Decimal(str(now.value)) - Decimal(str(before.value))
    if definition.rate:
        return Comparison(
            base=before.value, change=float(difference), difference=None, shown=f"{difference:+.1f}个百分点"
        )
    signed = f"{int(difference):+d}{definition.unit}"
    if before.value < SMALL:
        shown = signed if before.value else f"{NOTHING}（{signed}）" if difference else NOTHING
        return Comparison(base=before.value, change=None, difference=float(difference), shown=shown)
    share = rate(int(difference), int(before.value))
    assert share is not None, "the base is not nothing"
    return Comparison(base=before.value, change=float(share), difference=float(difference), shown=f"{share:+.1f}%")
