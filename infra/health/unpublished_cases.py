"""Which cases' images a worker could not write yet; reported with its heartbeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra.health.waiting import Waiting

FORGOTTEN = timedelta(seconds=30)
"""A try that was not heard of for so long is another worker's: it takes ten seconds at most, retries are five apart."""


class UnpublishedCases:
    """Publications that failed and are tried again, by case."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[datetime, datetime]] = {}

    def failed(self, dispute_no: str, since: datetime) -> None:
        """A case's image could not be written; `since` is when it was first to be."""
        self._since[dispute_no] = (since, datetime.now(UTC))

    def written(self, dispute_no: str) -> None:
        """It is written."""
        self._since.pop(dispute_no, None)

    def standing(self) -> Waiting:
        """How many cases wait, and since when the first does."""
        now = datetime.now(UTC)
        self._since = {no: (since, at) for no, (since, at) in self._since.items() if now - at < FORGOTTEN}
        oldest = min((since for since, _ in self._since.values()), default=None)
        return Waiting(what="unpublished_cases", count=len(self._since), since=oldest)
