"""People from a file, as it is answered."""

from __future__ import annotations

from api.core.schemas import Shape


class RowError(Shape):
    """What is wrong in a line of the file: its number as an office program shows it, the column, and why."""

    row: int
    column: str
    message: str


class Imported(Shape):
    """What an import did or, where it was tried only or something is wrong, would do: then nothing is taken."""

    taken: bool
    rows: int
    new_people: int
    new_posts: int
    unchanged: int
    """lines that say what is so already"""
    wrong: int
    errors: list[RowError]
    """the first of them"""
