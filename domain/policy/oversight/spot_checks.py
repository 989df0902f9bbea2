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
from domain.policy.stages import Stage


class SpotChecks(Strict):
    """抽查: of what the desks find to be no risk a share is drawn, and looked at by somebody else; of the verdicts on
    diverting, a share of each way (H-033).
    """

    of_100: int = Field(ge=1, le=100, description="so many of a hundred are drawn")
    kept_of_100: int = Field(0, ge=0, le=100, description="of a hundred that were not diverted (应分未分)")
    diverted_of_100: int = Field(0, ge=0, le=100, description="of a hundred that were diverted (误分)")
    by: list[Addressing] = Field(min_length=1, description="who looks at them, at a place of the whole county")
    within: Span = Span(working_days=3)


COUNTY_WIDE = ("bureau", "centre", "committee", "womens_federation", "risk_centre", "county")
"""The places that a whole county has one of; a place of a city's own is one where it is one organisation."""


def oversight_mistakes(process: Process, checks: SpotChecks | None) -> Iterator[Mistake]:
    """What may not be said of it: it would be ignored, or be nobody's."""
    if checks is None:
        return
    if not process.sources:
        yield Mistake(("spot_checks",), "the desks of `sources` find no risk; without sources nothing is ever drawn")
    if process.first_push is Stage.PUSH_3 or not process.has(Stage.PUSH_3):
        for name in ("kept_of_100", "diverted_of_100"):
            if getattr(checks, name):
                yield Mistake(
                    ("spot_checks", name), "nobody diverts here: that takes a push of the police before push_3"
                )
    yield from not_county_wide("spot_checks", checks.by, process)


def not_county_wide(part: str, by: Iterable[Addressing], process: Process) -> Iterator[Mistake]:
    """Who of a part that knows no dispute sits at a place that only a dispute has."""
    own = [code for code, place in process.words.places.items() if place.organisation]
    able = [*COUNTY_WIDE, *own]
    for n, address in enumerate(by):
        if address.at not in able:
            where = (part, "by", n, "at")
            yield Mistake(where, f"one of the whole county: {', '.join(able)}, not '{address.at}'")
