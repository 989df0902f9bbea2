"""A batch of hazards: its items, each open until it is rectified, and cancelled off once that is verified (销号).

Items are records of the case and not tasks: an organisation is asked once for all of its own, so that what travels with
a decision does not grow with the batch. Each change stamps the item, and an image carries the stamped ones alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.base import Model, absent
from domain.case.records import Evidence
from domain.people.organisation import Post

ItemState = Literal["open", "disowned", "rectified", "cancelled"]
STATE_NAMES: dict[ItemState, str] = {
    "open": "待整改",
    "disowned": "退单待裁定",
    "rectified": "待核查",
    "cancelled": "已销号",
}


class Rectification(Model):
    """What an organisation answered to one item, and what became of that answer."""

    at: datetime
    by: str
    """person id"""
    by_name: str
    for_whom: str | None = Field(None, exclude_if=absent)
    """person id of whom a deputy stood in for"""
    text: str
    evidence: list[Evidence] = Field([], exclude_if=absent)
    verified_at: datetime | None = Field(None, exclude_if=absent)
    verified_by: str = Field("", exclude_if=absent)
    returned: str = Field("", exclude_if=absent)
    """why it was sent back; empty where it was not"""


class Disowning(Model):
    """An organisation's word that an item is not its own (退单), and how whoever sent the batch ruled."""

    at: datetime
    by: str
    """person id"""
    by_name: str
    for_whom: str | None = Field(None, exclude_if=absent)
    """person id of whom a deputy stood in for"""
    path: str
    """of the organisation"""
    ground: str
    suggested: str = Field("", exclude_if=absent)
    """code of the organisation that it names instead"""
    ruled_at: datetime | None = Field(None, exclude_if=absent)
    ruled_by: str = Field("", exclude_if=absent)
    moved_to: str = Field("", exclude_if=absent)
    """path of the organisation that has the item since; empty where it stayed"""
    overruled: str = Field("", exclude_if=absent)
    """why it stayed"""


class Item(Model):
    """One hazard of a batch."""

    no: int
    aspect: str
    to: str
    """path of the organisation that rectifies it"""
    text: str
    due_at: datetime
    state: ItemState = "open"
    answers: list[Rectification] = Field([], exclude_if=absent)
    disowned: list[Disowning] = Field([], exclude_if=absent)
    cancelled_at: datetime | None = Field(None, exclude_if=absent)
    revision: int = 0

    @property
    def last(self) -> Rectification:
        """The latest answer to it."""
        return self.answers[-1]

    @property
    def returned(self) -> int:
        """How often it was sent back."""
        return sum(bool(answer.returned) for answer in self.answers)


class Batch(Model):
    """One batch of notices, as it was sent."""

    kind: str
    by: Post
    """the post that sent it, and verifies"""
    by_name: str
    sender: str
    """name of the person who sent it"""
    aspects: dict[str, str]
    """code -> name, of those that its items have"""
    items: list[Item]

    def item(self, no: int) -> Item | None:
        """The item of that number, or none."""
        return next((item for item in self.items if item.no == no), None)

    def bodies(self) -> list[str]:
        """The paths of the organisations that have items, in the order of these."""
        return list(dict.fromkeys(item.to for item in self.items))

    def to_rectify(self, path: str) -> list[Item]:
        """What an organisation has still to rectify."""
        return [item for item in self.items if item.to == path and item.state == "open"]

    def to_rule(self) -> list[Item]:
        """What an organisation says is not its own, and nobody has ruled upon."""
        return [item for item in self.items if item.state == "disowned"]

    def to_verify(self) -> list[Item]:
        """What waits to be verified."""
        return [item for item in self.items if item.state == "rectified"]

    @property
    def outstanding(self) -> list[Item]:
        """What is not cancelled off (清零: none)."""
        return [item for item in self.items if item.state != "cancelled"]
