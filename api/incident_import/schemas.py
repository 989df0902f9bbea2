"""What becomes of the rows of a spreadsheet of incidents."""

from __future__ import annotations

from typing import Literal

from api.core.schemas import Shape
from domain.base import Model

Outcome = Literal["new", "joined", "known", "twice", "wrong"]
"""A dispute of its own; added to one; registered before, by whichever way; the same as an earlier row; refused."""


class RowWrong(Shape):
    """What is wrong in a row: its number as an office program shows it, the column's title, and why."""

    row: int
    field: str
    message: str


class Came(Model):
    """What becomes of a row, or became."""

    row: int
    outcome: Outcome
    dispute_no: str = ""
    """the dispute that it would be added to, or that it is; empty where the person may not know it"""
    with_row: int | None = None
    """the earlier row of the file that it is the same as, or belongs to"""
    incident_id: str = ""
    category: str = ""
    """name of the category that triage finds"""
    colour: str = ""
    police: bool = False
    number_taken: bool = False
    """its source number is another report's: it is registered all the same, and that is told"""
    errors: list[RowWrong] = []


class Counts(Shape):
    """How many rows went which way."""

    created: int
    joined: int
    known: int
    """registered before, or the same as an earlier row of the file: nothing was added"""
    failed: int
    errors: list[RowWrong]
    """the first of them"""
