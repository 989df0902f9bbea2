"""A city's own rows of the responsibility list, from a day on: who leads and who cooperates there (H-012, H-032).

`playbooks/categories.yaml` is the proposal that all cities share; a city's own division of work (三定方案, 职责清单)
lies over it in `playbooks/responsibilities/<city>.yaml`, edition by edition. Which row holds is settled when a dispute
is taken in, by that day: later editions touch later disputes only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from domain.errors import PolicyInvalid
from domain.policy.loading import parse_policy
from domain.policy.mistakes import choice
from domain.triage.lexicon import Lexicon, Row


class OverlayRow(Row):
    """What differs in a row; what is left out stays."""

    lead: str | None = None
    cooperating: tuple[str, ...] | None = None
    non_police: bool | None = None


class Overlay(Row):
    """An edition of a city's rows, in force from the beginning of its day in China."""

    effective: date
    title: str
    rows: Mapping[str, OverlayRow]


class OverlaysFile(Row):
    """A city's editions, the oldest first."""

    city: str
    overlays: tuple[Overlay, ...]


def parse_overlays(text: str, source: str, lexicon: Lexicon, *, city: str) -> tuple[Overlay, ...]:
    """A city's overlays, checked against the list they lie over; `source` is what their file is called.

    Raises:
        PolicyInvalid: another city's, days that do not rise, a category or a department that there is not, or one
            department twice in a row.
    """
    file = parse_policy(text, source, OverlaysFile)
    if file.city != city:
        raise PolicyInvalid(f"{source}: city: '{file.city}' is not the name of the file: write city: {city}")
    for before, after in pairwise(file.overlays):
        if after.effective <= before.effective:
            raise PolicyInvalid(f"{source}: effective: {after.effective} does not come after {before.effective}")
    seen = lexicon
    for overlay in file.overlays:
        for code in overlay.rows:
            if code not in lexicon.categories:
                raise PolicyInvalid(f"{source}: {overlay.effective}: no such category: {code}"
                                    f"{choice(code, sorted(lexicon.categories))}")  # fmt: skip
        seen = _over(seen, overlay)
        for code in overlay.rows:
            row = seen.categories[code]
            units = (row.lead, *row.cooperating)
            for unit in units:
                if unit not in lexicon.departments:
                    near = choice(unit, sorted(lexicon.departments))
                    raise PolicyInvalid(f"{source}: {overlay.effective}: {code}: no such department: {unit}{near}")
            if len(set(units)) < len(units):
                what = "a department leads or cooperates, and stands once"
                raise PolicyInvalid(f"{source}: {overlay.effective}: {code}: {what}: {', '.join(units)}")
    return file.overlays


def in_force(lexicon: Lexicon, overlays: Sequence[Overlay], day: date) -> Lexicon:
    """The list as it holds on a day: each edition in force then lies over those before it."""
    for overlay in overlays:
        if overlay.effective <= day:
            lexicon = _over(lexicon, overlay)
    return lexicon


def edition_of(overlays: Sequence[Overlay], code: str, day: date) -> Overlay | None:
    """The latest edition in force on a day that names a category's row; none where the shared list's row holds."""
    return next((each for each in reversed(overlays) if each.effective <= day and code in each.rows), None)


def _over(lexicon: Lexicon, overlay: Overlay) -> Lexicon:
    changed: dict[str, Any] = {}
    for code, row in overlay.rows.items():
        said = {name: value for name, value in row if value is not None}
        changed[code] = lexicon.categories[code].model_copy(update=said)
    return lexicon.model_copy(update={"categories": {**lexicon.categories, **changed}})
