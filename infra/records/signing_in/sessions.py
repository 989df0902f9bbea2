"""Sign-ins on record, remembered between requests for as long as none of them was ended.

A token is 32 random bytes; what is kept is its digest, so that whoever reads the database can't sign in. That one was
ended counts at the next request, in whichever process: the database says so (`infra.wakeups`), and then everything
remembered is forgotten. When something was last asked is kept in memory and written once in a while.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select, update
from sqlmodel import col

from domain.errors import NotSignedIn, StoreUnavailable
from domain.people.second_factor import Factor
from domain.people.sign_ins import OF_SIGN_INS_ONLY, Ending, Lasting, Way
from infra.database.engine import Database, Session
from infra.database.tables.accounts import SignInSessionRow
from infra.records.access_log.asking import asking
from infra.wakeups.wakeups import Topic

WRITTEN_EVERY = 30.0
"""Seconds between two writings of when sign-ins were last used."""
SEEN_TO = timedelta(minutes=1)
"""How exactly that is known to other processes."""
_OVER = "登录已失效，请重新登录"
_LAST = (
    update(SignInSessionRow)
    .where(col(SignInSessionRow.session_id) == bindparam("used"))
    .values(sealed_last=bindparam("address"))
)
log = structlog.get_logger()


@dataclass(frozen=True)
class SignedIn:
    """Whose a sign-in is."""

    session_id: str
    person_id: str
    until: datetime
    restricted: bool
    """it serves for nothing but a new password"""
    factor: str = ""
    """what stood beside its first proof (`domain.people.second_factor.FACTORS`)"""
    scopes: frozenset[str] = frozenset()
    """of a program's token (`domain.people.feed_tokens`); empty of a sign-in"""
    purpose: str = ""


def digest(token: str) -> str:
    """The id of the sign-in that a token is of."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """The sign-ins of one process."""

    def __init__(self, database: Database, lasting: Lasting) -> None:
        self._database, self._lasting = database, lasting
        self._generation: int | None = None
        self._remembered: dict[str, SignedIn] = {}
        self._seen: dict[str, datetime] = {}
        """when each remembered one was last used here"""
        self._written: dict[str, datetime] = {}
        """when it was last used, as the database has it"""
        self._from: dict[str, str] = {}
        """from which address programs' tokens were last used here, where that is not written"""

    async def begin(
        self, session: Session, person_id: str, at: datetime, *, address: str, device: str, restricted: bool = False,
        way: Way = "password", factor: Factor = "",
    ) -> str:  # fmt: skip
        """Puts a sign-in on record, within a transaction; answers its token, which is kept nowhere."""
        token = secrets.token_urlsafe(32)
        session.add(
            SignInSessionRow(
                session_id=digest(token), person_id=person_id, begun_at=at, until=at + self._lasting.life, seen_at=at,
                restricted=restricted, way=way, factor=factor, sealed={"address": address, "device": device},
            )
        )  # fmt: skip
        return token

    async def of(self, token: str, at: datetime) -> SignedIn:
        """Whose a token is; that it was used is noted.

        Raises:
            NotSignedIn: it is none, was ended, or is over.
            StoreUnavailable
        """
        session_id = digest(token)
        found = self._known(session_id) or await self._look_up(session_id)
        if found and not self._holds(found, at):  # another process may have seen it since
            found = await self._look_up(session_id)
        if found is None or not self._holds(found, at):
            raise NotSignedIn(_OVER)
        self._seen[session_id] = at
        if found.scopes and (request := asking()):
            self._from[session_id] = request.address
        return found

    async def still(self, session_ids: Collection[str]) -> set[str]:
        """Which of these were not ended: for what stays open between requests."""
        rows = select(col(SignInSessionRow.session_id)).where(
            col(SignInSessionRow.session_id).in_(session_ids), col(SignInSessionRow.ended_at).is_(None)
        )
        async with self._database.read() as session:
            return set((await session.execute(rows)).scalars())

    def _known(self, session_id: str) -> SignedIn | None:
        generation = self._database.wakeups.generation(Topic.PEOPLE)
        if generation is None or generation != self._generation:
            self._generation, self._remembered = generation, {}
            return None
        return self._remembered.get(session_id)

    async def _look_up(self, session_id: str) -> SignedIn | None:
        async with self._database.read() as session:
            row = await session.get(SignInSessionRow, session_id)
        if row is None or row.ended_at is not None:
            self._remembered.pop(session_id, None)
            return None
        found = SignedIn(session_id, row.person_id, row.until, row.restricted, row.factor,
                         frozenset(row.scopes.split()), row.sealed.get("purpose", ""))  # fmt: skip
        self._written[session_id] = row.seen_at
        self._seen[session_id] = max(row.seen_at, self._seen.get(session_id, row.seen_at))
        if self._generation is not None and self._generation == self._database.wakeups.generation(Topic.PEOPLE):
            self._remembered[session_id] = found
        return found

    def _holds(self, found: SignedIn, at: datetime) -> bool:
        if found.scopes:  # a program may be silent for as long as it likes
            return at < found.until
        return self._lasting.holds(until=found.until, seen_at=self._seen[found.session_id], at=at)

    def _is_news(self, session_id: str, at: datetime) -> bool:
        since = at - self._written.get(session_id, at)
        return since >= SEEN_TO or (session_id in self._from and since > timedelta())

    async def keep_writing(self) -> None:
        """Writes when sign-ins were last used, for as long as the process lives."""
        while True:
            await asyncio.sleep(WRITTEN_EVERY)
            try:
                await self.write()
            except StoreUnavailable as error:  # the next time; nobody is signed out for it here
                log.warning("sign_ins_not_written", error=error.code)

    async def write(self) -> None:
        """Writes when sign-ins were last used, of those that were used since.

        Raises:
            StoreUnavailable
        """
        used = {each: at for each, at in self._seen.items() if self._is_news(each, at)}
        if used:
            later = (
                update(SignInSessionRow)
                .where(
                    col(SignInSessionRow.session_id) == bindparam("used"),
                    col(SignInSessionRow.seen_at) < bindparam("at"),
                )
                .values(seen_at=bindparam("at"))
            )
            async with self._database.write() as session:
                connection = await session.connection()  # the session would ask for whole rows
                await connection.execute(later, [{"used": each, "at": at} for each, at in used.items()])
                if told := [{"used": each, "address": self._from[each]} for each in used if each in self._from]:
                    await connection.execute(_LAST, told)
            self._written |= used
            for each in used:
                self._from.pop(each, None)
        gone = [each for each in self._seen if each not in self._remembered and each not in used]
        for each in gone:
            self._seen.pop(each), self._written.pop(each, None)


async def sessions_of(session: Session, person_id: str, at: datetime, lasting: Lasting) -> list[SignInSessionRow]:
    """The sign-ins of a person that still hold, the last used first."""
    rows = (
        select(SignInSessionRow)
        .where(
            col(SignInSessionRow.person_id) == person_id,
            col(SignInSessionRow.ended_at).is_(None),
            col(SignInSessionRow.scopes) == "",
            col(SignInSessionRow.until) > at,
            col(SignInSessionRow.seen_at) > at - lasting.idle,
        )
        .order_by(col(SignInSessionRow.seen_at).desc())
    )
    return list((await session.execute(rows)).scalars())


async def end_sessions(
    session: Session, person_id: str, at: datetime, how: Ending, by: str, *, only: str = "", but: str = ""
) -> int:
    """Ends a person's sign-ins, within a transaction: all, `only` one, or all `but` one; answers how many. With them
    his programs' tokens, unless it is he who ends sign-ins.
    """
    ended = (
        update(SignInSessionRow)
        .where(col(SignInSessionRow.person_id) == person_id, col(SignInSessionRow.ended_at).is_(None))
        .values(ended_at=at, how=how, ended_by=by)
        .returning(col(SignInSessionRow.session_id))
    )
    if how in OF_SIGN_INS_ONLY:
        ended = ended.where(col(SignInSessionRow.scopes) == "")
    if only:
        ended = ended.where(col(SignInSessionRow.session_id) == only)
    if but:
        ended = ended.where(col(SignInSessionRow.session_id) != but)
    return len((await session.execute(ended)).scalars().all())
