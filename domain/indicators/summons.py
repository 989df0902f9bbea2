"""Whistles (吹哨报到) in figures: each who was called, who came, who was absent (R-082, H-035)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import Count, Definition

Bare = Callable[..., Tally]


def summoned(state: DisputeState, bare: Bare) -> Iterator[Tally]:
    """One tally for each who was called, told of his organisation; nobody is counted before he has come or has not."""
    for whistle in (each for each in state.summons if each.cause != "conference"):
        for called in whistle.called:
            task = state.task(called.task_id)
            if task is None or task.decision is None:
                continue
            counted: Tally = bare(TallyKind.SUMMONED, whistle.at, unit=called.path)
            counted.round, counted.result = whistle.round, task.decision.name
            counted.person_id = task.decision.actor_id
            if task.decision.name == "arrived":
                counted.done_at = task.decision.at
            yield counted


def _came(count: Count, days: int) -> bool:
    return count.result == "arrived"


def _excused(count: Count, days: int) -> bool:
    return count.result == "unable"


SUMMONS = (
    Definition(
        code="summoned",
        name="吹哨数",
        unit="家次",
        kind=TallyKind.SUMMONED,
        basis="flow",
        better="neither",
        source="F.4；R-082；H-035",
        section="summons",
        formula="期内被吹哨、且已报到或已认定缺席的单位岗位数（家次）",
        edges=("时间为吹哨的时间，单位为被吹哨的单位；联调层级和交办按工作机制吹哨的也计入", "还在报到时限内的暂不计"),
    ),
    Definition(
        code="check_in_rate",
        name="吹哨报到率",
        unit="%",
        kind=TallyKind.SUMMONED,
        basis="flow",
        better="higher",
        source="F.4；R-082；H-035",
        section="summons",
        formula="期内被吹哨的家次中，按时报到的比例",
        edges=("过了报到时限的按缺席计，之后到场的写入会商参加人员，不改缺席",),
        base=lambda count, days: True,
        hits=_came,
    ),
    Definition(
        code="absences",
        name="缺席数",
        unit="家次",
        kind=TallyKind.SUMMONED,
        basis="flow",
        better="lower",
        source="F.4；R-082；H-035、H-036",
        section="summons",
        formula="期内被吹哨而没有到场的家次",
        edges=("到时没有报到的，由时限认定缺席；说明不能到场的也计入，并单列",),
        hits=lambda count, days: not _came(count, days),
        marks={"说明不能到场": _excused},
    ),
)
