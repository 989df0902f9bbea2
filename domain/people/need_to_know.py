"""Who needs to know how a party is reached and who he is.

Sources: requirements E.2: "L2 contact/ID (masked by default, unmask logged with purpose)"; 个人信息保护法 6: no more
than the purpose needs. That whoever works on a case or steers it may ask, and for which purposes, is [DESIGN].
"""

from __future__ import annotations

from typing import Literal

from domain.people.organisation import Actor

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
