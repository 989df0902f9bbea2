"""By which sources somebody reports: his post says it, and the mechanism who else may by one that it lists."""

from __future__ import annotations

from collections.abc import Iterable

from domain.people.organisation import Actor
from domain.policy.intake.sources import SOURCE_NAMES
from domain.policy.process import Process

_USUAL = {
    "call_taker": ("110",),
    "hotline_operator": ("12345",),
    "grid_worker": ("grid",),
    "grid_leader": ("grid",),
    "village_secretary": ("grid", "walk_in"),
    "command_room": ("110", "walk_in", "letter"),
    "bureau_analyst": ("walk_in", "110", "letter"),
}
"""[DESIGN] By role, the usual one first."""
_ELSE = ("walk_in", "letter")
"""[DESIGN] Of every other role that takes reports: who sits at a window, or is spoken to."""


def sources_for(actor: Actor, process: Process) -> list[tuple[str, str]]:
    """The sources that a form offers somebody, code and name, the usual one first; where each of them may be reported
    from is checked when it is."""
    roles = [role for post in actor.posts for role in sorted(actor.rights(post))]
    named = [code for code, source in process.sources.items() if any(a.role in roles for a in source.reported_by)]
    usual = [code for role in roles for code in _USUAL.get(role, _ELSE)]
    return [(code, _name(code, process)) for code in dict.fromkeys([*usual, *named]) if _open(code, roles, process)]


def _open(code: str, roles: Iterable[str], process: Process) -> bool:
    listed = process.sources.get(code)
    return listed is None or not listed.reported_by or any(a.role in roles for a in listed.reported_by)


def _name(code: str, process: Process) -> str:
    listed = process.sources.get(code)
    return listed.name if listed else SOURCE_NAMES.get(code, code)
