"""How far matters went through the three pushes (一警情三推送): each step of the funnel, and what was settled at it.

A cohort: of the matters taken in within a period, those that came to a push before they were first concluded. What a
push is for is in J-002 to J-004; where a mechanism knows no such push its figures are nothing.
"""

from __future__ import annotations

from functools import partial

from domain.case.state import DisputeState
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import Definition, Test
from domain.policy.stages import Stage

PUSHED = {Stage.PUSH_1: 8, Stage.PUSH_2: 16, Stage.PUSH_3: 32}
"""What the `value` of an accepted matter has added for each push that it came to."""
_NAMES = {
    Stage.PUSH_1: ("一推", "处警民警"),
    Stage.PUSH_2: ("二推", "责任民警"),
    Stage.PUSH_3: ("三推", "部门、乡镇（街道）"),
}
_ALL = sum(PUSHED.values())
_EDGES = (
    "同一批受理的纠纷，分母同办结率：并案的计入主案，移送、转刑事、认定非纠纷的不计",
    "首次结案以前到过的推送才计，返工、重新启动后的推送不另计；直接分流到三推的不计入一推、二推",
    "以统计时的情况为准；没有这一推的机制恒为0",
)


def pushes_of(state: DisputeState, accepted: Tally) -> int:
    """The pushes that a matter came to before it was first concluded, added up."""
    came = {push.stage for push in state.pushes if accepted.done_at is None or push.at <= accepted.done_at}
    return sum(mark for stage, mark in PUSHED.items() if stage in came)


def _came(stage: Stage) -> Test:
    return lambda count, days: bool((count.value or 0) & PUSHED[stage])


def _settled(stage: Stage) -> Test:
    mark = PUSHED[stage]
    return lambda count, days: count.done and mark <= (count.value or 0) & _ALL < 2 * mark


_figure = partial(
    Definition, unit="件", kind=TallyKind.ACCEPTED, basis="cohort", better="neither", section="pushes",
)  # fmt: skip
"""What all of them are: of matters as they were accepted, neither good nor bad."""


def _push(stage: Stage) -> tuple[Definition, Definition]:
    name, to = _NAMES[stage]
    pushed = partial(_figure, source="F.4；J-002 至 J-004")
    came = pushed(
        code=f"{stage}_reached",
        name=f"{name}数",
        formula=f"期内受理的纠纷中，{name}到{to}的件数",
        edges=_EDGES,
        hits=_came(stage),
    )
    settled = pushed(
        code=f"{stage}_settled",
        name=f"{name}办结数",
        formula=f"期内受理的纠纷中，到{name}为止、没有再往下推即已结案的件数",
        edges=("结案的认定同办结率；三推之后经联调结案的计入三推办结数", *_EDGES),
        hits=_settled(stage),
    )
    return came, settled


TAKEN_IN = _figure(
    code="taken_in",
    name="受理数",
    source="F.4；J-002",
    formula="期内受理的纠纷数，三次推送的起点",
    edges=("一件纠纷只计一次，重复警情不另计", _EDGES[0]),
)
PUSHES = (TAKEN_IN, *(definition for stage in PUSHED for definition in _push(stage)))
