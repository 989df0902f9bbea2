"""Where a dispute goes on from what it could not be ended by: the part `exits` of a playbook.

The stages are the same for every city; which comes after “现场未能化解” differs: 金华 pushes it on, 武威 takes it to
joint mediation (“对现场无法调解的…联合调解”).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from domain.base import Strict
from domain.policy.stages import Stage

Onward = Literal[Stage.PUSH_2, Stage.PUSH_3, Stage.MEDIATION]
Back = Literal[Stage.TRIAGE, Stage.PUSH_1, Stage.PUSH_2]
Again = Literal[Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3]


class Exits(Strict):
    """Each exit with the stage behind it; where none is named, the one that follows in the order of the mechanism."""

    unsettled_to: Onward | None = None
    """what the scene could not settle"""
    settled_with_risk_to: Onward | None = None
    """what the scene settled, and the officer still sees a risk in"""
    send_back_to: Back | None = None
    """what the dispatcher sends back to the police"""
    recall_to: Back | None = None
    """what the police take back"""
    ladder_failed_to: Again | None = None
    """what no tier of the ladder could settle"""
    mediation_refused_to: Again | None = None
    """what a party would not sit down about (治安调解、人民调解都须双方自愿); as a ladder that failed where not said"""

    def for_stages(self, stages: Collection[Stage]) -> Exits:
        """All of them, in a mechanism with these stages; none where it has nothing that leads there."""
        push_2 = Stage.PUSH_2 in stages
        failed = self.ladder_failed_to or (Stage.PUSH_3 if Stage.PUSH_3 in stages else Stage.PUSH_2)
        return Exits(
            unsettled_to=self.unsettled_to or (Stage.PUSH_2 if push_2 else Stage.PUSH_3),
            settled_with_risk_to=self.settled_with_risk_to or (Stage.PUSH_2 if push_2 else None),
            send_back_to=self.send_back_to or (Stage.PUSH_2 if push_2 else Stage.TRIAGE),
            recall_to=self.recall_to or (Stage.PUSH_2 if push_2 else Stage.TRIAGE),
            ladder_failed_to=failed,
            mediation_refused_to=self.mediation_refused_to or failed,
        )


LEAVES: dict[str, tuple[Stage, ...]] = {
    "unsettled_to": (Stage.PUSH_1,),
    "settled_with_risk_to": (Stage.PUSH_1,),
    "send_back_to": (Stage.PUSH_3,),
    "recall_to": (Stage.PUSH_3, Stage.MEDIATION),
    "ladder_failed_to": (Stage.MEDIATION,),
    "mediation_refused_to": (Stage.MEDIATION,),
}
"""The stages of which an exit needs one: without them nothing goes by it."""
