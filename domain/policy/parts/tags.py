"""骨头案, 钉子案: who may say that a case is one, and who watches it from then on: the part `tags`.

“这20%往往是‘骨头案’‘钉子案’‘回流案’” (H-052). The report says neither who calls a case so nor what follows: both are
[DESIGN] of each city. That a case flowed back (回流案) nobody has to say: an alarm does.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from domain.base import Strict
from domain.policy.addressing import Addressing, no_such_role
from domain.policy.loading import Mistakes
from domain.policy.words.own import known_roles

Tag = Literal["bone", "nail", "back"]
SetByHand = Literal["bone", "nail"]
TAGS: dict[str, str] = {"bone": "骨头案", "nail": "钉子案", "back": "回流案"}
"""The tags by code, as offices call them; `back` is set by an alarm after a diversion, and by nobody's hand."""


class TagPolicy(Strict):
    """Who tags a case, and who sees every question of a tagged one."""

    by: list[str] = Field(min_length=1, description="roles, at or above an organisation that has a part")
    watched_by: list[Addressing] = []

    @model_validator(mode="after")
    def _roles_exist(self) -> TagPolicy:
        able = known_roles()
        if wrong := [no_such_role(role, "by", n) for n, role in enumerate(self.by) if role not in able]:
            raise Mistakes(wrong)
        return self
