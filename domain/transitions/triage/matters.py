"""What a case is about (事项), as its desk puts it right: a quarrel, a demand of daily life, a backlog of petitions.

“促成风险隐患、矛盾纠纷、民生诉求等问题彻底解决” (Q-088). A matter that lives otherwise began otherwise: such a case is
none of the other kind any more, and a desk does not make it one.
"""

from __future__ import annotations

from domain.base import Strict
from domain.case.state import Decision, DisputeState
from domain.policy.matters.matter import MATTER_NAMES, Matter


def matters_of(state: DisputeState) -> list[Matter]:
    """What a desk may find the case to be about, by its source; nothing where there is no choice."""
    source = state.process.sources.get(state.source)
    return source.matters if source else []


def matter_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """A matter that the case's source doesn't take in, or that lives otherwise."""
    found: Matter | None = getattr(form, "matter", None)
    if found in (None, state.matter, *matters_of(state)):
        return []
    known = "、".join(MATTER_NAMES[each] for each in matters_of(state)) or MATTER_NAMES[state.matter]
    return [{"field": "matter", "message": f"此案的事项只能是{known}"}]


def correct_matter(state: DisputeState, decision: Decision) -> None:
    """The case is counted and listed as what it is from now on."""
    state.matter = Matter(decision.fields.get("matter", state.matter))
