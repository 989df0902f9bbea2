"""督导: figures of a month that fall short call down one supervision an organisation (Q-073 “作为重点指标进行督导”)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import Field, model_validator

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.loading import Mistake
from domain.policy.mistakes import choice
from domain.policy.oversight.spot_checks import not_county_wide
from domain.policy.process import Process
from domain.policy.spans import Span


class Threshold(Strict):
    """What a figure may not fall below, or may not exceed."""

    below: float | None = None
    above: float | None = None
    of_at_least: int = Field(1, ge=1, description="a rate of fewer than so many says nothing")

    @model_validator(mode="after")
    def _one_of_both(self) -> Threshold:
        if (self.below is None) == (self.above is None):
            raise ValueError("either below or above")
        return self


class FigureSupervision(Strict):
    """Which figures of which kinds of organisations are supervised, by whom, and how long an answer may take."""

    thresholds: dict[str, Threshold] = Field(min_length=1, description="by the indicator's code")
    kinds: list[Literal["department", "unit", "town", "station", "bureau"]] = Field(
        ["department", "town", "station"], min_length=1, description="what sort of organisations are judged"
    )
    by: list[Addressing] = Field(min_length=1, description="who rules on the answer, at a place of the whole county")
    answer_within: Span = Span(working_days=5)


def threshold_mistakes(
    process: Process, policy: FigureSupervision | None, indicators: Collection[str] | None
) -> Iterator[Mistake]:
    """What may not be said of it; `indicators` are the codes there are, not looked at where they are not given."""
    if policy is None:
        return
    for code in policy.thresholds:
        if indicators is not None and code not in indicators:
            where = ("figure_supervision", "thresholds", code)
            yield Mistake(where, f"no such indicator: {code}{choice(code, list(indicators))}")
    yield from not_county_wide("figure_supervision", policy.by, process)
