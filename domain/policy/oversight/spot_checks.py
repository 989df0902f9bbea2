"""What is looked at again beside the process: what was found to be no risk, and what figures call supervision down.

No part of the process: nothing of it is pinned in a case, a new edition holds for what comes after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.loading import Mistake
from domain.policy.process import Process
from domain.policy.spans import Span


class SpotChecks(Strict):
    """抽查: of what the desks find to be no risk a share is drawn, and looked at by somebody else."""

    of_100: int = Field(ge=1, le=100, description="so many of a hundred are drawn")
    by: list[Addressing] = Field(min_length=1, description="who looks at them, at a place of the whole county")
    within: Span = Span(working_days=3)


COUNTY_WIDE = ("bureau", "centre", "committee", "womens_federation", "risk_centre", "county")
"""The places that a whole county has one of."""


def oversight_mistakes(process: Process, checks: SpotChecks | None) -> Iterator[Mistake]:
    """What may not be said of it: it would be ignored, or be nobody's."""
    if checks is None:
        return
    if not process.sources:
        yield Mistake(("spot_checks",), "the desks of `sources` find no risk; without sources nothing is ever drawn")
    yield from not_county_wide("spot_checks", checks.by)


def not_county_wide(part: str, by: Iterable[Addressing]) -> Iterator[Mistake]:
    """Who of a part that knows no dispute sits at a place that only a dispute has."""
    for n, address in enumerate(by):
        if address.at not in COUNTY_WIDE:
            where = (part, "by", n, "at")
            yield Mistake(where, f"one of the whole county: {', '.join(COUNTY_WIDE)}, not '{address.at}'")
