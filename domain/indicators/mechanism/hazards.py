"""What the figures of hazards mean: they are counted by item, as the items stand when somebody looks (R-062, R-063)."""

from __future__ import annotations

from domain.indicators.formulas import Meaning

_ALL = "本人能看到的全部批次，按整改单位、方面、批次可分别统计；各项均可点开"

HAZARD_FIGURES = (
    Meaning(
        code="sent",
        name="发出项数",
        unit="项",
        source="F.6；R-063",
        formula="提示函、交办单、督办单所列的隐患项数，另列批次数和方面数",
        edges=(
            "“融合警务”：提示函35批次，涉及17个方面、5426项",
            "一项计一次；退单后改由其他单位整改的，计入现在的整改单位，不另计",
            _ALL,
        ),
    ),
    Meaning(
        code="cancelled",
        name="已销号数",
        unit="项",
        source="F.4；R-062",
        formula="整改后由发函单位核查通过的项数",
        edges=("提交整改而未经核查的为待核查，不是销号；销号后不再重开，同一处又有隐患的另发",),
    ),
    Meaning(
        code="rate",
        name="销号率",
        unit="%",
        source="F.4；R-062、R-063",
        formula="已销号数 ÷ 发出项数",
        edges=("未到期限的也在分母之内；为100.0%即动态清零",),
    ),
    Meaning(
        code="in_time_rate",
        name="按期销号率",
        unit="%",
        source="F.4；R-062、R-063",
        formula="在整改期限内提交整改、并经核查销号的项数 ÷ 发出项数",
        edges=(
            "以核查通过的那一次整改的提交时间为准，核查用时不计入整改单位",
            "退回、改送时重新给定期限的，以最后的期限为准",
            "未到期限的也在分母之内，全部到期之后才是最终数",
        ),
    ),
    Meaning(
        code="outstanding",
        name="未销号数",
        unit="项",
        source="F.4；R-064",
        formula="发出项数 － 已销号数（动态清零的目标为0）",
        edges=("待整改、退单待裁定、待核查的都是未销号；其中待整改而过了期限的为逾期",),
    ),
)
