"""Forms of a batch of hazards: rectified, not ours, cancelled off, returned. Each takes one item or several alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.policy.fields import Day, Fields, OrganisationCode, Reasoned, Text
from domain.policy.parts.hazards import MOST_ITEMS

ItemNo = Annotated[int, Field(ge=1, le=9999)]
Items = Annotated[list[ItemNo], Field(min_length=1, max_length=MOST_ITEMS)]


class Rectified(Fields):
    """How items were rectified; pictures show it."""

    items: Items = Field(title="隐患编号")
    summary: Text = Field(title="整改情况")


class CancelledOff(Fields):
    """Items that were looked at and are no hazards any more."""

    items: Items = Field(title="隐患编号")


class ReturnedItems(Reasoned):
    """Items that were looked at and still are: rectified again, by a day."""

    items: Items = Field(title="隐患编号")
    due_on: Day | None = Field(None, title="重新整改期限")


class DisownedItems(Fields):
    """Items that are another's to rectify, says who was asked (退单)."""

    items: Items = Field(title="隐患编号")
    ground: Text = Field(title="退单依据")
    suggested_unit: OrganisationCode | None = Field(None, title="建议整改单位")


class ItemsMoved(Fields):
    """They are another's indeed, and go to it."""

    items: Items = Field(title="隐患编号")
    to: OrganisationCode = Field(title="改送单位")
    due_on: Day | None = Field(None, title="整改期限（不填按工作机制规定的时限，且不早于原期限）")


class ItemsKept(Reasoned):
    """They are whose they were."""

    items: Items = Field(title="隐患编号")
    due_on: Day | None = Field(None, title="整改期限（不填为原期限；原期限已过的，按工作机制规定的时限）")
