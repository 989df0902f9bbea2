"""Lengths of time in a playbook that have no end in practice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from domain.policy.loading import Loc, Mistake
from domain.policy.spans import Span, Unit

LONGEST = {
    Unit.MINUTES: 10 * 365 * 24 * 60,
    Unit.HOURS: 10 * 365 * 24,
    Unit.CALENDAR_DAYS: 10 * 365,
    Unit.CALENDAR_MONTHS: 10 * 12,
    Unit.WORKING_DAYS: 10 * 250,
    Unit.MIDNIGHTS: 10 * 365,
}
"""Ten years of each unit: a case waits no longer, and far beyond it there are no dates at all (the year 9999)."""


def endless(part: object, where: Loc = ()) -> Iterator[Mistake]:
    """Every length of time in a part of a playbook that has no end in practice; `where` the part stands."""
    for place, span in spans_in(part, where):
        if span.count > LONGEST[span.unit]:
            what = f"{span.count} is more than ten years: at most {span.unit}: {LONGEST[span.unit]}"
            yield Mistake((*place, span.unit.value), what)


def spans_in(part: object, where: Loc) -> Iterator[tuple[Loc, Span]]:
    """Every length of time in a part of the playbook, whichever key holds it, with its place."""
    if isinstance(part, Span):
        yield where, part
        return
    inside: Iterable[tuple[str | int, object]] = ()
    if isinstance(part, BaseModel):
        inside = ((name, getattr(part, name)) for name in type(part).model_fields)
    elif isinstance(part, dict):
        inside = part.items()
    elif isinstance(part, list):
        inside = enumerate(part)
    for key, each in inside:
        yield from spans_in(each, (*where, key))
