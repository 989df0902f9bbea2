"""The first set of indicators, each with its formula in words and in code (requirements F.2 to F.5).

Where the requirements leave a choice, or ask for what the process does not know, the definition's `edges` say what was
decided: they are shown under the figures.
"""

from __future__ import annotations

from decimal import Decimal

from domain.indicators.diversion_definitions import DIVERSIONS
from domain.indicators.events import TallyKind
from domain.indicators.formulas import SECTIONS, Count, Definition, every
from domain.indicators.further_definitions import FURTHER
from domain.indicators.mechanism.definitions import MECHANISM
from domain.indicators.mechanism.pushes import PUSHES
from domain.indicators.notice_definitions import NOTICE_FIGURES
from domain.indicators.summons import SUMMONS
from domain.indicators.visit_counts import RESPONSE

_ONE = "一件纠纷只计一次，重复警情、返工都不另计"
_RESPONSIBLE = "责任单位为最后交付的单位；此前交付的单位和配合单位只计“参与”，退单成立的单位不计"
_GONE = "撤回、并案、移送、转刑事、认定非纠纷的不计入分子分母"
_FOR_GONE = "并案的计入主案；移送、转刑事、认定非纠纷的不计入分子分母"
_AMENDED = "期末之后才更正的，列为“更正”，不悄悄改动已公布的数"


def _first(count: Count, days: int) -> bool:
    return count.result == "first"


def _recurred(count: Count, days: int) -> bool:
    return count.lag is not None and count.lag <= days


def _done(count: Count, days: int) -> bool:
    return count.done


def _of_outcome(count: Count, days: int) -> bool:
    return count.result != RESPONSE


def _satisfied(count: Count, days: int) -> bool:
    return (count.value or 0) >= 4


_DEFINED = (
    Definition(
        code="submitted",
        name="报送数",
        unit="件",
        kind=TallyKind.SUBMITTED,
        basis="flow",
        better="neither",
        source="F.2；Q-071",
        formula="期内首次报送到分派环节（政法委或综治中心）的纠纷数",
        edges=(
            "时间为首次交到分派员的时间，单位为作出报送的公安单位；分级研判的，末级为报送单位，此前各级只计“参与”",
            "没有政法委的机制（金华），以三推交到综治中心为报送；没有三推的机制恒为0",
            "分派员退回后再次报送只计一次；并案的只计主案",
            "分派前撤回：当日撤回的不计；隔日撤回的计入，并单列“撤回”",
            _AMENDED,
        ),
        marks={"撤回": lambda count, days: count.result == "withdrawn"},
    ),
    Definition(
        code="disposed",
        name="处置数",
        unit="件",
        kind=TallyKind.DISPOSED,
        basis="flow",
        better="higher",
        source="F.2；Q-071",
        formula="期内提交了有效处置反馈的纠纷数",
        edges=(
            "反馈须文字与规定的图片视频齐备，系统才予受理；时间为首个有效轮次的反馈时间",
            "评估退回的反馈不再算数，重办通过时以重办的反馈为准，仍只计一次；法院驳回司法确认的，视同退回",
            "责任单位计“处置”，作了处置反馈的配合单位只计“参与”；现场平息、二推化解、调成的计入承办的派出所或主办单位",
            "红色的首次介入另列“介入数”",
            _AMENDED,
        ),
    ),
    Definition(
        code="intervened",
        name="介入数",
        unit="件",
        kind=TallyKind.INTERVENED,
        basis="flow",
        better="higher",
        source="F.2；Q-033",
        section="time",
        formula="期内首次见面介入的纠纷数（颜色时限以介入为准的，即红色）",
        edges=("以见人记录为准：见面的进展或处置、上门、调解到场；一件只计首次",),
    ),
    Definition(
        code="visited",
        name="回访数",
        unit="次",
        kind=TallyKind.VISITED,
        basis="flow",
        better="higher",
        source="F.2；Q-071",
        formula="期内有结果的回访次数，一件纠纷的一次计划回访计一次",
        edges=(
            "同一次回访访了双方只计一次，另列“访双方”",
            "未联系上须试过至少两次才单列“未联系上”，不计入回访数；后来联系上的改计回访",
            "时间为首个联系上的时间，经办单位为回访人所在单位，责任单位为办理该纠纷的单位",
        ),
        hits=lambda count, days: count.result == "reached",
        marks={
            "未联系上": lambda count, days: count.result == "not_reached",
            "访双方": lambda count, days: count.result == "reached" and (count.value or 0) >= 2,
        },
    ),
    Definition(
        code="refused",
        name="推诿数",
        unit="次",
        kind=TallyKind.REFUSED,
        basis="flow",
        better="lower",
        source="F.2；Q-071、Q-084",
        formula="期内被认定的推诿次数：退单或签收后称无法化解而裁定为不同意，同一事项未签收而两次退单，或视为签收之后再退单",
        edges=(
            "时间为裁定时间，单位为退单的单位；退单成立的不计，评估退回的不计，可以为0",
            "逾期未签收按时限视为签收，本身不算推诿；其后仍退单而留下记录的计一次（当场被系统拒绝的退单不留在案中）",
            "职责争议裁定即退单裁定，同一裁定只计一次；单位之间不能自行转办，两次退单均成立而始终未签收的，视同两次转办无人接收",
            "计入退单单位，也列入作出裁定的推送单位、报送该纠纷的单位名下；属地派出所、乡镇只计其自身的推诿",
            "裁定在流程中不能申诉，改判须重新分派",
        ),
        marks={"逾期后退单": lambda count, days: count.result == "late"},
    ),
    Definition(
        code="returned",
        name="返工次数",
        unit="次",
        kind=TallyKind.RETURNED,
        basis="flow",
        better="lower",
        source="F.5；Q-048",
        section="passing",
        formula="期内被评估退回的次数",
        edges=("被退回的纠纷仍为在办一件，返工只在此处计次",),
    ),
    Definition(
        code="disposal_rate",
        name="处置率",
        unit="%",
        kind=TallyKind.PUSHED,
        basis="cohort",
        better="higher",
        source="F.3；Q-072",
        formula="期内推送到责任单位的纠纷中，截至读数日已有效处置的比例",
        edges=(
            _ONE,
            _RESPONSIBLE + "；改派、重新分派的，自交付新单位时转归新单位",
            _GONE + "；引导诉讼的计入分母，不算处置",
            "退回而尚未重办的不算处置；红色须先有见面介入再有反馈（现场处置即为介入）",
            "结案后反弹或重新启动的，不再重复计入",
        ),
        base=every,
        hits=_done,
    ),
    Definition(
        code="visit_rate",
        name="回访率",
        unit="%",
        kind=TallyKind.WINDOW,
        basis="cohort",
        better="higher",
        source="F.3；Q-072",
        formula="回访期限在期内届满的结案纠纷中，期限内至少联系上一方的比例",
        edges=(
            "期限指结案后首次计划回访的期限；每件取首个未被中途取消的轮次，取消的不计",
            "未联系上不算完成；死亡、书面拒访、家暴安全等豁免目前没有登记的环节，故豁免数恒为0",
        ),
        base=every,
        hits=_done,
    ),
    Definition(
        code="recurrence_rate",
        name="反复率",
        unit="%",
        kind=TallyKind.CONCLUDED,
        basis="cohort",
        better="lower",
        source="F.3；Q-072、Q-089",
        formula="期内首次结案、且结案满窗口天数的纠纷中，窗口内反复的比例",
        edges=(
            "窗口默认90天，可取30、180天；读数日之前未满窗口的不计入",
            "反复指结案后同一事项再次报警（含12345、网格、信访等来源）、回访发现反弹、重新启动；热线询问进展、同一当事人的新纠纷不算",
            "引导诉讼和低风险撤回也是结案；结案数不因反复而扣减，再次结案单列“再次结案”",
        ),
        base=_first,
        hits=_recurred,
        window="relapse",
        matures=True,
        marks={"再次结案": lambda count, days: count.result == "reclosed"},
    ),
    Definition(
        code="satisfaction_rate",
        name="满意率",
        unit="%",
        kind=TallyKind.RATED,
        basis="flow",
        better="higher",
        source="F.3；Q-072",
        formula="期内的有效评价中，满意和非常满意（4、5分）的比例",
        edges=(
            "一件纠纷的每一方只计最后一次评价，时间为该次评价的时间；未评价的绝不算满意，另见评价率",
            "计入责任单位：公安化解的为属地派出所，部门、联调化解的为责任单位；接处警满意率和部门处置满意率分开另计",
            "系统不知道当事人电话是否属于工作人员、是否同一设备，不能据此剔除无效评价",
        ),
        base=_of_outcome,
        hits=_satisfied,
        marks={"基本满意": lambda count, days: count.value == 3 and _of_outcome(count, days)},
    ),
    Definition(
        code="satisfaction_index",
        name="满意指数",
        unit="%",
        kind=TallyKind.RATED,
        basis="flow",
        better="higher",
        source="F.3；Q-072",
        section="satisfaction",
        formula="期内的有效评价按5、4分计1，3分计0.6，2、1分计0，加权后的比例",
        edges=("与满意率同一组评价，供只设“基本满意”的地方使用",),
        base=_of_outcome,
        hits=lambda count, days: (count.value or 0) >= 3,
        weights={5: Decimal(1), 4: Decimal(1), 3: Decimal("0.6")},
    ),
    Definition(
        code="response_rate",
        name="评价率",
        unit="%",
        kind=TallyKind.ASKED,
        basis="cohort",
        better="higher",
        source="F.3",
        section="satisfaction",
        formula="期内首次联系上的当事人中，截至读数日给出过评价的比例",
        edges=("一件纠纷的每一方计一次；从未联系上的不在其中",),
        base=every,
        hits=_done,
    ),
    Definition(
        code="completion_rate",
        name="办结率",
        unit="%",
        kind=TallyKind.ACCEPTED,
        basis="cohort",
        better="higher",
        source="F.4；H-020",
        section="outcome",
        formula="期内受理的纠纷中，截至读数日已结案的比例",
        edges=(
            _ONE,
            "结案指评估通过，或引导诉讼、低风险撤回；红色、黄色撤回的按仍在办计算",
            _FOR_GONE + "；结案之后再移送、转刑事的不扣减",
            "经办单位为受理的派出所，责任单位为现在承办的单位",
            "重新启动不扣减原结案数，再次结案也不另计",
        ),
        base=every,
        hits=_done,
    ),
    Definition(
        code="resolution_rate",
        name="化解率（结果口径）",
        unit="%",
        kind=TallyKind.FINISHED,
        basis="flow",
        better="higher",
        source="F.4；W-083",
        section="outcome",
        formula="期内有结果的纠纷中化解的比例，有结果指化解或未化解终止",
        edges=(
            "化解：处置经评估通过（协议、和解、诉求实现），或低风险撤回（撤诉求）",
            "未化解终止：引导诉讼、转刑事；引导诉讼是办结，不是化解",
            "并案、移送、认定非纠纷和有风险的撤回没有结果，不计入",
        ),
        base=every,
        hits=lambda count, days: count.result == "resolved",
    ),
    Definition(
        code="resolution_rate_accepted",
        name="化解率（受理口径）",
        unit="%",
        kind=TallyKind.ACCEPTED,
        basis="cohort",
        better="higher",
        source="F.4；W-083",
        section="outcome",
        formula="期内受理的纠纷中，截至读数日已化解的比例",
        edges=("分母同办结率，化解的认定同结果口径",),
        base=every,
        hits=lambda count, days: count.done and count.result == "resolved",
    ),
    Definition(
        code="on_time_rate",
        name="按期率",
        unit="%",
        kind=TallyKind.TIMED,
        basis="flow",
        better="higher",
        source="F.4；Q-033 至 Q-036",
        section="time",
        formula="控制时限在期内终止或届满的纠纷中，按期的比例",
        edges=(
            _ONE + "；控制时限为颜色时限，联调期间为联调时限",
            "红色以首次见面介入是否在时限内为准，其余以处置为准；经批准延期而未再超期的算按期，另见延期率",
            "推送到部门、乡镇的，各单位的时限自送达该单位起算；责任单位按本单位的时限计，配合单位只计“参与”",
            "改色的，按超期当时的颜色归类；点开的案件同时载明初始颜色和现在的颜色",
            "评估退回的，以重办轮次的时限为准；任何一轮超期即为逾期；结案以后的时限不再计",
            "未处置即撤回、并案、移送、转刑事的，时限随之终止，不计入",
        ),
        base=every,
        hits=lambda count, days: count.result == "on_time",
    ),
    Definition(
        code="extension_rate",
        name="延期率",
        unit="%",
        kind=TallyKind.TIMED,
        basis="flow",
        better="lower",
        source="F.4",
        section="time",
        formula="控制时限在期内终止或届满的纠纷中，延过期的比例",
        edges=("分母同按期率；延期须经上一级批准，红色不得延期",),
        base=every,
        hits=lambda count, days: (count.value or 0) >= 1,
    ),
    Definition(
        code="repeat_rate",
        name="重复报警率",
        unit="%",
        kind=TallyKind.REPORTED,
        basis="flow",
        better="lower",
        source="F.4；H-021",
        section="repeat",
        formula="期内全部有效纠纷警情中，同一事项重复报警的比例",
        edges=(
            "同一事项的前一次报警在回看天数之内的为重复，首次报警不算；回看默认30天，可取7、90天",
            "认定为非纠纷的不是有效警情；并案的，其警情由主案接收、随主案计数并认定是否重复，主案已办结而未能接收的留在本案",
        ),
        base=every,
        hits=_recurred,
        window="repeat",
    ),
    Definition(
        code="repeats",
        name="同一事项重复报警数",
        unit="次",
        kind=TallyKind.REPORTED,
        basis="flow",
        better="lower",
        source="F.4；H-061",
        section="repeat",
        formula="期内同一事项第二次及以后的报警数",
        edges=("认定同重复报警率；黄石公布的是此数的环比",),
        hits=_recurred,
        window="repeat",
    ),
)

DEFINITIONS: dict[str, Definition] = {
    definition.code: definition
    for section in SECTIONS
    for definition in (*_DEFINED, *FURTHER, *MECHANISM, *PUSHES, *DIVERSIONS, *SUMMONS, *NOTICE_FIGURES)
    if definition.section == section
}
"""By code, in the order they are shown."""
