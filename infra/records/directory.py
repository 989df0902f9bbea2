"""The organisations of the installation, kept in memory for a while: every report needs them all."""

from __future__ import annotations

import time

from domain.triage.places import Directory, Listed
from infra.database.engine import Database, Session
from infra.records.people import organisations

FRESH = 60.0
"""Seconds for which a reading is good."""


class DirectoryCache:
    """The directory as it was read within the last minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: tuple[float, Directory] | None = None

    async def read(self, session: Session | None = None) -> Directory:
        """The directory; who has a session open gives it, so that nobody holds two connections.

        Raises:
            ValueError: the installation has no county yet.
        """
        if self._read is None or time.monotonic() - self._read[0] > FRESH:
            if session is None:
                async with self._database.read() as own:
                    return await self._renew(own)
            return await self._renew(session)
        return self._read[1]

    async def _renew(self, session: Session) -> Directory:
        listed = [
            Listed(code=r.code, name=r.name, path=r.path, level=r.level, line=r.line, kind=r.kind,
                   keywords=r.keywords.split())
            for r in await organisations(session)
        ]  # fmt: skip
        directory = Directory(organisations=listed)
        self._read = (time.monotonic(), directory)
        return directory
