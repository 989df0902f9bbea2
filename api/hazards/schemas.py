"""Batches of hazards: what is sent, what is answered, and how they stand."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from api.core.schemas import Shape
from api.indicators.schemas import MeaningItem
from api.intake.schemas import LARGEST, Maybe, Storable
from domain.base import CHINA, Strict
from domain.case.capacity import size_of
from domain.case.hazards.batch import ItemState
from domain.policy.fields import Code, Moment, OrganisationCode
from domain.policy.parts.hazards import MOST_ITEMS
from infra.read_model.hazards.items import DayOfItems

MOST_DEADLINES = 31
"""Different deadlines of one batch: each costs the case timers of its own."""
KINDS = {"advice": "提示函", "assignment": "交办单", "supervision": "督办单"}


def _end_of_day(at: Any) -> Any:
    """A day means its end, by the clock in China."""
    if isinstance(at, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", at):
        try:
            day = date.fromisoformat(at) + timedelta(days=1)
        except (ValueError, OverflowError):
            return at
        return datetime(day.year, day.month, day.day, tzinfo=CHINA)
    if isinstance(at, int | float):
        raise ValueError("应为日期或时间，例如 2026-12-31")
    return at


Due = Annotated[Moment, BeforeValidator(_end_of_day)]
What = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), Storable]


class ItemIn(Strict):
    """One hazard of a batch."""

    no: int = Field(title="编号", ge=1, le=9999)
    aspect: Code = Field(title="方面（工作机制所列的代码）", min_length=1)
    to: OrganisationCode | None = Field(None, title="整改单位（不填同全批）")
    due: Due = Field(title="整改期限（日期指当日结束）")
    text: What = Field("", title="隐患情况")


class BatchIn(Strict):
    """A batch of notices of hazards to one organisation or several."""

    kind: Literal["advice", "assignment", "supervision"] = Field(
        "advice", title="种类（advice 提示函，assignment 交办单，supervision 督办单）"
    )
    to: OrganisationCode | None = Field(None, title="主送单位")
    items: list[ItemIn] = Field(title="隐患清单", min_length=1, max_length=MOST_ITEMS)
    source_no: Maybe = Field(None, title="文号", max_length=100)

    @model_validator(mode="after")
    def _whole(self) -> BatchIn:
        numbers = [item.no for item in self.items]
        if twice := sorted({no for no in numbers if numbers.count(no) > 1}):
            raise ValueError(f"编号重复：{'、'.join(map(str, twice[:10]))}")
        if len({item.due for item in self.items}) > MOST_DEADLINES:
            raise ValueError(f"一批至多{MOST_DEADLINES}个不同的整改期限")
        if size_of(self) > LARGEST:
            raise ValueError(f"内容合计超过{LARGEST // 1024} KB，请分批发送")
        return self


class BatchSent(Shape):
    """A batch on its way."""

    dispute_no: str
    kind: str
    kind_name: str
    items: int
    organisations: int
    number: str | None = None
    """of the batch, by kind, sender and year; none until it is published"""
    published: bool = True


class Answered(Shape):
    """What was answered to an item, and what became of it."""

    at: datetime
    by: str
    text: str
    attachments: list[str]
    verified_at: datetime | None = None
    verified_by: str = ""
    returned: str = ""


class Disowned(Shape):
    """An organisation's word that an item is another's (退单), and how it was ruled upon."""

    at: datetime
    by: str
    organisation: str
    organisation_name: str
    ground: str
    suggested: str
    """code of the organisation that it names instead; empty where it names none"""
    ruled_at: datetime | None = None
    ruled_by: str = ""
    moved_to: str = ""
    """code of the organisation that has the item since; empty where it stayed"""
    overruled: str = ""
    """why it stayed"""


class HazardItem(Shape):
    """One item of a batch as it stands."""

    dispute_no: str
    batch: str | None
    """the batch's own number: `PTS-<organisation>-<year>-<n>`, 第n批"""
    no: int
    aspect: str
    aspect_name: str
    organisation: str
    organisation_name: str
    text: str
    state: ItemState
    state_name: str
    sent_at: datetime
    due_at: datetime
    overdue: bool
    rectified_at: datetime | None
    cancelled_at: datetime | None
    returned: int
    answers: list[Answered]
    disowned: list[Disowned]
    ahead: int = 0
    """seconds that a drill has moved its case's clock ahead of the wall's"""


class Standing(Shape):
    """How many items of a group stand how: all must be cancelled off (动态清零)."""

    key: str
    name: str
    batches: int
    aspects: int
    sent: int
    open: int
    disowned: int
    """said to be another's, and not ruled upon yet"""
    rectified: int
    cancelled: int
    in_time: int
    """of the cancelled, those that were rectified by their day"""
    overdue: int
    """outstanding, and past their day"""
    rate: float | None = None
    """cancelled off of a hundred that were sent (销号率)"""
    in_time_rate: float | None = None
    """cancelled off in time of a hundred that were sent (按期销号率)"""


class Outstanding(Shape):
    """What is outstanding, in all and by group."""

    total: Standing
    groups: list[Standing]
    days: list[DayOfItems] = []
    """the last days, where they are asked for: in whatever state the items are now"""
    definitions: list[MeaningItem]
