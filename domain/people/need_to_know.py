"""Who needs to know how a party is reached and who he is, and who may open a case that is kept close (L3).

Sources: requirements E.2: "L2 contact/ID (masked by default, unmask logged with purpose), L3 … (need-to-know list +
break-glass)", of auditors "content through approved audit task", "must not … see L3", of departments "see L3 unless
listed", of call takers "see L3 after hand-off"; 个人信息保护法 6: no more than the purpose needs. That whoever works on
a case or steers it may ask for numbers, for which purposes, and who is on the list, is [DESIGN].
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from domain.base import Model
from domain.people.organisation import Actor, Post

Purpose = Literal["contact", "visit", "mediate", "serve", "verify", "rescue", "other"]
PURPOSES: dict[Purpose, str] = {
    "contact": "联系当事人",
    "visit": "回访",
    "mediate": "通知调解",
    "serve": "送达文书",
    "verify": "核实身份",
    "rescue": "紧急处置",
    "other": "其他（须说明）",
}
"""For what a number is asked."""
STEERING = frozenset(
    "command_room duty_leader station_deputy station_chief centre_dispatcher committee_dispatcher township_leader "
    "supervisor".split()
)
"""May ask for the numbers in every case they see: they send people there, and answer callers."""
NO_IDENTITY = frozenset({"grid_worker", "grid_leader", "legal_helper"})
"""E.2, 网格员: must not "see ID numbers unmasked"; a helper no more than that."""


def may_reach(actor: Actor, *, works: bool) -> bool:
    """Whether somebody who sees a dispute may see its telephone numbers; `works`: a task of it is his to answer."""
    return works or any(not actor.rights(post).isdisjoint(STEERING) for post in actor.posts)


def may_identify(actor: Actor) -> bool:
    """Whether somebody who may see the telephone numbers may see the identity numbers too."""
    return any(actor.rights(post).isdisjoint(NO_IDENTITY) for post in actor.reach)


KEPT_FROM = 3
"""The level of sensitivity from which a case is need-to-know (`domain.case.sensitivity`)."""
GLASS_HOLDS = timedelta(hours=8)
"""How long somebody sees a case that he has broken the glass of. [DESIGN] a day's shift"""
GlassPurpose = Literal["command", "rescue", "oversee", "audit", "approve", "other"]
GLASS_PURPOSES: dict[GlassPurpose, str] = {
    "command": "指挥调度",
    "rescue": "紧急救助、保护当事人",
    "oversee": "督办、督查",
    "audit": "经批准的审计事项",
    "approve": "研究决定案件处理",
    "other": "其他（须在事由中说明）",
}
"""For what the glass of a case may be broken."""


SearchPurpose = Literal["handle", "repeat", "answer", "command", "oversee", "other"]
SEARCH_PURPOSES: dict[SearchPurpose, str] = {
    "handle": "办理、核对具体案件",
    "repeat": "排查重复、关联纠纷",
    "answer": "答复来访、来电",
    "command": "指挥调度、应急处置",
    "oversee": "督办、检查",
    "other": "其他（须说明）",
}
"""For what somebody may be looked for by name, telephone or address beyond one's own area. [DESIGN]"""
SEARCH_LASTS = timedelta(hours=12)
"""How long the purpose that was given once serves for the same search. [DESIGN] a shift"""


L1_ONLY = frozenset("call_taker hotline_operator grid_worker grid_leader legal_helper department_handler".split())
"""E.2: who sees L1 alone ("own grid L1", "invited session, L1"), or must not "see L3 after hand-off", "see L3 unless
listed": listed they are by a task, and break no glass."""


class Stakes(Model):
    """Who has something to do in a case, for which it is opened to him (E.2: the need-to-know list)."""

    hands: list[str] = []
    """people who hold, prepare or are offered a task of it, or have answered one"""
    asked: list[Post] = []
    """posts that may take an open task of it: those asked, and one above where all below are barred"""
    named: list[str] = []
    """people it is named to: its officer, the deputy in charge, the leader who has contracted it"""
    glass: list[str] = []
    """people who have broken its glass, as long as that holds"""


def may_open(actor: Actor, sensitivity: int, stakes: Stakes) -> bool:
    """Whether somebody within whose sight a case is may open it; `infra.read_model.visibility` says it in SQL.

    Jurisdiction alone opens nothing that is need-to-know. Who looks through the glass does so in his own name only.
    """
    holders = {capacity.holder for capacity in actor.capacities}
    return (
        sensitivity < KEPT_FROM
        or not holders.isdisjoint((*stakes.hands, *stakes.named))
        or any(post in stakes.asked for post in actor.reach)
        or actor.person_id in stakes.glass
    )


def may_break_glass(actor: Actor) -> bool:
    """Whether somebody within whose sight a case is may open it for a while without having anything to do in it: by
    any post that is not kept to L1; in his own name.
    """
    return any(actor.rights(post).isdisjoint(L1_ONLY) for post in actor.posts)
