"""The indicators of notices (函件): how many went out, and how many came back answered (W-032)."""

from __future__ import annotations

from domain.indicators.events import TallyKind
from domain.indicators.formulas import Count, Definition, Test, every
from domain.policy.parts.notices import NOTICES

_SILENCE = "到时限视为签收、纠纷办结时仍未反馈的，都算未反馈"


def _of(kind: str) -> Test:
    return lambda count, days: count.result == kind


def _answered(count: Count, days: int) -> bool:
    return count.done


def _in_time(count: Count, days: int) -> bool:
    return count.done and count.value == 1


NOTICE_FIGURES = (
    Definition(
        code="notices",
        name="发函数",
        unit="件",
        kind=TallyKind.NOTICE,
        basis="flow",
        better="neither",
        source="F.4；W-032、W-082",
        section="notices",
        formula="期内发出的提示函、交办单、督办单和退回通知数",
        edges=("时间为发出的时间，单位为主送单位；改由其他单位办理而撤回的不计，改送后另计一件",),
        marks={name: _of(kind) for kind, name in NOTICES.items()},
    ),
    Definition(
        code="feedback_rate",
        name="函件反馈率",
        unit="%",
        kind=TallyKind.NOTICE,
        basis="flow",
        better="higher",
        source="F.4；W-032",
        section="notices",
        formula="期内发出的函件中，截至读数日由主送单位人员反馈的比例",
        edges=(
            "武威：向相关部门推送信息4000余条，收到反馈信息500余条，以4000、500计为12.5%",
            f"反馈包括回复、签收和退单；{_SILENCE}",
        ),
        base=every,
        hits=_answered,
    ),
    Definition(
        code="feedback_in_time",
        name="函件按期反馈率",
        unit="%",
        kind=TallyKind.NOTICE,
        basis="flow",
        better="higher",
        source="F.4；W-032、W-044",
        section="notices",
        formula="期内发出的函件中，在反馈期限之内反馈的比例",
        edges=(f"没有期限的，反馈即为按期；{_SILENCE}",),
        base=every,
        hits=_in_time,
    ),
)
