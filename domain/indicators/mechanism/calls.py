"""What the figures of where calls come from mean (警源分析, H-047, H-049)."""

from __future__ import annotations

from domain.indicators.formulas import Meaning

CALL_FIGURES = (
    Meaning(
        code="reports",
        name="警情诉求",
        unit="次",
        source="H-047",
        formula="期内收到的报警和诉求次数，首次和重复的都计",
        edges=(
            "时间为报警（反映）的时间；来源为该次报警自己的来源，类别、警格为所属纠纷现在的",
            "认定为非纠纷的、并案的，报警仍计；单位为纠纷的属地、受理或承办单位，含其下属",
        ),
    ),
    Meaning(
        code="repeats",
        name="其中重复",
        unit="次",
        source="H-047、H-061",
        formula="期内报警中，收到时归入已有纠纷的次数",
        edges=("不论距上次多久；限定回看天数的见指标“同一事项重复报警数”",),
    ),
    Meaning(
        code="matters",
        name="纠纷",
        unit="起",
        source="H-047",
        formula="期内这些报警所涉及的纠纷数",
        edges=("一件计一次，不论报过几次；同一件可因多次报警列在几个来源、时段之下，各行不能相加",),
    ),
    Meaning(
        code="resolved",
        name="已化解",
        unit="起",
        source="H-047、W-083",
        formula="所涉及的纠纷中，现已化解的件数",
        edges=("化解的认定同化解率；不论何时化解",),
    ),
    Meaning(
        code="handled",
        name="本单位承办",
        unit="起",
        source="H-049",
        formula="本行业纠纷中，由该牵头单位承办的件数（选定行业时）",
        edges=("行业以责任清单现行版本的牵头单位为准；“既管行业、又管矛盾纠纷”",),
    ),
)
