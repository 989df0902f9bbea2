"""Tries at signing in, counted in the database for all processes: one counts from its beginning and is forgotten when
it succeeds, so that many at once are no more than many one after another.

They are counted for the account and for the address (of IPv6 for the network, whose owner has 2^64 of them). A browser
from which its person signed in before is counted apart from strangers: whoever guesses at an account does not lock its
person out. While the database can't be written each process counts its own.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from domain.errors import StoreUnavailable, TooManyTries
from domain.people.brake import LONGEST, OF_ACCOUNT, OF_ADDRESS, SPRAYED, held_back
from infra.database.engine import Database, Session
from infra.database.ids import new_id
from infra.database.tables.accounts import KnownDeviceRow
from infra.database.tables.operations import SignInRow
from infra.runtime.front_door import counted_as

TRIES = OF_ACCOUNT[0].most
"""Failed sign-ins of an account in a minute; then none until the minute is over."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Try:
    """A try that is under way, by keyed digests; without an id it is counted in this process only."""

    account: str
    address: str
    """empty where only the account counts"""
    try_id: str | None


class SignInLimit:
    """Lets so many tries of an account, and of an address, fail."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database, self._secret = database, secret
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(TRIES)

    async def begin(self, session: Session, username: str, *, address: str | None = None, device: str = "") -> Try:
        """Counts a try; `session` is the request's, and its connection is given back. `device` is what a browser kept
        of an earlier sign-in. Without an address it is somebody signed in who proves himself once more: he is counted
        apart from strangers, who could hold him back otherwise, and by his account alone.

        Raises:
            TooManyTries: the account, or the address, has used up its tries; this one does not count.
        """
        known = bool(device) and await self._knows(session, username, device)
        apart = " signed in" if address is None else f" {device}" if known else ""
        account = self._digest("account", f"{username}{apart}")
        tried = Try(account, self._digest("address", counted_as(address)) if address is not None else "", None)
        await self._check(session, tried)  # who is held back does not take the database's one writer
        await session.close()
        try:
            return await self._count(tried)
        except StoreUnavailable as error:
            log.warning("sign_in_not_counted", error=error.code)
        if not self._own.hit(self._limit, account):
            raise TooManyTries
        return tried

    def right(self, tried: Try) -> None:
        """The password was right, whether or not the sign-in can be put on record: what this process alone counted for
        the account, because the database could not, is forgotten.
        """
        if tried.try_id is None:
            self._own.clear(self._limit, tried.account)

    async def succeeded(self, session: Session, tried: Try) -> None:
        """A try that succeeded is forgotten, within a transaction."""
        if tried.try_id is not None:
            await session.execute(delete(SignInRow).where(col(SignInRow.try_id) == tried.try_id))

    async def sprays(self, session: Session, tried: Try) -> bool:
        """Whether the address of a try that failed has failed at so many accounts that it guesses at everybody."""
        if not tried.address:
            return False
        recent = col(SignInRow.at) > datetime.now(UTC) - SPRAYED.span
        accounts = select(func.count(func.distinct(col(SignInRow.username)))).where(
            col(SignInRow.address) == tried.address, recent
        )
        return (await session.execute(accounts)).scalar_one() >= SPRAYED.most

    async def _knows(self, session: Session, username: str, device: str) -> bool:
        found = await session.get(KnownDeviceRow, device_digest(device))
        return found is not None and found.account == self._digest("account", username)

    def remember(self, session: Session, username: str, device: str, at: datetime) -> None:
        """A browser from which somebody signed in is known from now on, within a transaction."""
        account = self._digest("account", username)
        session.add(KnownDeviceRow(device_id=device_digest(device), account=account, at=at))

    async def _count(self, tried: Try) -> Try:
        try_id, now = new_id(), datetime.now(UTC)
        async with self._database.write(f"sign-in {tried.account}") as session:
            await session.execute(delete(SignInRow).where(col(SignInRow.at) < now - LONGEST))
            await self._check(session, tried)
            values = {"try_id": try_id, "username": tried.account, "address": tried.address, "at": now}
            await session.execute(insert(SignInRow).values(**values))
        return Try(tried.account, tried.address, try_id)

    async def _check(self, session: Session, tried: Try) -> None:
        now = datetime.now(UTC)
        for column, value, windows in (
            (col(SignInRow.username), tried.account, OF_ACCOUNT),
            (col(SignInRow.address), tried.address, OF_ADDRESS),
        ):
            if not value:
                continue
            most = max(window.most for window in windows)
            latest = select(col(SignInRow.at)).where(column == value).order_by(col(SignInRow.at).desc()).limit(most)
            if held_back(list((await session.execute(latest)).scalars()), now, windows):
                raise TooManyTries

    def _digest(self, what: str, value: str) -> str:
        """Somebody may have typed a password where the username belongs: nothing is kept as it was typed."""
        return hmac.digest(self._secret, f"santui.sign-in.v2:{what}:{value}".encode(), "sha256").hex()


def device_digest(device: str) -> str:
    """The id of a browser by what it keeps."""
    return hashlib.sha256(device.encode()).hexdigest()
