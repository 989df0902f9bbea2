"""What a person searches for, counted by the minute in each process.

Each counts its own, unlike exports: a search costs the process that answers it and the database some time, which ends
by itself (`statement_seconds`), and that it was made is on record. To count them all in the database would cost
SQLite's one writer more than the searches cost the readers. [DESIGN]
"""

from __future__ import annotations

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from domain.errors import QuotaReached


class SearchQuota:
    """Lets a person search so many times in any minute."""

    def __init__(self, most: int) -> None:
        self._limit, self._most = RateLimitItemPerMinute(most), most
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    def count(self, person_id: str) -> None:
        """Counts a search before it is made.

        Raises:
            QuotaReached: says when there is one more.
        """
        if self._counted.hit(self._limit, person_id):
            return
        reset, _ = self._counted.get_window_stats(self._limit, person_id)
        after = max(1, int(reset - time.time()) + 1)
        raise QuotaReached(f"每分钟最多搜索{self._most}次，请{after}秒后再试", after=after)
