"""The two axes of a colour, 现实危害性 and 轻重缓急 (Q-031), as a desk puts them right.

Who corrects an axis need not know the scheme: the colour follows from both, in every city's own colours. Who names a
colour as well names the same one; who names a colour alone leaves the axes as they were found.
"""

from __future__ import annotations

from typing import Any

from domain.base import Strict
from domain.case.state import DisputeState

AXES = ("harm", "urgency")


def axes_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """A field error where a form names a colour that its own axes do not give."""
    colour = getattr(form, "colour", None)
    follows = _colour(state, {axis: getattr(form, axis, None) for axis in AXES})
    if not colour or not follows or colour == follows or colour not in state.process.colours:
        return []
    name = state.process.colours[follows].name
    return [{"field": "colour", "message": f"按所填危害性与轻重缓急应为{name}：请改填其一，或不填颜色"}]


def correct_axes(state: DisputeState, fields: dict[str, Any]) -> str | None:
    """Puts the corrected axes on the case; the colour that the correction asks for, none where it asks for none."""
    follows = _colour(state, fields)
    state.harm, state.urgency = fields.get("harm", state.harm), fields.get("urgency", state.urgency)
    return fields.get("colour") or follows


def _colour(state: DisputeState, fields: dict[str, Any]) -> str | None:
    """The colour that corrected axes give, what is left empty as it was found; none where neither was corrected."""
    if not any(fields.get(axis) for axis in AXES):
        return None
    return state.process.colour_for(fields.get("harm") or max(state.harm, 1), fields.get("urgency") or state.urgency)
