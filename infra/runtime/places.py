"""Places counted across the processes of one machine: so many may be taken of something at once, by whichever process.

A place is a lock on one byte of an empty file, which the kernel takes back when its process ends, however it ends. The
locks are a process's, so a process opens the file once and keeps account of its own places itself. Where the file can't
be opened (a full disk), it counts its own only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

MOST = 64
"""Places of one thing at most."""
log = structlog.get_logger()


class Places:
    """The places that this process has taken, beside those of the others that name the same file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._locks: int | None = None
        self._taken: set[int] = set()

    def take(self, what: str, count: int = 1) -> int | None:
        """Takes one of `count` places of something; none where all are taken. To be given back."""
        assert 0 < count <= MOST
        first = int.from_bytes(hashlib.sha256(what.encode()).digest()[:6]) * MOST
        for place in range(first, first + count):
            if place not in self._taken and self._lock(place):
                self._taken.add(place)
                return place
        return None

    def give_back(self, place: int) -> None:
        """Lets others have it."""
        self._taken.discard(place)
        if self._locks is not None:
            with suppress(OSError):
                fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, place)

    @contextmanager
    def taken(self, what: str, count: int = 1) -> Iterator[bool]:
        """A place for the length of a block; false where there was none."""
        place = self.take(what, count)
        try:
            yield place is not None
        finally:
            if place is not None:
                self.give_back(place)

    def close(self) -> None:
        """Gives everything back."""
        self._taken.clear()
        if self._locks is not None:
            os.close(self._locks)
            self._locks = None

    def _lock(self, place: int) -> bool:
        """Whether no other process has it."""
        try:
            if self._locks is None:
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._locks = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError) as error:
            if self._locks is not None:
                return False
            self._alone(error)
        except OSError as error:
            self._alone(error)
        return True

    def _alone(self, error: OSError) -> None:
        log.warning("places_not_shared", error=type(error).__name__)
