"""The brake on guessing: how many failed sign-ins are let through, of an account and of an address.

It rises by itself: who goes on failing fills the longer windows too, and waits the longer. [DESIGN] (OWASP ASVS 2.2.1)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Window:
    """So many failures at most within a time."""

    span: timedelta
    most: int


OF_ACCOUNT = (Window(timedelta(minutes=1), 10), Window(timedelta(hours=1), 30), Window(timedelta(days=1), 100))
OF_ADDRESS = (Window(timedelta(minutes=1), 30), Window(timedelta(hours=1), 300))
LONGEST = max(window.span for window in (*OF_ACCOUNT, *OF_ADDRESS))
"""How long a failure is remembered."""
SPRAYED = Window(timedelta(minutes=10), 8)
"""Accounts at which one address fails within a time before it is taken for spraying: one guess at each of many."""


def held_back(failures: Collection[datetime], at: datetime, windows: Sequence[Window]) -> bool:
    """Whether the next try must wait after these failures."""
    return any(sum(1 for failed in failures if failed > at - window.span) >= window.most for window in windows)
