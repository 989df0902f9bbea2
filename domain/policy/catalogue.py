"""The words of the process: every stage, task kind, decision, action and outcome, with Chinese name and form."""

from __future__ import annotations

from typing import Any

from domain.policy.action_catalogue import CONVERSION
from domain.policy.forms import judgement
from domain.policy.kinds.asides import ASIDES
from domain.policy.kinds.spec import DecisionSpec, KindSpec
from domain.policy.kinds.story import STORY
from domain.policy.stages import Stage

OUTCOMES: dict[str, str] = {
    "resolved": "化解办结",
    "not_a_dispute": "非矛盾纠纷",
    "merged": "并案",
    "criminal_case": "民转刑",
    "withdrawn": "撤回",
    "transferred_out": "移送",
    "guided_to_litigation": "引导诉讼",
    "no_risk": "无风险",
    "cleared": "全部销号",
    "police_case": "转公安办案",
}
"""How a dispute ends."""


KINDS: dict[str, KindSpec] = {**STORY, **ASIDES}
"""All kinds of task by code."""


def title_of(kind: str, decision: str) -> str:
    """What a decision of a task kind is called on screen."""
    spec = KINDS[kind].decisions.get(decision)
    return spec.title if spec else decision


def spec_of(kind: str, decision: str, about: dict[str, Any]) -> DecisionSpec:
    """A decision as this very task has it: who approves a conversion supplies the number that nobody gave yet, and a
    visit at which the mechanism wants to know it says how satisfied the party is.
    """
    spec = KINDS[kind].decisions[decision]
    numberless = about.get("action") == CONVERSION and not about.get("fields", {}).get("case_no")
    if kind == "approve_change" and decision == "approve" and numberless:
        return spec.model_copy(update={"form": judgement.ConversionApproved})
    if (kind, decision) == ("visit", "stable") and about.get("satisfaction"):
        return spec.model_copy(update={"form": judgement.SatisfactionAsked})
    return spec


def kinds_asked_in(stage: Stage) -> list[str]:
    """The kinds of task that a stage asks."""
    return [kind for kind, spec in KINDS.items() if stage in spec.stages]
