"""What the demo county has for one city's mechanism beside what it has for all: bodies, people, and what they are
entrusted with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain.people.organisation import Level, Line
from domain.triage.places import Directory, Listed
from infra.demo.duties import Holders, Row
from infra.demo.people import Seat

CITY_KIND = "city"
"""Kind of the city above the county."""


def _as_it_is(organisations: list[Listed]) -> list[Listed]:
    return organisations


def _nobody(organisation: Listed) -> tuple[Seat, ...]:
    return ()


def _nothing(directory: Directory, holders: Holders) -> Iterable[Row]:
    return ()


@dataclass(frozen=True)
class City:
    """What one mechanism's demo county has of its own. All pure, and the same on every run."""

    organisations: Callable[[list[Listed]], list[Listed]] = _as_it_is
    """the common county's organisations with those of the city's own; each after the one above it"""
    staff: Callable[[Listed], tuple[Seat, ...]] = _nobody
    """who works at an organisation beside those who work at its kind everywhere; a role that the playbook adds and that
    is seated here is seated nowhere else, so that it may be vacant"""
    duties: Callable[[Directory, Holders], Iterable[Row]] = _nothing
    """what is entrusted to people by name, beside what is in every county"""


def below_a_city(organisations: Iterable[Listed], name: str, code: str = "city") -> list[Listed]:
    """The county below a city: the city first, the path of every other behind its."""
    city = Listed(
        code=code, name=name, path=f"/{code}", level=Level.CITY, line=Line.GOV_CENTER, kind=CITY_KIND, keywords=[]
    )
    return [city, *(o.model_copy(update={"path": f"{city.path}{o.path}"}) for o in organisations)]


def under(
    above: Listed,
    kind: str,
    code: str,
    name: str,
    *keywords: str,
    level: Level | None = None,
    line: Line | None = None,
) -> Listed:
    """An organisation below another, whose level and line it shares where none is given."""
    return Listed(
        code=code,
        name=name,
        path=f"{above.path}/{code}",
        level=level or above.level,
        line=line or above.line,
        kind=kind,
        keywords=list(keywords),
    )
