"""Programs' tokens: made by a person for a purpose, kept as digests beside his sign-ins, and ended with them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import col

from domain.people.feed_tokens import PREFIX
from domain.people.sign_ins import Ending
from infra.database.engine import Session
from infra.database.tables.accounts import SignInSessionRow
from infra.records.signing_in.sessions import digest

REVOKED: Ending = "revoked"


async def make_token(
    session: Session, person_id: str, at: datetime, until: datetime, *, purpose: str, scopes: Collection[str]
) -> tuple[SignInSessionRow, str]:
    """Puts a token on record, within a transaction; answers it, which is kept nowhere."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = SignInSessionRow(
        session_id=digest(token), person_id=person_id, begun_at=at, until=until, seen_at=at,
        scopes=" ".join(sorted(scopes)), sealed={"address": "", "device": "", "purpose": purpose},
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row, token


async def tokens_of(session: Session, person_id: str, at: datetime) -> list[SignInSessionRow]:
    """A person's tokens that still hold, the latest first."""
    rows = select(SignInSessionRow).where(*_holding(person_id, at)).order_by(col(SignInSessionRow.begun_at).desc())
    return list((await session.execute(rows)).scalars())


async def count_tokens(session: Session, person_id: str, at: datetime) -> int:
    """How many they are."""
    return (await session.execute(select(func.count()).where(*_holding(person_id, at)))).scalar_one()


async def end_token(session: Session, person_id: str, token_id: str, at: datetime) -> bool:
    """Ends one of a person's tokens, within a transaction; false where it is none, or over."""
    ended = (
        update(SignInSessionRow)
        .where(*_holding(person_id, at), col(SignInSessionRow.session_id) == token_id)
        .values(ended_at=at, how=REVOKED, ended_by=person_id)
        .returning(col(SignInSessionRow.session_id))
    )
    return bool((await session.execute(ended)).scalars().all())


def _holding(person_id: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(SignInSessionRow.person_id) == person_id,
        col(SignInSessionRow.scopes) != "",
        col(SignInSessionRow.ended_at).is_(None),
        col(SignInSessionRow.until) > at,
    )
