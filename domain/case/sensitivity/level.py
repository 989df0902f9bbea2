"""The level of sensitivity of a case, by rule from its state: L1 ordinary, L2 personal beyond that, L3 need-to-know.

Sources: requirements E.2 "L1 basic, L2 contact/ID (masked by default, unmask logged with purpose), L3 DV victim
address, minors, mental health, protected petitioner (need-to-know list + break-glass)"; B.3 (domestic violence), B.12
(未成年人保护法 103, 精神卫生法 4, 个人信息保护法 28: under fourteen is sensitive). Which words of a report say so is
[DESIGN]: too much is protected rather than too little. By hand it follows from the category that the desk confirms;
no level is set by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum

from domain.case.case import PROTECTION
from domain.case.protection import APPLY, COURT
from domain.case.state import DisputeState


class Sensitivity(IntEnum):
    """How closely a case is kept."""

    L1 = 1
    L2 = 2
    L3 = 3


def ordinary(level: object) -> bool:
    """Whether it is what nobody needs to say: L1."""
    return level == Sensitivity.L1


class Ground(StrEnum):
    """Why a case is more than ordinary."""

    CONTACT = "contact"
    MEDICAL = "medical"
    CHILDREN = "children"
    VIOLENCE_AT_HOME = "violence_at_home"
    MINOR = "minor"
    SEXUAL = "sexual"
    MENTAL_HEALTH = "mental_health"
    PETITIONER = "petitioner"


GROUNDS: Mapping[Ground, Sensitivity] = {
    Ground.CONTACT: Sensitivity.L2,
    Ground.MEDICAL: Sensitivity.L2,
    Ground.CHILDREN: Sensitivity.L2,
    Ground.VIOLENCE_AT_HOME: Sensitivity.L3,
    Ground.MINOR: Sensitivity.L3,
    Ground.SEXUAL: Sensitivity.L3,
    Ground.MENTAL_HEALTH: Sensitivity.L3,
    Ground.PETITIONER: Sensitivity.L3,
}
_OF_CATEGORY = {
    "livelihood_medical": Ground.MEDICAL,
    "family_child_support": Ground.CHILDREN,
    "family_domestic_violence": Ground.VIOLENCE_AT_HOME,
    "livelihood_campus": Ground.MINOR,
}
"""Of the responsibility list; its notes on children quote 未成年人保护法 103."""
_OF_RISK = {"domestic_violence": Ground.VIOLENCE_AT_HOME, "mental_selfharm": Ground.MENTAL_HEALTH}
_TRACK = frozenset({APPLY, COURT})
_CHILD = "未成年|孩子|小孩|儿童|幼儿|婴儿|幼童|小学生|初中生|中学生|女童|男童|小女孩|小男孩|继女|养女"
_HARM = "殴打|毒打|打伤|虐待|体罚|欺凌|霸凌|遗弃|拐|囚禁|恐吓|没人管|无人照看|无人看护|不给饭吃|离家出走"
_WORDS: Mapping[Ground, re.Pattern[str]] = {
    Ground.MINOR: re.compile(
        rf"(?:{_CHILD})[^。；！？\n]{{0,12}}(?:{_HARM})|(?:{_HARM})[^。；！？\n]{{0,6}}(?:{_CHILD})"
    ),
    Ground.SEXUAL: re.compile("强奸|强暴|轮奸|迷奸|猥亵|性侵|性骚扰|裸照|不雅视频"),
    Ground.PETITIONER: re.compile(
        "(?:要求|请求|务必|请(?:予以|为我|替我)?)保密|不要透露(?:我|本人|举报人|反映人)|匿名(?:举报|反映)"
    ),
}


def grounds_of(state: DisputeState) -> list[Ground]:
    """Every ground by rule, in the order of `GROUNDS`."""
    found = {_OF_CATEGORY[state.category]} if state.category in _OF_CATEGORY else set[Ground]()
    found |= {ground for kind, ground in _OF_RISK.items() if kind in state.risk_kinds}
    if state.clock(PROTECTION) or any(task.kind in _TRACK for task in state.tasks):
        found.add(Ground.VIOLENCE_AT_HOME)
    if any(party.phone or party.id_number for party in state.parties):
        found.add(Ground.CONTACT)
    found |= _said(incident.narrative for incident in state.incidents)
    return [ground for ground in GROUNDS if ground in found]


def level_of(state: DisputeState) -> Sensitivity:
    """The level of a case: of its gravest ground, and L1 where it has none. A batch of hazards is about no people."""
    if state.batch:
        return Sensitivity.L1
    return max((GROUNDS[ground] for ground in grounds_of(state)), default=Sensitivity.L1)


def _said(narratives: Iterable[str]) -> set[Ground]:
    """What the reports themselves say."""
    return {ground for told in narratives for ground, words in _WORDS.items() if words.search(told)}
