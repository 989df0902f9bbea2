"""The stages of a dispute's life, and their names."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where the life of a dispute stands; the order is the order of the mechanism."""

    TRIAGE = "triage"
    PUSH_1 = "push_1"
    PUSH_2 = "push_2"
    PUSH_3 = "push_3"
    MEDIATION = "mediation"
    CONFIRMATION = "confirmation"
    EVALUATION = "evaluation"
    FOLLOW_UP = "follow_up"
    NOTICE = "notice"
    """of a batch of hazards: its whole life, each item rectified, verified and cancelled off"""
    CLOSED = "closed"


HAZARD_LIFE = [Stage.NOTICE, Stage.CLOSED]
"""The one life that a batch of hazards may have."""
STAGES_ALWAYS = (Stage.TRIAGE, Stage.CLOSED)
"""What no mechanism can do without."""
PUSHES = (Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3)

STAGE_NAMES: dict[Stage, str] = {
    Stage.TRIAGE: "研判",
    Stage.PUSH_1: "一推·处警民警",
    Stage.PUSH_2: "二推·责任民警",
    Stage.PUSH_3: "三推·综治中心与部门",
    Stage.MEDIATION: "联调",
    Stage.CONFIRMATION: "司法确认",
    Stage.EVALUATION: "成效评估",
    Stage.FOLLOW_UP: "回访",
    Stage.NOTICE: "整改销号",
    Stage.CLOSED: "办结",
}


class Phase(StrEnum):
    """Where in its life a quarrel is met (“初期、中期、后期”, J-011)."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"


PHASE_NAMES: dict[Phase, str] = {Phase.EARLY: "初期", Phase.MIDDLE: "中期", Phase.LATE: "后期"}
_PHASES = {Stage.TRIAGE: Phase.EARLY, Stage.PUSH_1: Phase.EARLY, Stage.PUSH_2: Phase.MIDDLE}


def phase_of(stage: Stage) -> Phase:
    """The phase of a stage: push 1 meets a quarrel early, push 2 in the middle, push 3 and what follows it late."""
    return _PHASES.get(stage, Phase.LATE)
