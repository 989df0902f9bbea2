"""What operators may filter disputes by in Temporal's own list. Codes only, never personal data (law 7).

Few, and such as seldom change: each change is an event of the case and a row that the engine writes anew. Where a case
stands, and in which round, the lists of the read model say.
"""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from domain.case.state import DisputeState

PLAYBOOK = SearchAttributeKey.for_keyword("Playbook")
COLOUR = SearchAttributeKey.for_keyword("DisputeColour")
OVERDUE = SearchAttributeKey.for_bool("DisputeOverdue")

SEARCH_ATTRIBUTES: dict[str, str] = {PLAYBOOK.name: "Keyword", COLOUR.name: "Keyword", OVERDUE.name: "Bool"}
"""Name -> type, registered at every start; with an unregistered one no case starts."""


def attributes(state: DisputeState) -> TypedSearchAttributes:
    """The attributes as they should stand now; whoever starts a case sets them with the start."""
    overdue = any(clock.late and clock.stopped_at is None for clock in state.clocks)
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(PLAYBOOK, state.playbook),
        SearchAttributePair(COLOUR, state.colour),
        SearchAttributePair(OVERDUE, overdue),
    ]
    return TypedSearchAttributes(pairs)


def changes(state: DisputeState, shown: TypedSearchAttributes) -> list[SearchAttributeUpdate[Any]]:
    """What has to be changed in the attributes on show."""
    return [pair.key.value_set(pair.value) for pair in attributes(state) if shown.get(pair.key) != pair.value]
