"""The indicators of diversion: how often, both ways in which it goes wrong, and what flows back (F.4, H-033, H-052)."""

from __future__ import annotations

from domain.indicators.events import TallyKind
from domain.indicators.formulas import Count, Definition, every


def _diverted(count: Count, days: int) -> bool:
    return count.result in ("diverted", "needless")


def _left(count: Count, days: int) -> bool:
    return count.result == "diverted"


def _non_police(count: Count, days: int) -> bool:
    return count.result != "other"


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
        edges=("研判人员不分流须说明理由；未获批准的也计入；抽查认定的也计入，办结以后认定的只列在抽查中",),
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
        edges=("时间为分流的时间；不得分流的，系统不予分流，故不在其中；抽查认定的也计入，办结以后认定的只列在抽查中",),
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
    Definition(
        code="alarms",
        name="110警情数",
        unit="起",
        kind=TallyKind.NON_POLICE,
        basis="flow",
        better="neither",
        source="F.6；H-050",
        section="diversion",
        formula="期内受理、已经研判或处警的110警情数",
        edges=("一件事项计一次，重复警情不另计；非矛盾纠纷、无风险、转公安办案的也计，并案的计入主案",),
    ),
    Definition(
        code="non_police_share",
        name="非警务纠纷占比",
        unit="%",
        kind=TallyKind.NON_POLICE,
        basis="cohort",
        better="neither",
        source="F.6；H-050",
        section="diversion",
        formula="非警务纠纷警情数 ÷ 110警情数",
        edges=("黄石港区：各类警情7421起，其中非警务矛盾纠纷2989起，为40.3%",),
        base=every,
        hits=_non_police,
    ),
    Definition(
        code="non_police",
        name="非警务纠纷警情数",
        unit="起",
        kind=TallyKind.NON_POLICE,
        basis="flow",
        better="neither",
        source="F.4；H-050",
        section="diversion",
        formula="期内受理的110警情中，不属公安先行处置的纠纷数",
        edges=("一件纠纷计一次，单位为所在派出所", "非矛盾纠纷、无风险、并案和转公安办案的不计"),
        hits=_non_police,
    ),
    Definition(
        code="station_mediated",
        name="驻所调解数",
        unit="起",
        kind=TallyKind.NON_POLICE,
        basis="cohort",
        better="neither",
        source="F.4；H-050、H-051",
        section="diversion",
        formula="期内受理的非警务纠纷中，由驻所人民调解员在派出所调解、未再分流的件数",
        edges=("以派出所内的人民调解层级开过会为准；其后仍分流的计入分流",),
        hits=lambda count, days: count.result == "stationed",
    ),
    Definition(
        code="non_police_handed_rate",
        name="非警务纠纷分流化解占比",
        unit="%",
        kind=TallyKind.NON_POLICE,
        basis="cohort",
        better="neither",
        source="F.4；H-050",
        section="diversion",
        formula="（驻所调解数 ＋ 转到综治中心与部门的件数）÷ 非警务纠纷警情数",
        edges=("黄石港区：（97＋389）÷2989＝16.3%",),
        base=_non_police,
        hits=lambda count, days: count.result in ("stationed", "diverted"),
        marks={"驻所调解": lambda count, days: count.result == "stationed", "分流": _left},
    ),
    Definition(
        code="new_to_township_rate",
        name="乡镇新知率",
        unit="%",
        kind=TallyKind.NON_POLICE,
        basis="cohort",
        better="neither",
        source="F.4；H-048",
        section="diversion",
        formula="期内分流的非警务纠纷中，分流之前网格、热线、综治中心都没有报过的比例",
        edges=("“大多是我们平常没有发现的纠纷”；只看本件纠纷在分流之前的来源",),
        base=_left,
        hits=lambda count, days: not count.value,
    ),
)
