"""What is entrusted to people by name beside their posts: beats, chiefs, lines of work, qualifications, task forces.

Who may entrust what, to whom, and whether several may have it at a time is the table `RULES`. The reports name the
things and not who gives them: everything in the table but the names is [DESIGN].
Sources: Q-010 to Q-014 (task forces, qualifications, three chiefs, leaders in charge), Q-100, Q-101 (beats and grids),
J-025 (金牌调解员), J-032 (法律援助律师), R-030 (包保, 对口联系), W-010, W-011 (一村一辅警, the contact network),
W-071 (volunteer mediators), H-051 (驻所调解员), R-102 (venues).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from domain.base import Model, Strict
from domain.errors import FieldsInvalid
from domain.people.organisation import ROLES, Actor, within
from domain.people.permissions import SEPARATE_ROLES
from domain.policy.fields import Code, Moment, Text

MOST_LINES = 81
"""Categories that one line of work names, at most: the whole responsibility list."""


class Duty(StrEnum):
    """The kinds of what is entrusted; the subject of each in words."""

    BEAT_OFFICER = "beat_officer"
    """社区民警: the one officer of a beat (its code)"""
    BEAT_ASSISTANT = "beat_assistant"
    """辅警: assists in a beat"""
    BEAT_DEPUTY = "beat_deputy"
    """社区副所长: the deputy chief in charge of a beat"""
    POLICE_CHIEF = "police_chief"
    """派出所所长 among the three chiefs of a township (its code)"""
    JUSTICE_CHIEF = "justice_chief"
    """司法所所长 among the three chiefs of a township"""
    COURT_CHIEF = "court_chief"
    """法庭庭长 among the three chiefs of a township"""
    PORTFOLIO = "portfolio"
    """分管: a leader's line of work at an organisation (its code)"""
    QUALIFICATION = "qualification"
    """资格: what somebody is qualified for (`QUALIFICATIONS`)"""
    TASK_FORCE = "task_force"
    """专班: a member of a task force (its id)"""
    CONTRACTING = "contracting"
    """包保: a leader answers for a place or organisation (its code), or for one dispute (its number)"""
    COUNTERPART = "counterpart"
    """对口联系: somebody of a department for a township or village (its code)"""
    VILLAGE_AUXILIARY = "village_auxiliary"
    """一村一辅警: the one auxiliary of a village (its code), from the station that serves it"""
    VILLAGE_CONTACT = "village_contact"
    """驻村干部: a cadre of the township or the village itself whom the community officer turns to (a village's code)"""
    STATIONED_MEDIATOR = "stationed_mediator"
    """驻所调解员: a people's mediator stationed at a police station (its code)"""
    VENUE_MEDIATOR = "venue_mediator"
    """驻点调解人员: who is stationed at a venue for sessions (its code): a mediator, a judge, the justice office's"""


OF_VILLAGES = (Duty.VILLAGE_AUXILIARY, Duty.VILLAGE_CONTACT)
OF_PLACES = (Duty.CONTRACTING, Duty.COUNTERPART)
OF_BEATS = (Duty.BEAT_OFFICER, Duty.BEAT_ASSISTANT, Duty.BEAT_DEPUTY)
CHIEFS = (Duty.POLICE_CHIEF, Duty.JUSTICE_CHIEF, Duty.COURT_CHIEF)
"""“派出所所长、司法所所长、法庭庭长‘三长’”"""

QUALIFICATIONS: dict[str, str] = {
    "gold_mediator": "金牌调解员",
    "full_time_mediator": "专职调解员",
    "legal_adviser": "法律明白人",
    "legal_aid_lawyer": "法律援助律师",
    "auxiliary_officer": "辅警",
    "volunteer": "志愿者",
    "volunteer_community": "调解志愿者（社区干部）",
    "volunteer_village": "调解志愿者（村组干部）",
    "volunteer_enterprise": "调解志愿者（企业负责人）",
    "volunteer_activist": "调解志愿者（治安积极分子）",
}
"""What people may be qualified for, as the reports call it; volunteer mediators by the four sources of W-071."""


class Over(StrEnum):
    """Below whose post somebody must lie for the other to entrust it."""

    SUBJECT = "subject"
    """what it is about: the beat, the township, the organisation, the task force's organisation"""
    PERSON = "person"
    """who gets it, by any of his posts"""


class Rule(Model):
    """What holds of a kind of duty."""

    name: str
    """what who has it is called"""
    single: bool = False
    """whether one person has it at a time"""
    roles: frozenset[str] = frozenset()
    """roles of which who gets it holds one at a place that answers for the subject; empty: any post"""
    entrusted_by: frozenset[str]
    """roles whose holders may entrust and end it, in their own name, within their organisation and below"""
    over: Over = Over.SUBJECT


_COUNTY = frozenset({"supervisor", "leader"})
_STATION = _COUNTY | {"station_chief", "department_leader"}
_TOWNSHIP = _COUNTY | {"township_leader"}
_HEADS = _COUNTY | {"department_leader", "township_leader", "station_chief", "justice_chief", "court_chief"}

RULES: dict[Duty, Rule] = {
    Duty.BEAT_OFFICER: Rule(
        name="社区民警", single=True, roles=frozenset({"responsible_officer"}), entrusted_by=_STATION
    ),
    Duty.BEAT_ASSISTANT: Rule(name="辅警", entrusted_by=_STATION),
    Duty.BEAT_DEPUTY: Rule(name="社区副所长", single=True, roles=frozenset({"station_deputy"}), entrusted_by=_STATION),
    Duty.POLICE_CHIEF: Rule(name="派出所所长", single=True, roles=frozenset({"station_chief"}), entrusted_by=_TOWNSHIP),
    Duty.JUSTICE_CHIEF: Rule(
        name="司法所所长", single=True, roles=frozenset({"justice_chief"}), entrusted_by=_TOWNSHIP
    ),
    Duty.COURT_CHIEF: Rule(name="法庭庭长", single=True, roles=frozenset({"court_chief"}), entrusted_by=_TOWNSHIP),
    Duty.PORTFOLIO: Rule(
        name="分管领导",
        roles=frozenset({"township_leader", "department_leader", "department_section_chief", "leader"}),
        entrusted_by=_COUNTY | {"department_leader", "township_leader"},
    ),
    Duty.QUALIFICATION: Rule(name="资格", entrusted_by=_HEADS, over=Over.PERSON),
    Duty.TASK_FORCE: Rule(name="专班成员", entrusted_by=_HEADS | {"committee_dispatcher", "bureau_analyst"}),
    Duty.CONTRACTING: Rule(
        name="包保领导",
        roles=frozenset(
            {"leader", "department_leader", "township_leader", "station_chief", "justice_chief", "court_chief"}
        ),
        entrusted_by=_TOWNSHIP,
    ),
    Duty.COUNTERPART: Rule(
        name="对口联系人",
        roles=frozenset({"department_leader", "department_section_chief", "department_handler"}),
        entrusted_by=_COUNTY | {"department_leader"},
        over=Over.PERSON,
    ),
    Duty.VILLAGE_AUXILIARY: Rule(name="驻村辅警", single=True, entrusted_by=_STATION),
    Duty.VILLAGE_CONTACT: Rule(name="驻村干部", entrusted_by=_TOWNSHIP),
    Duty.STATIONED_MEDIATOR: Rule(
        name="驻所调解员",
        roles=frozenset({"mediator"}),
        entrusted_by=_COUNTY | {"department_leader", "justice_chief"},
        over=Over.PERSON,
    ),
    Duty.VENUE_MEDIATOR: Rule(
        name="驻点调解人员",
        roles=frozenset({"mediator", "legal_helper", "justice_chief", "court_chief", "court_liaison"}),
        entrusted_by=_COUNTY | {"department_leader", "justice_chief", "court_chief"},
        over=Over.PERSON,
    ),
}


class Entrusting(Strict):
    """Something to be entrusted: to a person by username or person id, of a subject by code."""

    kind: Duty = Field(title="事项")
    subject: Code = Field(title="对象", min_length=1)
    person: Text = Field(title="人员")
    detail: Text | None = Field(None, title="说明", max_length=200)
    """what exactly: a line of work, a certificate's number, a part in a task force"""
    scope: list[Code] = Field([], title="分管类别", max_length=MOST_LINES)
    """of a line of work: codes of the responsibility list; none is all of them"""
    since: Moment | None = Field(None, title="开始时间")
    until: Moment | None = Field(None, title="结束时间")
    replaces: Code | None = Field(None, title="接替")
    """the duty of who had it before, which ends when this one begins"""


class Subject(Model):
    """What a duty is about, made out: its name, its path in the tree, and where who gets it must hold his post."""

    code: str
    name: str
    path: str | None = None
    """none of a qualification"""
    served_from: list[str] | None = None
    """paths of the organisations that answer for it; None: any"""
    until: datetime | None = None
    """when it ends itself, as a task force does"""


def may_entrust(actor: Actor, kind: Duty, subject: Subject, person: Actor) -> bool:
    """Whether somebody may entrust it to a person, or end it: by a post of his own, at or above. Nobody his own."""
    if actor.person_id == person.person_id:
        return False
    rule = RULES[kind]
    over = [post.path for post in person.posts] if rule.over == Over.PERSON else [subject.path or ""]
    return any(
        post.role in rule.entrusted_by and within(path, post.path) for post in actor.posts for path in over if path
    )


def may_entrust_any(actor: Actor, kinds: Iterable[Duty]) -> bool:
    """Whether a person may entrust one of these kinds at all."""
    return any(actor.has_role(*RULES[kind].entrusted_by) for kind in kinds)


def fits(kind: Duty, subject: Subject, person: Actor) -> bool:
    """Whether who has it holds the post that it goes with."""
    rule = RULES[kind]
    return any(
        (not rule.roles or post.role in rule.roles)
        and post.role not in SEPARATE_ROLES
        and (subject.served_from is None or any(within(place, post.path) for place in subject.served_from))
        for post in person.posts
    )


def check_entrusting(
    asked: Entrusting, subject: Subject, person: Actor, categories: Collection[str], now: datetime
) -> None:
    """Whether it may be entrusted to an active person as it is asked.

    Raises:
        FieldsInvalid: names every field that is wrong.
    """
    wrong = []
    if not fits(asked.kind, subject, person):
        wrong.append(("person", _unfit(asked.kind, subject, person)))
    if asked.scope and asked.kind != Duty.PORTFOLIO:
        wrong.append(("scope", "只有分管事项可以填写分管类别"))
    elif unknown := [code for code in asked.scope if code not in categories]:
        wrong.append(("scope", f"责任清单没有代码为“{'、'.join(unknown)}”的类别"))
    if asked.until and asked.until <= (asked.since or now):
        wrong.append(("until", "结束时间须晚于开始时间"))
    elif asked.until and asked.until <= now:
        wrong.append(("until", "结束时间已过"))
    elif subject.until and asked.until and asked.until > subject.until:
        wrong.append(("until", f"结束时间不得晚于{subject.name}的结束时间"))
    if wrong:
        raise FieldsInvalid(errors=[{"field": field, "message": message} for field, message in wrong])


class Concern(Model):
    """What a table sits over, as far as it says whom to ask first."""

    townships: list[str] = []
    """codes of the townships in which the matter lies"""
    organisations: list[str] = []
    """codes of the organisations that have it, or should"""
    category: str = ""
    group: str = ""
    """that of the category"""


LAST = 9
"""The place in the line of those about whom no duty says anything."""


def precedence(kind: Duty, subject: str, scope: Collection[str], concern: Concern) -> int:
    """How early who has a duty is asked to a table, 0 the first: the township's three chiefs; then whose line of work
    it is by name, then by all matters, in an organisation that has it; then by name elsewhere (Q-013, Q-014).

    It excludes nobody: who may sit is the tier's own rule. A qualification is told and puts nobody first.
    """
    if kind in CHIEFS and subject in concern.townships:
        return 0
    by_name = bool({concern.category, concern.group} & set(scope))
    if kind != Duty.PORTFOLIO or (scope and not by_name):
        return LAST
    near = subject in (*concern.townships, *concern.organisations)
    return {(True, True): 1, (True, False): 2, (False, True): 3}.get((near, by_name), LAST)


def _unfit(kind: Duty, subject: Subject, person: Actor) -> str:
    rule = RULES[kind]
    if not [post for post in person.posts if post.role not in SEPARATE_ROLES]:
        return f"{person.name}现无业务岗位；系统、安全、审计管理人员不得承担业务"
    roles = "或".join(ROLES[role].name for role in sorted(rule.roles)) or "在岗人员"
    return f"{person.name}不是{subject.name}所属单位的{roles}"
