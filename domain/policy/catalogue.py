"""The words of the process: every stage, task kind, decision, action and outcome, with Chinese name and form."""

from __future__ import annotations

from typing import Any

from domain.base import Model, Strict
from domain.policy.action_catalogue import CONVERSION, MERGER
from domain.policy.fields import Fields, Reasoned
from domain.policy.forms import actions, departments, judgement, mediation, pushes, triage
from domain.policy.stages import Stage

OUTCOMES: dict[str, str] = {
    "resolved": "化解办结",
    "not_a_dispute": "非矛盾纠纷",
    "merged": "并案",
    "criminal_case": "民转刑",
    "withdrawn": "撤回",
    "transferred_out": "移送",
    "guided_to_litigation": "引导诉讼",
    "no_risk": "无风险",
    "police_case": "转公安办案",
}
"""How a dispute ends."""


class DecisionSpec(Model):
    """One answer a task allows. `ends` is false for answers that are only put on record (`progress`, `contacted`)."""

    title: str
    form: type[Strict]
    ends: bool = True
    pictures: bool = False
    """must carry pictures or videos as evidence, unless the playbook's `demands` say otherwise"""
    feeds_back: bool = False
    """says how it was disposed of, which is judged: after a return it carries something new"""
    ending: str = ""
    """ends the whole case as this action does; where that needs approval, the task stays open meanwhile"""
    leads_to: Stage | None = None
    """takes the case to that stage; a mechanism without it does not offer the decision"""


def _d(
    title: str,
    form: type[Strict] = Fields,
    *,
    ends: bool = True,
    pictures: bool = False,
    feeds_back: bool = False,
    ending: str = "",
    leads_to: Stage | None = None,
) -> DecisionSpec:
    return DecisionSpec(title=title, form=form, ends=ends, pictures=pictures, feeds_back=feeds_back, ending=ending,
                        leads_to=leads_to)  # fmt: skip


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
    delivers: bool = False
    """asked of that very organisation: given to another, it is delivered to that one, and its limits run from there"""
    first_contact: str = ""
    """what the clock of the first contact is called, which the decision `contacted` or `noted` stops; "" has none"""
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
    by_roads: bool = False
    """asked on the roads out of the police that the playbook names (`approval`), in whichever stage they begin"""
    by_levels: bool = False
    """a chain of desks: each is answered by another person"""
    submits: bool = False
    """who answers it is the desk that submits the dispute to push 3, as indicators count it"""
    follows: bool = False
    """continuing follow-up: due when the clock of that is, and a party met there is an intervention"""
    aside: bool = False
    """a track beside the stage: its decisions are applied at once, `run` does not wait for it"""
    within: tuple[Stage, ...] = ()
    """of an aside that only makes sense in these stages: void where the case enters another"""
    to_the_end: bool = False
    """an aside that waits for no answer: open for notes until the dispute is over"""
    named: bool = False
    """may be one person's from the beginning: a playbook says so by `names_one`"""
    approves: bool = False
    """approves a change or an ending one level up: its silence goes a level higher, and never approves"""
    protection: bool = False
    """belongs to the protection-order track, which a playbook opens by `protection_for`"""


_DISPOSAL = {
    "progress": _d("记录进展", departments.Progress, ends=False),
    "disposed": _d("处置完毕", departments.Disposed, pictures=True, feeds_back=True),
}

KINDS: dict[str, KindSpec] = {
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
    "name_officer": KindSpec(
        name="指定责任民警",
        optional=True,
        aside=True,
        within=(Stage.PUSH_2,),
        decisions={"name": _d("指定", pushes.NameOfficer)},
    ),
    "watch_through": KindSpec(
        name="全程跟踪",
        optional=True,
        aside=True,
        first_contact="首次跟踪",
        to_the_end=True,
        named=True,
        decisions={"noted": _d("跟踪记录", pushes.Noted, ends=False)},
    ),
    "call_back": KindSpec(
        name="回复报告人",
        optional=True,
        aside=True,
        within=(Stage.FOLLOW_UP,),
        decisions={
            "answered": _d("已回复", judgement.CalledBack),
            "unreachable": _d("未能联系上", ends=False),
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
    "keep_following": KindSpec(
        name="持续跟进",
        people_from="colours.progress_every (whoever held the case last)",
        follows=True,
        handles=True,
        aside=True,
        decisions={"progress": _d("记录进展", departments.Progress, ends=False)},
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
            "lapsed": _d("依法终止"),
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
    "apply_protection": KindSpec(
        name="保护令申请",
        protection=True,
        aside=True,
        decisions={"apply": _d("提出申请", mediation.ApplyProtection), "decline": _d("不申请", Reasoned)},
    ),
    "court_protection": KindSpec(
        name="保护令裁定",
        protection=True,
        aside=True,
        decisions={"granted": _d("作出保护令", mediation.Granted), "refused": _d("驳回申请", Reasoned)},
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
    "supervise": KindSpec(
        name="督办",
        people_from="supervision",
        aside=True,
        decisions={
            "urge": _d("书面督办", actions.Urge),
            "reassign": _d("改派", actions.Reassign),
            "promote": _d("提级督办", Reasoned),
            "excuse": _d("免责说明", Reasoned),
        },
    ),
    "approve_change": KindSpec(
        name="变更审批",
        people_from="supervision.levels",
        approves=True,
        aside=True,
        decisions={"approve": _d("批准"), "reject": _d("不批准", Reasoned)},
    ),
}


def title_of(kind: str, decision: str) -> str:
    """What a decision of a task kind is called on screen."""
    spec = KINDS[kind].decisions.get(decision)
    return spec.title if spec else decision


def spec_of(kind: str, decision: str, about: dict[str, Any]) -> DecisionSpec:
    """A decision as this very task has it: who approves a conversion supplies the number that nobody gave yet."""
    spec = KINDS[kind].decisions[decision]
    numberless = about.get("action") == CONVERSION and not about.get("fields", {}).get("case_no")
    if kind == "approve_change" and decision == "approve" and numberless:
        return spec.model_copy(update={"form": judgement.ConversionApproved})
    return spec


def kinds_asked_in(stage: Stage) -> list[str]:
    """The kinds of task that a stage asks."""
    return [kind for kind, spec in KINDS.items() if stage in spec.stages]
