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
    CLOSED = "closed"


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
    Stage.CLOSED: "办结",
}
