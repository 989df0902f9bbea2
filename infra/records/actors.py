"""Who the people at work are, remembered between their requests for as long as nothing about people has changed.

A post taken away, a person disabled, a deputyship named or ended count at the next request, whoever does it and in
whichever process: the database's signals say that something changed (`infra.wakeups`), and then everything is
forgotten. What no commit changes, the beginning and the end of a deputyship by the clock, is remembered with the actor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.people.organisation import Actor
from infra.database.engine import Database
from infra.records.deputies import acting_until
from infra.wakeups.wakeups import Topic


@dataclass(frozen=True)
class _Remembered:
    """An actor as he was at an instant, and stays until another; none where he stays."""

    actor: Actor
    at: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether he is still so. A clock that was set back does not bring a deputyship forward."""
        return self.at <= at and (self.until is None or at < self.until)


class Actors:
    """The actors of one process. Nobody changes one that he was given: it is the same for all requests."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._generation: int | None = None
        self._remembered: dict[str, _Remembered] = {}

    async def acting(self, person_id: str, at: datetime) -> Actor | None:
        """As `infra.records.deputies.acting`; without a query where he is remembered.

        Raises:
            StoreUnavailable
        """
        # Asked before anything is read: what is read is as new, or newer.
        generation = self._database.wakeups.generation(Topic.PEOPLE)
        if generation is None or generation != self._generation:
            self._generation, self._remembered = generation, {}
        found = self._remembered.get(person_id)
        if found and found.holds(at):
            return found.actor
        async with self._database.read() as session:
            actor, until = await acting_until(session, person_id, at)
        if actor and generation is not None and generation == self._generation:
            self._remembered[person_id] = _Remembered(actor, at, until)
        return actor
