"""The actions that may be taken on a case at any time, by whom, and which of them end it."""

from __future__ import annotations

from domain.base import Model, Strict
from domain.policy.fields import Reasoned
from domain.policy.forms import actions, conference, helping, notices, pushes, tags
from domain.policy.forms.summons import TRIGGERS, summon_form


class ActionSpec(Model):
    """An interruption that may come at any time, by whom, and with which form."""

    title: str
    form: type[Strict]
    roles: frozenset[str]
    on_closed: bool = False
    outcome: str = ""
    """of an action that ends the dispute: the outcome it leaves"""
    approved: bool = False
    """changes nothing until it is approved one level up; so does `recolour` where it lowers the colour, and an ending
    of what is not of the mildest colour"""
    corrects: bool = False
    """puts right what is on record and steers nothing: no reason to bring files, as other actions are"""


MERGER = "merge_into"
"""A case goes on as another one; a duplicate found at triage proposes the same change."""
SPLIT = "split_off"
"""A report that had joined by mistake is taken out, and begins a dispute of its own (`domain.case.splitting`)."""
CONVERSION = "convert_to_criminal"
"""It has become a criminal case; an officer's decision proposes the same change."""
PROMOTION = "escalate"
"""A weighty matter moves up a level; a playbook may ask for grounds and approval (`domain.policy.parts.promotion`)."""
SUMMON = "summon"
"""A whistle: whoever the playbook says may blow it, whatever roles stand here (`domain.case.summons`)."""
_POLICE = frozenset({"station_chief", "duty_leader", "station_deputy"})
_AT_WORK = frozenset(
    "on_scene_officer responsible_officer command_room bureau_analyst department_handler department_section_chief "
    "department_leader township_leader mediator justice_chief womens_federation grid_worker".split()
)
"""Who meets the parties. [DESIGN] The report says nobody may be wrong about them, and not who puts it right."""
_CENTRE = frozenset({"centre_dispatcher", "committee_dispatcher", "supervisor", "leader"})

ACTIONS: dict[str, ActionSpec] = {
    "withdraw": ActionSpec(title="撤回", form=Reasoned, roles=_POLICE | _CENTRE, outcome="withdrawn"),
    MERGER: ActionSpec(
        title="并案",
        form=actions.MergeInto,
        roles=_POLICE | _CENTRE | {"bureau_analyst"},
        outcome="merged",
        approved=True,
    ),
    SPLIT: ActionSpec(title="分案", form=actions.SplitReport, roles=_POLICE | _CENTRE | {"bureau_analyst"}),
    "suspend": ActionSpec(
        title="中止计时", form=actions.Suspend, roles=_POLICE | _CENTRE | {"department_leader"}, approved=True
    ),
    "resume": ActionSpec(title="恢复计时", form=Reasoned, roles=_POLICE | _CENTRE | {"department_leader"}),
    "recolour": ActionSpec(title="调整颜色", form=actions.Recolour, roles=_POLICE | _CENTRE | {"bureau_analyst"}),
    "extend": ActionSpec(
        title="延期", form=actions.Extend, roles=_POLICE | _CENTRE | {"department_leader"}, approved=True
    ),
    "reassign": ActionSpec(title="改派", form=actions.ReassignOf, roles=_POLICE | _CENTRE),
    "name_officer": ActionSpec(title="指定责任民警", form=pushes.NameAnother, roles=_POLICE | {"command_room"}),
    "correct_party": ActionSpec(
        title="更正当事人", form=actions.CorrectParty, roles=_POLICE | _CENTRE | _AT_WORK, corrects=True
    ),
    "arrange_help": ActionSpec(
        title="安排帮扶",
        form=helping.ArrangeHelp,
        roles=_POLICE | _CENTRE | _AT_WORK | {"village_secretary", "grid_leader"},
    ),
    PROMOTION: ActionSpec(title="提级", form=actions.Promote, roles=_POLICE | _CENTRE | {"township_leader"}),
    "send_notice": ActionSpec(title="发函", form=notices.SendNotice, roles=frozenset()),  # by whom, its playbook says
    "tag": ActionSpec(title="标注难案", form=tags.TagCase, roles=frozenset()),  # by whom, its playbook says
    "recall": ActionSpec(title="公安召回", form=Reasoned, roles=_POLICE | {"responsible_officer"}),
    SUMMON: ActionSpec(title="吹哨", form=summon_form(TRIGGERS), roles=_CENTRE | {"township_leader"}),
    "convene": ActionSpec(
        title="召开联席会议", form=conference.Convene, roles=frozenset()
    ),  # by whom, its playbook says
    "transfer_out": ActionSpec(title="移送", form=actions.TransferOut, roles=_CENTRE, outcome="transferred_out"),
    CONVERSION: ActionSpec(
        title="转为刑事案件",
        form=pushes.CriminalCase,
        roles=_POLICE | {"supervisor", "leader"},
        outcome="criminal_case",
    ),
    "guide_to_litigation": ActionSpec(
        title="引导诉讼",
        form=actions.GuideToLitigation,
        roles=_CENTRE | {"justice_chief"},
        outcome="guided_to_litigation",
    ),
    "reopen": ActionSpec(title="重新启动", form=Reasoned, roles=_POLICE | _CENTRE, on_closed=True),
}
"""`recall` is how the police take a diverted dispute back (分流不分家, J-046, H-046)."""


ENDINGS = {name: spec.outcome for name, spec in ACTIONS.items() if spec.outcome}
"""The actions that end a dispute, with the outcome each leaves."""
