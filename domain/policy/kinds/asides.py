"""The kinds beside the story: watching, telling, protecting, supervising, approving."""

from __future__ import annotations

from domain.policy.fields import Reasoned
from domain.policy.forms import (
    actions,
    departments,
    hazards,
    helping,
    judgement,
    mediation,
    notices,
    pushes,
    summons,
)
from domain.policy.kinds.spec import KindSpec
from domain.policy.kinds.spec import decision as _d
from domain.policy.stages import Stage

ASIDES: dict[str, KindSpec] = {
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
    "help_out": KindSpec(
        name="帮扶办理",
        optional=True,
        aside=True,
        to_organisation=True,
        handles=True,
        decisions={
            "progress": _d("记录进展", departments.Progress, ends=False),
            "done": _d("已办成", helping.Helped),
            "not_possible": _d("办不成", Reasoned),
        },
    ),
    "check_in": KindSpec(
        name="报到",
        people_from="summons (whoever is called)",
        aside=True,
        before_judged=True,
        decisions={
            "arrived": _d("已报到", summons.CheckedIn),
            "unable": _d("不能到场", Reasoned),
            "absent": _d("缺席", by_clock="到时未报到的，由时限认定缺席，不由人作出"),
        },
    ),
    "confer": KindSpec(
        name="联合会商",
        confers=True,
        people_from="summons.by (whoever whistled)",
        handles=True,
        aside=True,
        before_judged=True,
        decisions={
            "agreed": _d("达成共识", summons.Conferred),
            "not_agreed": _d("未达成共识", summons.NotConferred),
            "called_off": _d("取消会商", Reasoned),
        },
    ),
    "carry_out": KindSpec(
        name="落实事项",
        people_from="summons (whom the joint session names)",
        handles=True,
        aside=True,
        before_judged=True,
        decisions={
            "progress": _d("记录进展", departments.Progress, ends=False),
            "done": _d("已落实", summons.CarriedOut, pictures=True),
            "unable": _d("无法落实", Reasoned),
        },
    ),
    "keep_following": KindSpec(
        name="持续跟进",
        people_from="colours.progress_every (whoever held the case last)",
        follows=True,
        handles=True,
        aside=True,
        decisions={"progress": _d("记录进展", departments.Progress, ends=False)},
    ),
    "answer_notice": KindSpec(
        name="函件回复",
        optional=True,
        aside=True,
        to_organisation=True,
        letters=True,
        decisions={"answer": _d("反馈", notices.Answered), "not_ours": _d("非本单位职责", notices.NotOurs)},
    ),
    "rectify": KindSpec(
        name="隐患整改",
        optional=True,
        aside=True,
        within=(Stage.NOTICE,),
        to_organisation=True,
        by_items=True,
        items_timed=True,
        decisions={
            "rectified": _d("整改完成", hazards.Rectified, pictures=True),
            "disowned": _d("退单", hazards.DisownedItems),
        },
    ),
    "rule_items": KindSpec(
        name="隐患退单裁定",
        optional=True,
        aside=True,
        within=(Stage.NOTICE,),
        by_items=True,
        decisions={
            "uphold": _d("同意退单", hazards.ItemsMoved),
            "overrule": _d("不同意退单", hazards.ItemsKept),
        },
    ),
    "verify": KindSpec(
        name="核查销号",
        optional=True,
        aside=True,
        within=(Stage.NOTICE,),
        by_items=True,
        decisions={
            "cancelled_off": _d("销号", hazards.CancelledOff),
            "returned": _d("退回整改", hazards.ReturnedItems),
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
