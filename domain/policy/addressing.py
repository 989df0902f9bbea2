"""Where a post sits, seen from the dispute: a role at a place. And who must sit at a session's table, by posts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from domain.base import Strict
from domain.people.organisation import ROLES
from domain.policy.loading import Mistake, Mistakes
from domain.policy.mistakes import choice, nearest

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
"""Where a post sits, seen from the dispute: intake resolves each word; `assigned` is the organisation dispatched to."""


def no_such_role(role: str, *where: str | int) -> Mistake:
    """The mistake of naming a role that does not exist."""
    near = nearest(role, list(ROLES))
    meant = choice(role, ()) or (f": did you mean {' or '.join(near)}?" if near else "")
    return Mistake(where, f"no such role: {role}{meant} (docs/glossary.md lists them)")


class Addressing(Strict):
    """A role somewhere: `{role: duty_leader, at: station}`."""

    role: str
    at: Place

    @model_validator(mode="after")
    def _role_exists(self) -> Addressing:
        if self.role not in ROLES:
            raise Mistakes([no_such_role(self.role, "role")])
        return self


class Composition(Strict):
    """One requirement on who takes part in a session: at least so many who hold one of the roles.

    With `at`, the post is at that place of the dispute, below it or above it; without, anywhere in the county. A place
    that the dispute does not have (no village known, say) binds nobody.
    """

    name: str
    any_of: list[str] = Field(min_length=1)
    at: Place | None = None
    at_least: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _roles_exist(self) -> Composition:
        if unknown := [no_such_role(role, "any_of", n) for n, role in enumerate(self.any_of) if role not in ROLES]:
            raise Mistakes(unknown)
        if self.at == "assigned":
            raise Mistakes([Mistake(("at",), "nothing is assigned at a table: leave 'at' out for any department")])
        return self
