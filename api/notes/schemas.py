"""A note as it is sent, and as it was taken."""

from __future__ import annotations

from pydantic import Field

from api.core.schemas import Shape
from api.intake.schemas import Short, Words
from domain.base import Strict


class NoteIn(Strict):
    """What was heard of a dispute (来电、来信、来访转来的情况)."""

    text: Words = Field(title="转来的情况")
    source: Short | None = Field(None, title="来源（不填按岗位：12345 热线，110 接警）", max_length=40)


class Noted(Shape):
    """A note that was taken: it stands on the timeline, and whoever holds the dispute is told."""

    dispute_no: str
    source: str
    text: str
    published: bool = True
