"""What a case is about: a quarrel, a batch of hazards, a demand of daily life, a backlog of petitions."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class Matter(StrEnum):
    """The kinds of case. One that has no life of its own in a mechanism lives as a dispute does."""

    DISPUTE = "dispute"
    HAZARD = "hazard"
    """a batch of notices of hazards (风险隐患提示函): items to be rectified and cancelled off one by one (R-063)"""
    LIVELIHOOD = "livelihood"
    """“民生诉求” (Q-088)"""
    PETITION = "petition"
    """“信访积案” (Q-098)"""


MATTER_NAMES: dict[Matter, str] = {
    Matter.DISPUTE: "矛盾纠纷",
    Matter.HAZARD: "风险隐患",
    Matter.LIVELIHOOD: "民生诉求",
    Matter.PETITION: "信访积案",
}
Reportable = Literal["dispute", "livelihood", "petition"]
REPORTED = (Matter.DISPUTE, Matter.LIVELIHOOD, Matter.PETITION)
"""What is reported as an alarm is; hazards come in batches."""


def usual(matter: object) -> bool:
    """Whether it is what nobody needs to say: a dispute."""
    return matter == Matter.DISPUTE
