"""Who judges what was resolved, and the visits that look whether it lasts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.rungs import Rungs
from domain.policy.spans import Span


class VisitPlan(Strict):
    """A follow-up visit of each party: from when after the conclusion, and how long it may take."""

    after: Span | None = Field(None, description="none: at once")
    within: Span
    satisfaction: bool = Field(False, description="a stable visit must say how satisfied the party is")


class FollowUp(Strict):
    """The visits after conclusion. An unreachable party is tried again, at most `tries` times a visit."""

    visits: list[VisitPlan] = Field(min_length=1)
    try_again_after: Span
    tries: int = Field(ge=1, le=9)


class Evaluators(Strict):
    """Who judges, by where it was resolved: `resolved_at`, else `at_station` what never left the police, else `joint`.

    Seats are judged together, each must accept; a seat lists who may sit on it.
    """

    at_station: list[Addressing] = []
    joint: list[Annotated[list[Addressing], Field(min_length=1)]] = []
    resolved_at: dict[str, Annotated[list[Annotated[list[Addressing], Field(min_length=1)]], Field(min_length=1)]] = {}
    limit: Span
    rungs: Rungs = Rungs()
