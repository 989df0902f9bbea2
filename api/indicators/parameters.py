"""What a question of a period is asked with: by query over HTTP, and as a page's form has it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from domain.errors import FieldsInvalid
from domain.policy.fields import Day
from domain.policy.matters.matter import Matter

First = Annotated[Day | None, Query(alias="from", description="首日；默认本月1日")]
Last = Annotated[
    Day | None, Query(alias="to", description="末日，含当日24时前；默认今天；一次至多统计十年，超出的为422")
]
Whose = Annotated[str | None, Query(max_length=64, description="单位代码，含其下属；默认管辖范围")]
OfMatter = Annotated[
    Matter,
    Query(
        description="事项：dispute 纠纷（默认），livelihood 民生诉求，petition 信访积案；"
        "hazard 风险隐患按项统计，见 /v1/hazards/outstanding"
    ),
]
TypedDay = Annotated[str, Query(max_length=20)]
"""A day as a page's form has it, read by `typed_day`."""


def typed_day(typed: str, field: str, title: str) -> date | None:
    """A day as it was typed; none where nothing was.

    Raises:
        FieldsInvalid: it is no day, or none of our time.
    """
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        day = date.min
    if not 1900 <= day.year < 2200:
        raise FieldsInvalid(errors=[{"field": field, "message": f"{title}应为日期，例如 2026-12-31"}])
    return day
