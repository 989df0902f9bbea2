"""回复报告人: where the source wants it, whoever reported the matter is told what became of it, and asked how the
police responded (接处警满意率, Q-074).
"""

from __future__ import annotations

from domain.case.case import Case
from domain.policy.stages import Stage

KIND = "call_back"


def call_back(case: Case) -> None:
    """Asks, beside the follow-up, that those who reported by a source with `call_back` are told: once a source and
    round. A mechanism without follow-up has no time left for it.
    """
    process = case.state.process
    if KIND not in process.tasks or not process.has(Stage.FOLLOW_UP):
        return
    for code in dict.fromkeys(incident.source for incident in case.state.incidents):
        source = process.sources.get(code)
        if source and source.call_back:
            case.open(KIND, about={"title": f"回复报告人（{source.name}）", "source": code})
