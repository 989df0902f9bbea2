"""Passwords on record: changed by their people, given anew by the administrator of security, and those of before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import col

from infra.database.engine import Session
from infra.database.tables.accounts import FormerPasswordRow, SignInSessionRow
from infra.database.tables.people import PersonRow


async def former_hashes(session: Session, person_id: str, kept: int) -> list[str]:
    """The hashes of the passwords that somebody had before, the latest first, at most so many."""
    rows = (
        select(col(FormerPasswordRow.password_hash))
        .where(col(FormerPasswordRow.person_id) == person_id)
        .order_by(col(FormerPasswordRow.until).desc())
        .limit(kept)
    )
    return list((await session.execute(rows)).scalars())


async def put_password(
    session: Session, person: PersonRow, hashed: str, at: datetime, *, kept: int, code_until: datetime | None = None
) -> None:
    """Somebody's password from now on, within a transaction. With `code_until` it is a one-time code that serves until
    then and must be changed first; a code is no former password.
    """
    if person.password_hash and not person.password_due and kept:
        session.add(FormerPasswordRow(person_id=person.person_id, until=at, password_hash=person.password_hash))
        await session.flush()
        last = (
            select(col(FormerPasswordRow.until))
            .where(col(FormerPasswordRow.person_id) == person.person_id)
            .order_by(col(FormerPasswordRow.until).desc())
            .offset(kept - 1)
            .limit(1)
        )
        if (oldest := (await session.execute(last)).scalar_one_or_none()) is not None:
            await session.execute(
                delete(FormerPasswordRow).where(
                    col(FormerPasswordRow.person_id) == person.person_id, col(FormerPasswordRow.until) < oldest
                )
            )
    person.password_hash, person.password_at = hashed, at
    person.password_due, person.password_until = code_until is not None, code_until


async def unrestrict(session: Session, session_id: str) -> None:
    """A sign-in serves for everything from now on, within a transaction."""
    if row := await session.get(SignInSessionRow, session_id):
        row.restricted = False
