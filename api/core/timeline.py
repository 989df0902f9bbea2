"""Which entries of a dispute's timeline are shown."""

from __future__ import annotations

from typing import Any

LATEST = 12
"""Entries of a timeline that are shown beside a task."""


def shown_entries(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries that say something: that a task was opened does not, beside what opened it in the same moment.

    `entries` are those of a whole timeline: of a part, one would not see what stood beside an entry.
    """
    others = {entry["at"] for entry in entries if entry["kind"] not in ("task_opened", "clock_started")}
    return [entry for entry in entries if entry["kind"] != "task_opened" or entry["at"] not in others]


def latest_entries(timeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The end of a whole timeline, as it is shown beside a task."""
    return shown_entries(timeline)[-LATEST:]
