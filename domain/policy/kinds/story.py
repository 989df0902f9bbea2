"""The kinds that a stage asks and waits for."""

from __future__ import annotations

from domain.policy.action_catalogue import CONVERSION, MERGER
from domain.policy.fields import Reasoned
from domain.policy.forms import departments, judgement, mediation, pushes, triage
from domain.policy.kinds.spec import KindSpec
from domain.policy.kinds.spec import decision as _d
from domain.policy.stages import Stage

_DISPOSAL = {
    "progress": _d("记录进展", departments.Progress, ends=False),
    "disposed": _d("处置完毕", departments.Disposed, pictures=True, feeds_back=True),
}

STORY: dict[str, KindSpec] = {
    "confirm_triage": KindSpec(
        name="研判确认",
        stages=(Stage.TRIAGE,),
        submits=True,
        by_levels=True,
        decisions={
            "confirm": _d("确认研判", triage.Confirm),
            "correct": _d("更正研判", triage.Correct),
            "report_up": _d("上报", triage.ReportUp),
            "no_risk": _d("无风险", triage.NoRisk),
            "police_case": _d("警务案件", triage.PoliceCase),
            "duplicate_of": _d("系重复纠纷", triage.DuplicateOf, ending=MERGER),
        },
    ),
    "handle_on_scene": KindSpec(
        name="现场处置",
        stages=(Stage.PUSH_1,),
        under_colour=True,
        handles=True,
        leads=True,
        decisions={
            "settled": _d("现场平息", pushes.SettledOnScene, feeds_back=True),
            "unsettled": _d("现场未能化解", pushes.Unsettled),
            "divert": _d("派单分流", pushes.DivertedFromScene, leads_to=Stage.PUSH_3),
            "mediate": _d("交驻所调解", Reasoned, leads_to=Stage.MEDIATION),
            "not_a_dispute": _d("非矛盾纠纷", Reasoned),
            "criminal_case": _d("转刑事案件", pushes.CriminalCase, ending=CONVERSION),
        },
    ),
    "rule_urgency": KindSpec(
        name="加急认定",
        stages=(Stage.PUSH_1,),
        decisions={"urgent": _d("认定加急", pushes.Suggested), "ordinary": _d("按普通件办理")},
    ),
    "follow_up_responsibly": KindSpec(
        name="责任跟进",
        stages=(Stage.PUSH_2,),
        first_contact="首次联系",
        under_colour=True,
        handles=True,
        leads=True,
        named=True,
        decisions={
            "contacted": _d("记录联系", pushes.Contacted, ends=False),
            "settled": _d("已化解", pushes.Settled, feeds_back=True),
            "mediate": _d("提请联调", Reasoned, leads_to=Stage.MEDIATION),
            "request_third_push": _d("提请三推", pushes.ThirdPush, leads_to=Stage.PUSH_3),
            "criminal_case": _d("转刑事案件", pushes.CriminalCase, ending=CONVERSION),
        },
    ),
    "approve_third_push": KindSpec(
        name="三推审批",
        stages=(Stage.PUSH_1, Stage.PUSH_2),
        by_roads=True,
        submits=True,
        decisions={"approve": _d("批准", pushes.ThirdPushApproved), "reject": _d("不批准", Reasoned)},
    ),
    "dispatch": KindSpec(
        name="分派交办",
        stages=(Stage.PUSH_3,),
        handles=True,
        decisions={"assign": _d("交办", departments.Assign), "send_back": _d("退回公安", Reasoned)},
    ),
    "accept_assignment": KindSpec(
        name="签收交办",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        delivers=True,
        decisions={"accept": _d("签收"), "refuse": _d("退单", departments.Refuse)},
    ),
    "rule_refusal": KindSpec(
        name="退单裁定",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        decisions={"uphold": _d("同意退单", Reasoned), "overrule": _d("不同意退单", Reasoned)},
    ),
    "dispose": KindSpec(
        name="主办处置",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        delivers=True,
        under_colour=True,
        handles=True,
        leads=True,
        disposes=True,
        decisions={
            **_DISPOSAL,
            "mediate": _d("提请联调", Reasoned, leads_to=Stage.MEDIATION),
            "cannot_resolve": _d("无法化解", Reasoned),
        },
    ),
    "cooperate": KindSpec(
        name="协同处置",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        delivers=True,
        under_colour=True,
        handles=True,
        disposes=True,
        decisions={**_DISPOSAL, "cannot_resolve": _d("无法化解", Reasoned)},
    ),
    "mediate": KindSpec(
        name="调解",
        stages=(Stage.MEDIATION,),
        people_from="ladder.tiers",
        under_ladder=True,
        handles=True,
        decisions={
            "agreed": _d("达成协议", mediation.SessionAgreed),
            "not_agreed": _d("未达成协议", mediation.SessionFailed),
            "adjourned": _d("改期", mediation.Adjourned),
            "refused": _d("当事人拒绝调解", mediation.TableRefused),
            "lapsed": _d("依法终止", by_clock="依法终止由时限或新警情引起，不由人作出"),
            "promote": _d("提前提级", Reasoned),
        },
    ),
    "apply_confirmation": KindSpec(
        name="司法确认申请",
        stages=(Stage.CONFIRMATION,),
        decisions={"apply": _d("提出申请"), "decline": _d("不申请", Reasoned)},
    ),
    "court_ruling": KindSpec(
        name="法院审查",
        stages=(Stage.CONFIRMATION,),
        decisions={
            "confirmed": _d("裁定有效", mediation.CourtCase),
            "rejected": _d("驳回申请", Reasoned),
            "withdrawn": _d("申请撤回", Reasoned),
        },
    ),
    "evaluate": KindSpec(
        name="成效评估",
        stages=(Stage.EVALUATION,),
        people_from="evaluation",
        judges=True,
        decisions={"accept": _d("评估通过"), "return": _d("退回重办", judgement.Return)},
    ),
    "visit": KindSpec(
        name="回访",
        stages=(Stage.FOLLOW_UP,),
        decisions={
            "stable": _d("情况稳定", judgement.Visited),
            "unreachable": _d("未能联系上"),
            "relapsed": _d("出现反弹", judgement.Relapsed),
        },
    ),
    "check_performance": KindSpec(
        name="履约核查",
        stages=(Stage.FOLLOW_UP,),
        decisions={
            "performed": _d("已履行"),
            "overdue": _d("逾期未履行", Reasoned),
            "waived": _d("权利人放弃", Reasoned),
        },
    ),
}
