"""The words of the process: every stage, task kind, decision, action and outcome, with Chinese name and form."""

from __future__ import annotations

from domain.base import Model, Strict
from domain.policy import fields as f
from domain.policy.stages import Stage

OUTCOMES: dict[str, str] = {
    "resolved": "化解办结",
    "not_a_dispute": "非矛盾纠纷",
    "merged": "并案",
    "criminal_case": "民转刑",
    "withdrawn": "撤回",
    "transferred_out": "移送",
    "guided_to_litigation": "引导诉讼",
}
"""How a dispute ends."""


class DecisionSpec(Model):
    """One answer a task allows. `ends` is false for answers that are only put on record (`progress`, `contacted`)."""

    title: str
    form: type[Strict]
    ends: bool = True
    pictures: bool = False
    """must carry pictures or videos as evidence"""
    merges: bool = False
    """ends the whole case as another one: put on record, and the task stays open until that is approved"""
    leads_to: Stage | None = None
    """takes the case to that stage; a mechanism without it does not offer the decision"""


def _d(
    title: str,
    form: type[Strict] = f.Fields,
    *,
    ends: bool = True,
    pictures: bool = False,
    merges: bool = False,
    leads_to: Stage | None = None,
) -> DecisionSpec:
    return DecisionSpec(title=title, form=form, ends=ends, pictures=pictures, merges=merges, leads_to=leads_to)


class KindSpec(Model):
    """A kind of task: its name, the decisions it allows, and all that the code knows of it as flags.

    No other module lists kinds of task: whoever needs a group of them asks for the flag that says why they belong
    together.
    """

    name: str
    decisions: dict[str, DecisionSpec]
    stages: tuple[Stage, ...] = ()
    """the stages that ask it, none of an aside: a playbook with one of them says who answers it"""
    optional: bool = False
    """younger than processes that cases have pinned: one without it is still decoded, and asks nobody"""
    people_from: str = ""
    """the part of the process that names who answers it, where that is not `tasks`"""
    to_organisation: bool = False
    """asked about one organisation of push 3: the one that a playbook's `assigned` means"""
    first_contact: bool = False
    """has the decision `contacted`, which stops the clock of the first contact"""
    under_colour: bool = False
    """due when the colour's clock is"""
    under_ladder: bool = False
    """a session of the mediation ladder: due when the ladder's clock is, and held as its tier requires"""
    handles: bool = False
    """who answers it has handled the round, and may not judge it (requirements E.2, rule 1)"""
    judges: bool = False
    """judges the round: not by who handled it, and each seat by another person"""
    leads: bool = False
    """who holds it is responsible for the dispute: reassigned, the dispute is pushed to another unit"""
    disposes: bool = False
    """disposes of the dispute in push 3, as lead or cooperating; a party met there is an intervention"""
    submits: bool = False
    """who answers it is the desk that submits the dispute to push 3, as indicators count it"""
    aside: bool = False
    """a track beside the stage: its decisions are applied at once, `run` does not wait for it"""
    protection: bool = False
    """belongs to the protection-order track, which a playbook opens by `protection_for`"""


_DISPOSAL = {
    "progress": _d("记录进展", f.Progress, ends=False),
    "disposed": _d("处置完毕", f.Disposed, pictures=True),
}

KINDS: dict[str, KindSpec] = {
    "confirm_triage": KindSpec(
        name="研判确认",
        stages=(Stage.TRIAGE,),
        submits=True,
        decisions={
            "confirm": _d("确认研判", f.Confirm),
            "correct": _d("更正研判", f.Correct),
            "duplicate_of": _d("系重复纠纷", f.DuplicateOf, merges=True),
        },
    ),
    "handle_on_scene": KindSpec(
        name="现场处置",
        stages=(Stage.PUSH_1,),
        under_colour=True,
        handles=True,
        leads=True,
        decisions={
            "settled": _d("现场平息", f.SettledOnScene),
            "unsettled": _d("现场未能化解", f.Unsettled),
            "not_a_dispute": _d("非矛盾纠纷", f.Reasoned),
            "criminal_case": _d("转刑事案件", f.CriminalCase),
        },
    ),
    "rule_urgency": KindSpec(
        name="加急认定",
        stages=(Stage.PUSH_1,),
        decisions={"urgent": _d("认定加急", f.Suggested), "ordinary": _d("按普通件办理")},
    ),
    "follow_up_responsibly": KindSpec(
        name="责任跟进",
        stages=(Stage.PUSH_2,),
        first_contact=True,
        under_colour=True,
        handles=True,
        leads=True,
        decisions={
            "contacted": _d("记录联系", f.Contacted, ends=False),
            "settled": _d("已化解", f.Settled),
            "mediate": _d("提请联调", f.Reasoned, leads_to=Stage.MEDIATION),
            "request_third_push": _d("提请三推", f.ThirdPush, leads_to=Stage.PUSH_3),
            "criminal_case": _d("转刑事案件", f.CriminalCase),
        },
    ),
    "approve_third_push": KindSpec(
        name="三推审批",
        stages=(Stage.PUSH_1, Stage.PUSH_2),
        submits=True,
        decisions={"approve": _d("批准", f.Suggested), "reject": _d("不批准", f.Reasoned)},
    ),
    "dispatch": KindSpec(
        name="分派交办",
        stages=(Stage.PUSH_3,),
        handles=True,
        decisions={"assign": _d("交办", f.Assign), "send_back": _d("退回公安", f.Reasoned)},
    ),
    "accept_assignment": KindSpec(
        name="签收交办",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        decisions={"accept": _d("签收"), "refuse": _d("退单", f.Refuse)},
    ),
    "rule_refusal": KindSpec(
        name="退单裁定",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        decisions={"uphold": _d("同意退单", f.Reasoned), "overrule": _d("不同意退单", f.Reasoned)},
    ),
    "dispose": KindSpec(
        name="主办处置",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        under_colour=True,
        handles=True,
        leads=True,
        disposes=True,
        decisions={
            **_DISPOSAL,
            "mediate": _d("提请联调", f.Reasoned, leads_to=Stage.MEDIATION),
            "cannot_resolve": _d("无法化解", f.Reasoned),
        },
    ),
    "cooperate": KindSpec(
        name="协同处置",
        stages=(Stage.PUSH_3,),
        to_organisation=True,
        under_colour=True,
        handles=True,
        disposes=True,
        decisions={**_DISPOSAL, "cannot_resolve": _d("无法化解", f.Reasoned)},
    ),
    "mediate": KindSpec(
        name="调解",
        stages=(Stage.MEDIATION,),
        people_from="ladder.tiers",
        under_ladder=True,
        handles=True,
        decisions={
            "agreed": _d("达成协议", f.SessionAgreed),
            "not_agreed": _d("未达成协议", f.SessionFailed),
            "adjourned": _d("改期", f.Adjourned),
            "promote": _d("提前提级", f.Reasoned),
        },
    ),
    "apply_confirmation": KindSpec(
        name="司法确认申请",
        stages=(Stage.CONFIRMATION,),
        decisions={"apply": _d("提出申请"), "decline": _d("不申请", f.Reasoned)},
    ),
    "court_ruling": KindSpec(
        name="法院审查",
        stages=(Stage.CONFIRMATION,),
        decisions={
            "confirmed": _d("裁定有效", f.CourtCase),
            "rejected": _d("驳回申请", f.Reasoned),
            "withdrawn": _d("申请撤回", f.Reasoned),
        },
    ),
    "apply_protection": KindSpec(
        name="保护令申请",
        protection=True,
        aside=True,
        decisions={"apply": _d("提出申请", f.ApplyProtection), "decline": _d("不申请", f.Reasoned)},
    ),
    "court_protection": KindSpec(
        name="保护令裁定",
        protection=True,
        aside=True,
        decisions={"granted": _d("作出保护令", f.Granted), "refused": _d("驳回申请", f.Reasoned)},
    ),
    "evaluate": KindSpec(
        name="成效评估",
        stages=(Stage.EVALUATION,),
        people_from="evaluation",
        judges=True,
        decisions={"accept": _d("评估通过"), "return": _d("退回重办", f.Return)},
    ),
    "visit": KindSpec(
        name="回访",
        stages=(Stage.FOLLOW_UP,),
        decisions={
            "stable": _d("情况稳定", f.Visited),
            "unreachable": _d("未能联系上"),
            "relapsed": _d("出现反弹", f.Relapsed),
        },
    ),
    "check_performance": KindSpec(
        name="履约核查",
        stages=(Stage.FOLLOW_UP,),
        decisions={
            "performed": _d("已履行"),
            "overdue": _d("逾期未履行", f.Reasoned),
            "waived": _d("权利人放弃", f.Reasoned),
        },
    ),
    "supervise": KindSpec(
        name="督办",
        people_from="supervision",
        aside=True,
        decisions={
            "urge": _d("书面督办", f.Urge),
            "reassign": _d("改派", f.Reassign),
            "promote": _d("提级督办", f.Reasoned),
            "excuse": _d("免责说明", f.Reasoned),
        },
    ),
    "approve_change": KindSpec(
        name="变更审批",
        people_from="supervision.levels",
        aside=True,
        decisions={"approve": _d("批准"), "reject": _d("不批准", f.Reasoned)},
    ),
}


class ActionSpec(Model):
    """An interruption that may come at any time, by whom, and with which form."""

    title: str
    form: type[Strict]
    roles: frozenset[str]
    on_closed: bool = False
    outcome: str = ""
    """of an action that ends the dispute: the outcome it leaves"""
    approved: bool = False
    """changes nothing until it is approved one level up; `recolour` too, where it lowers the colour"""


_POLICE = frozenset({"station_chief", "duty_leader", "station_deputy"})
_CENTRE = frozenset({"centre_dispatcher", "committee_dispatcher", "supervisor", "leader"})

ACTIONS: dict[str, ActionSpec] = {
    "withdraw": ActionSpec(title="撤回", form=f.Reasoned, roles=_POLICE | _CENTRE, outcome="withdrawn"),
    "merge_into": ActionSpec(
        title="并案", form=f.MergeInto, roles=_POLICE | _CENTRE | {"bureau_analyst"}, outcome="merged", approved=True
    ),
    "suspend": ActionSpec(
        title="中止计时", form=f.Suspend, roles=_POLICE | _CENTRE | {"department_leader"}, approved=True
    ),
    "resume": ActionSpec(title="恢复计时", form=f.Reasoned, roles=_POLICE | _CENTRE | {"department_leader"}),
    "recolour": ActionSpec(title="调整颜色", form=f.Recolour, roles=_POLICE | _CENTRE | {"bureau_analyst"}),
    "extend": ActionSpec(title="延期", form=f.Extend, roles=_POLICE | _CENTRE | {"department_leader"}, approved=True),
    "reassign": ActionSpec(title="改派", form=f.Reassign, roles=_POLICE | _CENTRE),
    "escalate": ActionSpec(title="提级", form=f.Reasoned, roles=_POLICE | _CENTRE | {"township_leader"}),
    "recall": ActionSpec(title="公安召回", form=f.Reasoned, roles=_POLICE | {"responsible_officer"}),
    "transfer_out": ActionSpec(title="移送", form=f.TransferOut, roles=_CENTRE, outcome="transferred_out"),
    "convert_to_criminal": ActionSpec(
        title="转为刑事案件", form=f.CriminalCase, roles=_POLICE | {"supervisor", "leader"}, outcome="criminal_case"
    ),
    "guide_to_litigation": ActionSpec(
        title="引导诉讼", form=f.GuideToLitigation, roles=_CENTRE | {"justice_chief"}, outcome="guided_to_litigation"
    ),
    "reopen": ActionSpec(title="重新启动", form=f.Reasoned, roles=_POLICE | _CENTRE, on_closed=True),
}
"""`recall` is how the police take a diverted dispute back (分流不分家, J-046, H-046)."""
ENDINGS = {name: spec.outcome for name, spec in ACTIONS.items() if spec.outcome}
"""The actions that end a dispute, with the outcome each leaves."""


def title_of(kind: str, decision: str) -> str:
    """What a decision of a task kind is called on screen."""
    spec = KINDS[kind].decisions.get(decision)
    return spec.title if spec else decision


def kinds_asked_in(stage: Stage) -> list[str]:
    """The kinds of task that a stage asks."""
    return [kind for kind, spec in KINDS.items() if stage in spec.stages]
