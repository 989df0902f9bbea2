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


class SavedView(Shape):
    """A view that somebody keeps, or that his unit shares."""

    view_id: str
    name: str
    asked: dict[str, str]
    columns: list[str]
    mine: bool
    shared_with: str
    """path of the organisation; empty where it is one's own alone"""


class Lines(Shape):
    """A page of the list."""

    items: list[Line]
    next_cursor: str | None
