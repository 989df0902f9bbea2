"""Requests and answers of operations: health, readiness, drill."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from api.core.schemas import Shape
from api.disputes.schemas import DisputeItem
from domain.base import Strict
from domain.errors import FieldsInvalid
from domain.policy.fields import Code

LONGEST = timedelta(days=400)
_DURATION = TypeAdapter(timedelta)


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Stuck(Shape):
    """Something that waits longer than what passes by itself; `message` says it in words."""

    what: str
    count: int
    since: datetime | None
    message: str


class Ready(Shape):
    """Whether everything needed is there, and what is stuck."""

    status: Literal["ready", "stuck", "not_ready"]
    checks: dict[str, bool]
    stuck: list[Stuck]


class FindingItem(Shape):
    """Something that the doctor found: a sentence, what to do, and when it was found, healed and gone."""

    finding_id: str
    kind: str
    what: str
    to_do: str
    found_at: datetime
    seen_at: datetime
    healed_at: datetime | None
    gone_at: datetime | None


class Findings(Shape):
    """A page of findings, and the last examination that came to its end; none yet in a new installation."""

    items: list[FindingItem]
    next_cursor: str | None
    examined_at: datetime | None
    looked: int = Field(title="上次检查的纠纷和流程数")


class ExaminationAsked(Shape):
    """The job that looks."""

    job_id: str


class Advance(Strict):
    """How far: an ISO 8601 duration of at most 400 days (`P3D`, `PT2H`)."""

    dispute_no: Code
    by: Annotated[Code, BeforeValidator(str)]

    def duration(self) -> timedelta:
        """The duration.

        Raises:
            FieldsInvalid: it is none, not positive, or too long.
        """
        try:
            length = _DURATION.validate_python(_months_as_days(self.by))
        except ValidationError as error:
            raise FieldsInvalid(errors=[{"field": "by", "message": "应为ISO 8601时长，例如P3D"}]) from error
        if not timedelta(0) < length <= LONGEST:
            raise FieldsInvalid(errors=[{"field": "by", "message": "应大于零且不超过400天"}])
        return length


def _months_as_days(text: str) -> str:
    """`P1M` has no fixed length; in a drill a month is 31 days, so that every monthly deadline has passed."""
    match = re.fullmatch(r"P(\d+)M(?:(\d+)D)?", text)
    return f"P{int(match[1]) * 31 + int(match[2] or 0)}D" if match else text


class Advanced(Shape):
    """A dispute whose clock was moved forward."""

    dispute: DisputeItem
    advanced_by: str
    published: bool
    opened_at: datetime


class FiguresJudged(Shape):
    """How many organisations have a supervision that had none."""

    raised: int


class Digested(Shape):
    """How many people got a digest."""

    people: int
