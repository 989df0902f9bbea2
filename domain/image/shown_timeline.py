"""Which entries of a dispute's timeline are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

LATEST = 12
"""Entries of a timeline that are shown beside a task."""


class Line(Protocol):
    """An entry of a timeline, whatever else it holds."""

    @property
    def at(self) -> datetime | None:
        """When it happened."""

    @property
    def kind(self) -> str:
        """What kind of entry it is, as of `Case.log`."""


L = TypeVar("L", bound=Line)


def shown_entries(entries: Sequence[L]) -> list[L]:
    """The entries of a whole timeline without those of opened tasks that stand beside what opened them, at the same
    instant. (Of a part of a timeline one would not see what stood beside an entry.)
    """
    others = {entry.at for entry in entries if entry.kind not in ("task_opened", "clock_started")}
    return [entry for entry in entries if entry.kind != "task_opened" or entry.at not in others]


def latest_entries(timeline: Sequence[L]) -> list[L]:
    """The end of a whole timeline, as it is shown beside a task."""
    return shown_entries(timeline)[-LATEST:]
