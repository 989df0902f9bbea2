"""What the list shows."""

from __future__ import annotations

from api.core.schemas import Shape
from api.disputes.schemas import DisputeItem


class Line(Shape):
    """A dispute in the list, with names in place of codes."""

    dispute: DisputeItem
    place: str
    """属地; empty where it is kept from the reader"""
    held_by: str
    """who has it in hand, else the role that is asked"""


class Lines(Shape):
    """A page of the list."""

    items: list[Line]
    next_cursor: str | None
