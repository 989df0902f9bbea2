"""The indicators of the reports of Wuwei, the fused police and Huangshi that the process yields beside the others."""

from __future__ import annotations

from domain.indicators.events import TallyKind
from domain.indicators.formulas import Count, Definition, Test, every
from domain.indicators.mechanism.counts import JUDGED, LATER, REPEATED, VIOLENT

_SOON = 30
"""Minutes from the alarm to somebody met [DESIGN]: the report gives none."""


def _has(mark: int) -> Test:
    return lambda count, days: bool((count.value or 0) & mark)


def _high(count: Count, days: int) -> bool:
    return bool((count.value or 0) & (VIOLENT | REPEATED))


def _alarmed(count: Count, days: int) -> bool:
    return count.result == "first_alarm"


def _to(kind: str) -> Test:
    return lambda count, days: count.result.endswith(f">{kind}")


def _within(minutes: int) -> Test:
    return lambda count, days: count.value is not None and count.value <= minutes


MECHANISM = (
    Definition(
        code="analysed_rate",
        name="线索研判率",
        unit="%",
        kind=TallyKind.ACCEPTED,
        basis="cohort",
        better="higher",
        source="F.4；R-042",
        section="outcome",
        formula="期内受理的线索中，已由人员研判的比例（全量研判）",
        edges=("一件事项为一条线索；系统自动研判、到期无人研判的不算；并案、移送、认定非纠纷的不计",),
        base=every,
        hits=_has(JUDGED),
    ),
    Definition(
        code="high_risk_share",
        name="高风险占比",
        unit="%",
        kind=TallyKind.ACCEPTED,
        basis="cohort",
        better="neither",
        source="F.4；R-043",
        section="outcome",
        formula="期内受理的线索中，暴力类、重复类等高风险纠纷的比例",
        edges=(
            "暴力类：研判为扬言极端、家庭暴力或有民转刑风险；重复类：同一事项报过两次及以上；两者兼有的计一次",
            "“融合警务”：1412起 ÷ 29386条，为4.8%",
        ),
        base=every,
        hits=_high,
        marks={"暴力类": _has(VIOLENT), "重复类": _has(REPEATED)},
    ),
    Definition(
        code="high_risk_resolved",
        name="高风险纠纷化解数",
        unit="起",
        kind=TallyKind.ACCEPTED,
        basis="cohort",
        better="higher",
        source="F.4；R-043",
        section="outcome",
        formula="期内受理的高风险纠纷中，截至读数日已化解的件数",
        edges=(
            "暴力类：研判为扬言极端、家庭暴力或有民转刑风险；重复类：同一事项报过两次及以上；两者兼有的计一次",
            "化解的认定同化解率",
        ),
        hits=lambda count, days: _high(count, days) and count.done and count.result == "resolved",
    ),
    Definition(
        code="contact_rate",
        name="接警半小时见警率",
        unit="%",
        kind=TallyKind.REPORTED,
        basis="cohort",
        better="higher",
        source="F.4；W-024",
        section="time",
        formula="期内有110报警的纠纷中，首次报警后30分钟内民警见到当事人的比例",
        edges=(
            "见面时间以处警、跟进意见所填为准，未填的以意见提交时间为准",
            "报道未写明时限，30分钟为本系统约定；一件纠纷只计首次报警",
        ),
        base=_alarmed,
        hits=_within(_SOON),
        marks={"10分钟内": _within(10), "30分钟内": _within(_SOON), "60分钟内": _within(60), "已见面": _within(LATER)},
    ),
    Definition(
        code="repeats_settled",
        name="重复报警处置数",
        unit="起",
        kind=TallyKind.REPEAT_SETTLED,
        basis="flow",
        better="higher",
        source="F.4；W-053",
        section="repeat",
        formula="期内化解的、同一事项报过两次及以上的纠纷数",
        edges=("按类别分组即为武威的“家庭纠纷等重复报警”；化解的认定同化解率",),
    ),
    Definition(
        code="handled_before_reported",
        name="未报先处数",
        unit="起",
        kind=TallyKind.FORESTALLED,
        basis="flow",
        better="higher",
        source="F.4；H-062",
        section="repeat",
        formula="期内化解的、从未有110报警的纠纷数",
        edges=("来源为网格走访、来访、热线等，化解前后都没有110报警；化解后才报警的，自报警起不再计",),
    ),
    Definition(
        code="resolved_locally_rate",
        name="就地化解率",
        unit="%",
        kind=TallyKind.LOCAL,
        basis="flow",
        better="higher",
        source="F.4；R-101",
        section="mediation",
        formula="期内化解的纠纷中，在乡镇（街道）及以下化解的比例",
        edges=("责任单位为村居、乡镇街道、派出所、司法所等，且未提级办理；由县级部门承办的不算",),
        base=every,
        hits=lambda count, days: count.result == "local",
    ),
    Definition(
        code="mediation_handovers",
        name="三调对接数",
        unit="次",
        kind=TallyKind.HANDED,
        basis="flow",
        better="neither",
        source="F.4；R-103",
        section="mediation",
        formula="期内人民调解、行政调解、司法调解之间相互转接的次数",
        edges=("以各层级标明的调解性质为准；法院裁定确认调解协议的为转司法；治安调解不在三者之内",),
        marks={"转人民调解": _to("people"), "转行政调解": _to("administrative"), "转司法": _to("judicial")},
    ),
    Definition(
        code="promoted",
        name="提级办理数",
        unit="次",
        kind=TallyKind.PROMOTED,
        basis="flow",
        better="neither",
        source="F.4；R-080、R-081",
        section="outcome",
        formula="期内提级办理的次数",
        edges=("须批准的，以批准生效的时间为准；未获批准的不计",),
    ),
)
