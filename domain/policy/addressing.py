"""Where a post sits, seen from the dispute: a role at a place."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

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
