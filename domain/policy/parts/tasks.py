"""Who answers a kind of task in a mechanism, and how long they have."""

from __future__ import annotations

import operator
from typing import Annotated

from pydantic import Field, model_validator

from domain.base import Strict, absent
from domain.policy.addressing import Addressing
from domain.policy.loading import Mistake, Mistakes
from domain.policy.rungs import Ring, Rungs
from domain.policy.spans import Span


class TaskPolicy(Strict):
    """Who answers a kind of task here, who else sees it, and how long they have."""

    by: list[Addressing] = Field(min_length=1)
    watched_by: list[Addressing] = Field([], exclude_if=absent)
    above: list[Annotated[list[Addressing], Field(min_length=1)]] = Field(
        [],
        exclude_if=absent,
        description="who is asked instead when it goes up a level, level by level; then the levels of supervision",
    )
    limit: Span | None = Field(None, exclude_if=absent)
    limit_by_colour: dict[str, Span] = Field(
        {}, exclude_if=absent, description="the limit in cases of a colour, instead of `limit`"
    )
    first_contact: Span | None = Field(
        None, exclude_if=absent, description="the first contact with a party is due within this"
    )
    names_one: bool = Field(False, description="one person is named for it: whoever has the beat")
    reports_to: list[Addressing] = Field(
        [], exclude_if=absent, description="who is told when it is pushed on from here"
    )
    summon: bool = Field(
        False, exclude_if=operator.not_, description="of dispatch: whoever it goes to is called to a joint session"
    )
    rungs: Rungs = Rungs()
    decides_itself: str | None = Field(
        None, exclude_if=absent, description="the decision taken by the clock on expiry (deemed)"
    )
    ring: Ring | None = Field(
        None, exclude_if=absent, description="rings at their desks until somebody acknowledges it"
    )
    known_after: Span | None = Field(
        None, exclude_if=absent, description="unseen so long after its delivery, it is deemed known"
    )
    silence_supervised: list[str] = Field(
        [], exclude_if=absent, description="colours in which that decision calls supervision too"
    )

    @model_validator(mode="after")
    def _limit_for_expiry(self) -> TaskPolicy:
        if self.decides_itself and not (self.limit or self.limit_by_colour):
            what = f"a task that decides itself needs a limit: after how long is '{self.decides_itself}' taken?"
            raise Mistakes([Mistake(("decides_itself",), what)])
        return self

    def limit_for(self, colour: str) -> Span | None:
        """How long a task has in a case of that colour."""
        return self.limit_by_colour.get(colour, self.limit)
