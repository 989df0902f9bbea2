"""Registers: organisations, people, grids, playbooks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from api.core.schemas import JsonObject, Shape
from api.disputes.schemas import PlaybookPinned
from api.people.schemas import OrganisationOfPost, Who


class OrganisationItem(OrganisationOfPost):
    """An organisation of the register."""

    path: str
    kind: str
    etag: str
    """by which a change says what it saw (`If-Match`)"""


def version_of(code: str, name: str, path: str, keywords: Sequence[str]) -> str:
    """The `etag` of an organisation: another as soon as it is called otherwise or stands elsewhere."""
    told = hashlib.sha256("\0".join((code, name, path, *keywords)).encode()).hexdigest()
    return f'"{told[:16]}"'


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
