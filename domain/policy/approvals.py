"""What may leave the police only with approval, and by which roads: the part `approval` of a playbook.

金华: “经批准…将此警情推送至‘基层治理四平台’” (J-023), by every road; elsewhere by some, or by none. What came by
the hotline or from a grid was never with the police: diverting it takes nothing from them.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pydantic import Field

from domain.base import Strict
from domain.policy.stages import Stage


class Road(StrEnum):
    """A road by which a dispute leaves the police."""

    DIVERTED = "diverted"
    """from triage straight to dispatch, by a person or by silence"""
    URGENT = "urgent"
    """from the scene, ruled 加急"""
    UNSETTLED = "unsettled"
    """from the scene, where what it could not settle goes to push 3 or to a joint tier"""
    REQUESTED = "requested"
    """from push 2, asked for by the responsible officer"""
    MEDIATED = "mediated"
    """by a ladder that the police entered: to its first joint tier, or to dispatch where it has failed"""
    REDISPATCHED = "redispatched"
    """what the police had settled is returned, and is to be dispatched; an evaluator who may approve has approved"""


ROAD_NAMES: dict[Road, str] = {
    Road.DIVERTED: "直接分流",
    Road.URGENT: "加急",
    Road.UNSETTLED: "现场未能化解",
    Road.REQUESTED: "提请三推",
    Road.MEDIATED: "转联合调解",
    Road.REDISPATCHED: "退回重新分派",
}
"""What a road is called where its approval is asked for."""


class Approval(Strict):
    """By which roads nothing leaves the police before it is approved (`tasks.approve_third_push` says by whom)."""

    roads: list[Road] = [Road.URGENT, Road.REQUESTED]
    never_with_police: list[str] = Field([], description="sources whose matters are diverted without approval")


def roads_there_are(stages: list[Stage], *, joint: bool, from_scene: Collection[Stage | None]) -> set[Road]:
    """The roads out of the police that a mechanism with these stages has.

    `joint`: its ladder has a joint tier; `from_scene`: where its exits from the scene lead.
    """
    police = {Stage.PUSH_1, Stage.PUSH_2} & set(stages)
    if not police:
        return set()
    onward = Stage.PUSH_3 in stages
    there = {
        Road.DIVERTED: onward,
        Road.URGENT: onward and Stage.PUSH_1 in police,
        Road.UNSETTLED: Stage.PUSH_1 in police
        and ((onward and Stage.PUSH_3 in from_scene) or (joint and Stage.MEDIATION in from_scene)),
        Road.REQUESTED: onward and Stage.PUSH_2 in police,
        Road.MEDIATED: Stage.MEDIATION in stages and (joint or onward),
        Road.REDISPATCHED: onward and Stage.EVALUATION in stages,
    }
    return {road for road, exists in there.items() if exists}
