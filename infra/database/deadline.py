"""How long a statement of SQLite may take: the library itself asks, every so many steps, whether to go on."""

from __future__ import annotations

import time

STEPS = 20_000
"""Steps of SQLite's machine between two questions: one or two milliseconds."""


class Deadline:
    """Of the statements of one connection, one after the other."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = float("inf")

    def begin(self) -> None:
        """The next statement begins."""
        self._until = time.monotonic() + self._seconds

    def passed(self) -> bool:
        """Whether its time is over: then it is stopped, and its transaction undone."""
        return time.monotonic() > self._until
