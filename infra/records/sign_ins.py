"""The limit on failed sign-ins, counted in the database for all processes: a try counts from its beginning and is
forgotten when it succeeds, so that many at once are no more than many one after another.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from domain.errors import StoreUnavailable, TooManyTries
from infra.database.engine import Database, Session
from infra.database.ids import new_id
from infra.database.tables.operations import SignInRow

TRIES = 10
"""Failed sign-ins of a username in a minute; then none until the minute is over."""
MINUTE = timedelta(minutes=1)
log = structlog.get_logger()


@dataclass(frozen=True)
class Try:
    """A try that is under way; without an id it is counted in this process only."""

    username: str
    try_id: str | None


class SignInLimit:
    """Lets so many tries of a username fail. While the database can't be written each process counts its own."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database, self._secret = database, secret
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(TRIES)

    async def begin(self, session: Session, username: str) -> Try:
        """Counts a try; `session` is the request's, and its connection is given back.

        Raises:
            TooManyTries: the username has used up its tries; this one does not count.
        """
        name = hmac.digest(self._secret, f"santui.sign-in.v1:{username}".encode(), "sha256").hex()
        await self._check(session, name)  # who is held back does not take the database's one writer
        await session.close()
        try:
            return Try(name, await self._count(name))
        except StoreUnavailable as error:
            log.warning("sign_in_not_counted", error=error.code)
        if not self._own.hit(self._limit, name):
            raise TooManyTries
        return Try(name, None)

    async def succeeded(self, tried: Try) -> None:
        """A try that succeeded is forgotten; one that only this process counted stays for its minute."""
        if tried.try_id is None:
            return
        try:
            async with self._database.write() as session:
                await session.execute(delete(SignInRow).where(col(SignInRow.try_id) == tried.try_id))
        except StoreUnavailable as error:  # it counts for a minute
            log.warning("sign_in_not_forgotten", error=error.code)

    async def _count(self, name: str) -> str:
        try_id, now = new_id(), datetime.now(UTC)
        async with self._database.write(f"sign-in {name}") as session:
            await session.execute(delete(SignInRow).where(col(SignInRow.at) < now - MINUTE))
            await self._check(session, name)
            await session.execute(insert(SignInRow).values(try_id=try_id, username=name, at=now))
        return try_id

    async def _check(self, session: Session, name: str) -> None:
        recent = col(SignInRow.at) >= datetime.now(UTC) - MINUTE
        tries = select(func.count()).where(col(SignInRow.username) == name, recent)
        if (await session.execute(tries)).scalar_one() >= TRIES:
            raise TooManyTries
