"""The indicators of diversion: how often, both ways in which it goes wrong, and what flows back (F.4, H-033, H-052)."""

from __future__ import annotations

from domain.indicators.events import TallyKind
from domain.indicators.formulas import Count, Definition


def _diverted(count: Count, days: int) -> bool:
    return count.result in ("diverted", "needless")


def _flowed_back(count: Count, days: int) -> bool:
    return count.lag is not None and count.lag <= days


DIVERSIONS = (
    Definition(
        code="diverted",
        name="分流数",
        unit="次",
        kind=TallyKind.DIVERSION,
        basis="flow",
        better="neither",
        source="F.4；H-020、H-033",
        section="diversion",
        formula="期内由研判直接分流到综治中心的次数",
        edges=("时间为研判决定的时间，单位为所在派出所；首推即为三推的机制（邛崃）不经公安推送，恒为0",),
        hits=_diverted,
    ),
    Definition(
        code="missed_diversions",
        name="应分未分数",
        unit="次",
        kind=TallyKind.DIVERSION,
        basis="flow",
        better="lower",
        source="F.4；H-033",
        section="diversion",
        formula="期内判定为应分流而未分流的次数（应分流尽分流）",
        edges=("研判人员不分流须说明理由；未获批准的也计入",),
        hits=lambda count, days: count.result == "missed",
    ),
    Definition(
        code="needless_diversions",
        name="不当分流数",
        unit="次",
        kind=TallyKind.DIVERSION,
        basis="flow",
        better="lower",
        source="F.4；H-033",
        section="diversion",
        formula="期内分流、而后被公安收回、分派员退回公安或转为刑事案件的次数（非必要不分流）",
        edges=("时间为分流的时间；不得分流的，系统不予分流，故不在其中",),
        hits=lambda count, days: count.result == "needless",
    ),
    Definition(
        code="flow_back_rate",
        name="回流率",
        unit="%",
        kind=TallyKind.DIVERSION,
        basis="flow",
        better="lower",
        source="F.4；H-052、Q-089",
        section="diversion",
        formula="期内分流的事项中，回看天数之内再次报110的比例",
        edges=("以分流后首次110警情为准；工作机制标注回流的期限不影响本率；默认30天，可取7、90天",),
        base=_diverted,
        hits=_flowed_back,
        window="repeat",
    ),
)
