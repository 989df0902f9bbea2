"""Forms of a batch of hazards: rectified, cancelled off, returned. Each takes one item or several alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.policy.fields import Day, Fields, Reasoned, Text
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
