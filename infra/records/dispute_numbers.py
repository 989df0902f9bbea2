"""The series that dispute numbers are counted in: a year's, and a cell's own where the installation has a code."""

from __future__ import annotations

from datetime import datetime


def series_of(at: datetime, cell: str | None = None) -> str:
    """The series of a moment, without the count: `D2026`, or with a cell's code `D330784-2026`."""
    return f"D{cell}-{at:%Y}" if cell else f"D{at:%Y}"


def cell_of(series: str) -> str | None:
    """The cell whose series it is, or none."""
    return series[1:].rpartition("-")[0] or None
