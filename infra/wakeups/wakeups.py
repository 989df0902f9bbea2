"""What one process tells the others, and is told by them; what a database has of its own for it stands beside.

Two kinds of word, with different promises:

- *Hints* (`published`, `job_waits`) spare a poll. One may be lost: who waits for one looks for himself now and then
  (`look_again`), so that it costs a fraction of a second and nothing else.
- *Generations* are for what a process remembers and must not remember wrongly. `generation` is asked before something
  is read and again before what was read is used: the same number, and nothing of the topic was committed in between,
  by whichever process or hand.

Words carry numbers and codes only, and everything here is called on the loop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from enum import StrEnum

CHANNEL = "santui"
"""PostgreSQL's name for where these words are spoken; the triggers of the schema know it too."""
SOONEST = 0.02
LATEST = 0.25

Published = Callable[[str, int], None]
"""Told a dispute number and the revision at which the read model has it now; 0 where it has it no longer."""
Waits = Callable[[], None]


class Topic(StrEnum):
    """What may be remembered as long as its generation stays the same."""

    PEOPLE = "people"
    """organisations, people, their posts, deputyships; what the wall clock alone changes is not counted"""


class Wakeups(ABC):
    """The signals of one process."""

    def __init__(self) -> None:
        self._on_published: list[Published] = []
        self._on_job: list[Waits] = []

    def on_published(self, tell: Published) -> None:
        """Has a function told of every image that is committed, by this process and, while it listens, by others."""
        self._on_published.append(tell)

    def on_job(self, tell: Waits) -> None:
        """Has a function told whenever a job was queued."""
        self._on_job.append(tell)

    def published(self, dispute_no: str, revision: int) -> None:
        """Tells everybody that an image was committed, and with it its events; to be called after the commit."""
        for tell in self._on_published:
            tell(dispute_no, revision)

    def job_waits(self) -> None:
        """Tells everybody that a job was queued; to be called after the commit."""
        for tell in self._on_job:
            tell()

    @property
    @abstractmethod
    def listens(self) -> bool:
        """Whether what other processes say reaches this one."""

    @abstractmethod
    def changed(self, topic: Topic) -> None:
        """Says that this process has committed a change of a topic, so that it knows by its next request; others learn
        it from the database itself.
        """

    @abstractmethod
    def let_go(self) -> None:
        """Closes a connection to the database that it may have of its own; the next question opens another."""

    @abstractmethod
    def generation(self, topic: Topic) -> int | None:
        """A number that is another one after every commit that changed the topic; none where that can't be known now,
        and nothing remembered may be used. Microseconds.
        """

    @abstractmethod
    async def keep_listening(self) -> None:
        """Hears what other processes say, for as long as the process lives."""

    @abstractmethod
    async def close(self) -> None:
        """Gives back what it holds."""


def look_again() -> Iterator[float]:
    """Seconds between one's own looks while one waits for a hint: soon at first, for what was said before one waited,
    then ever more seldom.
    """
    pause = SOONEST
    while True:
        yield pause
        pause = min(pause * 2, LATEST)
