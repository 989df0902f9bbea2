"""Conditions on columns that hold an organisation's path in the tree."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped

AFTER_SLASH = "0"
"""The character after the slash: what lies below /a is from /a/ up to, and without, /a0."""


def below(column: Mapped[str], path: str) -> ColumnElement[bool]:
    """Whether a path column is `path` or lies below it: one range of an index, and in it not the likes of `path-2`."""
    path = path.rstrip("/")
    return and_(column >= path, column < path + AFTER_SLASH, or_(column == path, column >= path + "/"))
