"""What operators may filter disputes by in Temporal's own list. Codes only, never personal data (law 7)."""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from domain.case.state import DisputeState

STAGE = SearchAttributeKey.for_keyword("DisputeStage")
COLOUR = SearchAttributeKey.for_keyword("DisputeColour")
PLAYBOOK = SearchAttributeKey.for_keyword("Playbook")
ROUND = SearchAttributeKey.for_int("DisputeRound")
OVERDUE = SearchAttributeKey.for_bool("DisputeOverdue")

SEARCH_ATTRIBUTES: dict[str, str] = {
    STAGE.name: "Keyword",
    COLOUR.name: "Keyword",
    PLAYBOOK.name: "Keyword",
    ROUND.name: "Int",
    OVERDUE.name: "Bool",
}
"""Name -> type, registered at every start; an unregistered one would fail every workflow task."""


def updates(state: DisputeState) -> list[SearchAttributeUpdate[Any]]:
    """The attributes as they should stand now."""
    overdue = any(clock.late and clock.stopped_at is None for clock in state.clocks)
    return [
        STAGE.value_set(state.stage.value),
        COLOUR.value_set(state.colour),
        PLAYBOOK.value_set(state.playbook),
        ROUND.value_set(state.round),
        OVERDUE.value_set(overdue),
    ]
