"""Requests and answers about numbers that are masked elsewhere."""

from __future__ import annotations

from pydantic import Field, model_validator

from api.core.schemas import Shape
from domain.base import Strict
from domain.case.records import Party
from domain.people.need_to_know import Purpose


class Asked(Strict):
    """For what the numbers are needed; `note` says it where the purpose is none of those named."""

    purpose: Purpose = Field(title="用途")
    note: str = Field("", title="说明", max_length=200)

    @model_validator(mode="after")
    def _said(self) -> Asked:
        if self.purpose == "other" and not self.note.strip():
            raise ValueError("用途为其他的，须说明")
        return self


class Told(Shape):
    """What a report says, with its numbers."""

    source: str
    source_no: str
    narrative: str


class Unmasked(Shape):
    """A dispute's parties and reports with their numbers; identity numbers stay masked for whom they are not for."""

    dispute_no: str
    purpose: Purpose
    parties: list[Party]
    incidents: list[Told]
