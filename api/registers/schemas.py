"""Registers: organisations, people, grids, playbooks."""

from __future__ import annotations

from api.core.schemas import JsonObject, Shape
from api.disputes.schemas import PlaybookPinned
from api.people.schemas import OrganisationOfPost, Who


class OrganisationItem(OrganisationOfPost):
    """An organisation of the register."""

    path: str
    kind: str


class PersonItem(Who):
    """A person with a post."""

    role: str
    organisation: str


class Grid(Shape):
    """A grid with its beat."""

    code: str
    name: str
    beat: str | None


class PlaybookItem(PlaybookPinned):
    """A city's mechanism."""

    name: str
    stages: list[str]
    colours: dict[str, str]
    process: JsonObject
    hazards: JsonObject | None = None
    """who sends batches of notices of hazards, and in which aspects; absent where nobody does"""
    current: bool
