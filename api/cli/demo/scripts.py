"""What happens to each demo dispute: its report, and the answers that take it to its stage.

Pure data, written for a mechanism with every stage; `Script.steps_under` says what is left of it under another. What a
mechanism asks beside is answered on the way (`api.cli.way_to_stage`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from api.cli.way_to_stage import STAGE_OF
from domain.policy.catalogue import KINDS
from domain.policy.process import Process
from domain.policy.stages import Stage


@dataclass(frozen=True)
class Step:
    """An answer; `of` names the organisation or party where several are asked at once."""

    kind: str
    decision: str
    fields: dict[str, Any] = field(default_factory=dict)
    of: str | None = None


@dataclass(frozen=True)
class Wait:
    """Time that passes until there are so many tasks of a kind: `by` at once, then a day or two at a time."""

    by: str
    kind: str
    times: int


@dataclass(frozen=True)
class Script:
    """One dispute. `again` are repeat reports of it."""

    code: str
    source: str
    address: str
    narrative: str
    parties: tuple[str, str]
    steps: tuple[Step | Wait, ...] = ()
    again: tuple[str, ...] = ()

    def steps_under(self, process: Process) -> list[Step | Wait]:
        """The steps that this mechanism knows."""
        return [known for step in self.steps if (known := _under(process, step))]


def _under(process: Process, step: Step | Wait) -> Step | Wait | None:
    """What a step is under a mechanism; none where it knows nothing like it."""
    if isinstance(step, Wait):
        if step.kind == "supervise":
            return step if process.colour_rungs.supervise_after else None
        return step if process.has(STAGE_OF[step.kind]) else None
    if not process.has(Stage.PUSH_3):
        as_officer = _BY_OFFICER.get((step.kind, step.decision))
        step = as_officer(step) if as_officer else step
    stage = _ASKED_IN.get(step.kind) or STAGE_OF.get(step.kind)
    led_to = KINDS[step.kind].decisions[step.decision].leads_to
    if (stage and not process.has(stage)) or (led_to and not process.has(led_to)):
        return None
    if step == DIVERT and not process.has(Stage.PUSH_3):
        return CONFIRM
    if step.fields.get("confirmation") and not process.has(Stage.CONFIRMATION):
        return replace(step, fields={**step.fields, "confirmation": False})
    return step


_ASKED_IN = {"approve_change": Stage.PUSH_1, "approve_third_push": Stage.PUSH_3}
_BY_OFFICER: dict[tuple[str, str], Callable[[Step], Step]] = {
    ("dispose", "progress"): lambda step: Step(
        "follow_up_responsibly",
        "contacted",
        {"manner": "visit", "who": "双方当事人", "summary": step.fields["summary"]},
    ),
    ("dispose", "disposed"): lambda step: Step("follow_up_responsibly", "settled", step.fields),
    ("dispose", "mediate"): lambda step: Step("follow_up_responsibly", "mediate", step.fields),
}
"""Without a third push, what a department would do is the responsible officer's."""


CONFIRM = Step("confirm_triage", "confirm")
DIVERT = Step("confirm_triage", "confirm", {"divert": True})
"""By the desk's word, where the category is not sure enough to go by itself."""
UNSETTLED = Step("handle_on_scene", "unsettled", {"reason": "双方分歧较大，现场未能化解"})
ACCEPT = Step("evaluate", "accept")


def _upward(lead: str) -> tuple[Step, ...]:
    """From the scene to the third push."""
    request = {"reason": "须部门依职责处理", "suggested": [lead]}
    return (
        CONFIRM,
        UNSETTLED,
        Step("follow_up_responsibly", "request_third_push", request),
        Step("approve_third_push", "approve", {"suggested": [lead]}),
    )


def _dispatched(lead: str, *others: str) -> Step:
    fields = {"lead": lead, "cooperating": list(others), "instructions": "依职责处置，见人见事，及时反馈"}
    return Step("dispatch", "assign", fields)


def _accepted(*units: str) -> tuple[Step, ...]:
    return tuple(Step("accept_assignment", "accept", of=unit) for unit in units)


def _disposed(summary: str, **more: Any) -> Step:
    return Step("dispose", "disposed", {"summary": summary, **more})


def _visited(*parties: str) -> tuple[Step, ...]:
    return tuple(Step("visit", "stable", {"summary": "情况稳定"}, of=party) for party in parties)


SCRIPTS: tuple[Script, ...] = (
    Script(
        "01", "walk_in", "城东街道和平社区望湖路18号2幢501室",
        "楼上住户夜间唱歌噪音扰民，楼下住户上门理论，两家发生口角",
        ("毛银花", "施根宝"),
    ),
    Script(
        "02", "12345", "城西街道文昌社区文昌花园", "物业公司停车费和公共收益不公开，业主与物业发生争执，要求协调",
        ("业主代表万爱民", "文昌物业"), (CONFIRM,),
    ),
    Script(
        "03", "110", "白洋街道桥头社区滨江路66号", "供应的一批五金配件质量不合格，买方拒付货款三万元，双方争吵",
        ("俞国庆", "应柏生"), (CONFIRM,),
        again=("供应的一批五金配件质量不合格，买方拒付货款三万元，双方又争吵起来",),
    ),
    Script(
        "04", "110", "江南街道南苑社区金都路9号", "理发店预付卡余额不退，顾客要求退款，店主拒绝，双方争吵",
        ("葛小琴", "丝语理发店"),
        (
            CONFIRM, UNSETTLED,
            Step("follow_up_responsibly", "contacted",
                 {"manner": "call", "who": "店主", "summary": "店主称愿意退一半，已约到所协商"}),
        ),
    ),
    Script(
        "05", "grid", "清溪镇上坪村31号", "两户村民因宅基地边界和滴水檐争执，砌墙被拦，双方各不相让",
        ("上坪楼某甲", "上坪楼某乙"), (CONFIRM, _dispatched("natural_res", "town-qingxi")),
    ),
    Script(
        "06", "110", "石桥镇上马村工业区3号", "工地拖欠农民工工资三个月，二十余名工人要求支付工资",
        ("工人代表甘祥", "诚建劳务公司"),
        (
            *_upward("hrss"), _dispatched("hrss", "housing"), *_accepted("hrss", "housing"),
            Step("dispose", "progress", {"summary": "约谈劳务公司，核实工资表，欠薪四十二万元"}),
        ),
    ),
    Script(
        "07", "110", "柳河镇杨柳湾村45号", "兄弟两人因老宅分家和老人医药费分摊争吵多年",
        ("杨柳根", "杨柳青"),
        (
            *_upward("civil_affairs"), _dispatched("civil_affairs"), *_accepted("civil_affairs"),
            Step("dispose", "mediate", {"reason": "家庭积怨较深，提请联调"}),
            Step("mediate", "not_agreed", {"reason": "对医药费分摊比例未谈拢"}),
        ),
    ),
    Script(
        "08", "110", "双河镇三江村7号", "承包地界桩被移动，两户因承包地流转费用发生纠纷",
        ("三江田某", "三江方某"),
        (
            *_upward("agri"), _dispatched("agri"), *_accepted("agri"),
            _disposed("现场测绘，双方认可界桩位置", terms=["界桩复位", "流转费按合同支付"]),
        ),
    ),
    Script(
        "09", "110", "凤鸣镇凤鸣社区凤凰路12号", "装修公司施工质量差，业主要求返工退款，双方争执",
        ("凌月娥", "新居装饰"),
        (
            *_upward("housing"), _dispatched("housing"), *_accepted("housing"),
            _disposed("已电话联系双方"),
            Step("evaluate", "return", {"reason": "perfunctory", "explanation": "未见人见事，请到场核实"}),
        ),
    ),
    Script(
        "10", "12345", "桃源镇桃花坞村农家乐", "游客在农家乐用餐后认为价格欺诈，要求退款，店主不同意，双方争吵",
        ("游客尤某", "桃花坞农家乐"),
        (
            DIVERT, _dispatched("market_reg"), *_accepted("market_reg"),
            _disposed("店主退还差价，双方和解", terms=["退还差价二百元"]), ACCEPT,
        ),
    ),
    Script(
        "11", "110", "龙潭镇石门村20号", "两家因养狗咬伤鸡鸭赔偿争吵", ("石门詹某", "石门童某"),
        (
            *_upward("town-longtan"), _dispatched("town-longtan"), *_accepted("town-longtan"),
            _disposed("村里见证当面赔付", terms=["赔偿八百元", "犬只拴养"]), ACCEPT,
            *_visited("石门詹某", "石门童某"), Wait("P30DT5M", "visit", 4), *_visited("石门詹某", "石门童某"),
        ),
    ),
    Script(
        "12", "grid", "大坪乡松林村9号", "两户因林权和山林边界争执，互相砍伐对方林木",
        ("松林雷某", "松林蓝某"),
        (CONFIRM, _dispatched("forestry"), *_accepted("forestry"), Wait("P7DT2H", "supervise", 1)),
    ),
    Script(
        "13", "110", "古山镇前黄村88号", "合伙承包鱼塘散伙，对账目和押金分配有争议，双方多次争吵",
        ("前黄胡某", "前黄厉某"),
        (
            *_upward("justice-gushan"), _dispatched("justice-gushan"), *_accepted("justice-gushan"),
            Step("dispose", "mediate", {"reason": "双方愿意请调解员主持"}),
            Step("mediate", "agreed", {"terms": ["押金各半", "账目当面结清"], "confirmation": True}),
        ),
    ),
    Script(
        "14", "110", "青云乡高峰村2号", "邻居因排水沟堵塞污水流入院内发生争吵", ("高峰邱某", "高峰巫某"),
        (
            CONFIRM, Step("handle_on_scene", "not_a_dispute", {"reason": "到场时双方已自行疏通，没有争议"}),
            Step("approve_change", "approve"),
        ),
    ),
)  # fmt: skip
