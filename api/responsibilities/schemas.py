"""The responsibility list and its editions."""

from __future__ import annotations

from datetime import date

from api.core.schemas import Shape


class Category(Shape):
    """A row of the responsibility list."""

    code: str
    name: str
    lead: str | None
    cooperating: list[str]
    default_colour: str
    non_police: bool


class EditionRow(Shape):
    """What an edition says of a class, whole; what it does not name stays as it was."""

    code: str
    name: str
    lead: str
    cooperating: list[str]
    non_police: bool


class ListEdition(Shape):
    """An edition of the list: in force from the beginning of its day."""

    effective: date | None
    """none: the list that all cities share"""
    title: str
    state: str
    """`current`, `ahead`; `past`, `base` (later ones lie over it, and it holds where they say nothing)"""
    changed: list[EditionRow]
