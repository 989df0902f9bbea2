"""Where a post sits, seen from the dispute: a role at a place. And who must sit at a session's table, by posts."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, model_validator

from domain.base import Strict
from domain.policy.loading import Mistake, Mistakes
from domain.policy.mistakes import choice, nearest, shown
from domain.policy.words.own import added_places, known_roles

Place = Literal[
    "grid",
    "village",
    "station",
    "bureau",
    "township",
    "town_centre",
    "centre",
    "committee",
    "justice_office",
    "court",
    "womens_federation",
    "risk_centre",
    "county",
    "assigned",
]
"""Where a post sits, seen from the dispute: intake resolves each word; `assigned` is the organisation dispatched to. A
playbook may add places of its own (`domain.policy.words`)."""
PLACES: tuple[str, ...] = get_args(Place)
PLACE_NAMES: dict[str, str] = {
    "grid": "网格",
    "village": "村（社区）",
    "station": "派出所",
    "bureau": "县公安局",
    "township": "镇街",
    "town_centre": "镇街综治中心",
    "centre": "县综治中心",
    "committee": "政法委",
    "justice_office": "司法所",
    "court": "法庭",
    "womens_federation": "妇联",
    "risk_centre": "风控中心",
    "county": "全县",
    "assigned": "承办单位",
}
"""What the places are called."""


def no_such_role(role: str, *where: str | int) -> Mistake:
    """The mistake of naming a role that does not exist."""
    near = nearest(role, known_roles())
    meant = choice(role, ()) or (f": did you mean {' or '.join(near)}?" if near else "")
    return Mistake(where, f"no such role: {role}{meant} (docs/glossary.md lists them)")


def unknown_place(at: str) -> list[Mistake]:
    """The mistake of naming a place that does not exist; none where it does."""
    able = [*PLACES, *added_places()]
    return [] if at in able else [Mistake(("at",), f"{shown(at)} can't stand here{choice(at, able)}")]


class Addressing(Strict):
    """A role somewhere: `{role: duty_leader, at: station}`."""

    role: str
    at: str

    @model_validator(mode="after")
    def _words_exist(self) -> Addressing:
        role = [no_such_role(self.role, "role")] if self.role not in known_roles() else []
        if wrong := [*role, *unknown_place(self.at)]:
            raise Mistakes(wrong)
        return self


class Composition(Strict):
    """One requirement on who takes part in a session: at least so many who hold one of the roles.

    With `at`, the post is at that place of the dispute, below it or above it; without, anywhere in the county. A place
    that the dispute does not have (no village known, say) binds nobody.
    """

    name: str
    any_of: list[str] = Field(min_length=1)
    at: str | None = None
    at_least: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _roles_exist(self) -> Composition:
        able = known_roles()
        unknown = [no_such_role(role, "any_of", n) for n, role in enumerate(self.any_of) if role not in able]
        if wrong := [*unknown, *(unknown_place(self.at) if self.at is not None else [])]:
            raise Mistakes(wrong)
        if self.at == "assigned":
            raise Mistakes([Mistake(("at",), "nothing is assigned at a table: leave 'at' out for any department")])
        return self
