"""Second factors on record: the secret of a person's device, sealed, and the digests of his recovery codes.

Each code is good once: the statement that takes it is the one that looks whether it was taken, so that of two who send
the same at once only one comes in, on both databases.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from domain.people.second_factor import LETTERS, OFFER_LASTS, RECOVERY_CODES, Factor, read, step_of
from infra.database.engine import Session
from infra.database.tables.accounts import RecoveryCodeRow, SecondFactorRow, SignInSessionRow


@dataclass(frozen=True)
class HeldFactor:
    """A second factor that serves, since when, and how many of its recovery codes are left."""

    since: datetime
    codes_left: int


async def factor_held(session: Session, person_id: str) -> HeldFactor | None:
    """Somebody's second factor; none where none serves yet."""
    row = await session.get(SecondFactorRow, person_id)
    if row is None or row.since is None:
        return None
    left = select(func.count()).where(
        col(RecoveryCodeRow.person_id) == person_id, col(RecoveryCodeRow.used_at).is_(None)
    )
    return HeldFactor(row.since, (await session.execute(left)).scalar_one())


async def offer(session: Session, person_id: str, at: datetime) -> str:
    """A new secret for somebody's device, within a transaction; it serves once a code of it was shown. What serves
    meanwhile goes on.
    """
    secret = pyotp.random_base32()
    row = await session.get(SecondFactorRow, person_id) or SecondFactorRow(person_id=person_id)
    row.offered, row.offered_at = _sealed(person_id, secret), at
    session.add(row)
    await session.flush()
    return secret


async def offered(session: Session, person_id: str, at: datetime) -> str | None:
    """The secret that waits for its first code; none where none does, or did for too long."""
    row = await session.get(SecondFactorRow, person_id)
    if row is None or row.offered_at is None or at - row.offered_at >= OFFER_LASTS:
        return None
    return _opened(person_id, row.offered)


async def confirm(session: Session, person_id: str, typed: str, at: datetime) -> list[str] | None:
    """Has the secret that waits serve from now on, within a transaction, if this is a code of it; answers new recovery
    codes. The code is used up by it.
    """
    secret = await offered(session, person_id, at)
    step = step_of(secret, read(typed), at) if secret else None
    if secret is None or step is None:
        return None
    row = await session.get_one(SecondFactorRow, person_id)
    row.sealed, row.since, row.last_step = _sealed(person_id, secret), at, step
    row.offered = row.offered_at = None
    await session.flush()
    return await renew_codes(session, person_id, at)


async def use_code(session: Session, person_id: str, typed: str, at: datetime) -> Factor | None:
    """Takes a code of the device, or a recovery code, within a transaction; none where it is neither, or was taken."""
    row = await session.get(SecondFactorRow, person_id)
    if row is None or row.since is None:
        return None
    code = read(typed)
    step = step_of(_opened(person_id, row.sealed), code, at)
    if step is not None:
        taken = (
            update(SecondFactorRow)
            .where(col(SecondFactorRow.person_id) == person_id, col(SecondFactorRow.last_step) < step)
            .values(last_step=step)
            .returning(col(SecondFactorRow.person_id))
        )
        return "code" if (await session.execute(taken)).scalars().all() else None
    used = (
        update(RecoveryCodeRow)
        .where(
            col(RecoveryCodeRow.person_id) == person_id,
            col(RecoveryCodeRow.digest) == _digest(row.salt, code),
            col(RecoveryCodeRow.used_at).is_(None),
        )
        .values(used_at=at)
        .returning(col(RecoveryCodeRow.digest))
    )
    return "recovery" if (await session.execute(used)).scalars().all() else None


async def renew_codes(session: Session, person_id: str, at: datetime) -> list[str]:
    """New recovery codes in place of those there were, within a transaction; only their digests are kept."""
    row = await session.get_one(SecondFactorRow, person_id)
    row.salt = secrets.token_hex(16)
    await session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.person_id) == person_id))
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    session.add_all(
        RecoveryCodeRow(person_id=person_id, digest=_digest(row.salt, read(code)), made_at=at) for code in codes
    )
    await session.flush()
    return codes


async def forget_factor(session: Session, person_id: str) -> bool:
    """Somebody has no second factor any more, and none that waits, within a transaction; answers whether he had one."""
    held = await factor_held(session, person_id) is not None
    for table in (RecoveryCodeRow, SecondFactorRow):
        await session.execute(delete(table).where(col(table.person_id) == person_id))
    return held


async def shown_with(session: Session, session_id: str, factor: Factor) -> None:
    """A sign-in has the second factor too from now on, within a transaction."""
    if row := await session.get(SignInSessionRow, session_id):
        row.factor = factor


def _sealed(person_id: str, secret: str) -> dict[str, str]:
    """With whose it is: a column is sealed for its table, and one's secret must not serve in another's row."""
    return {"person_id": person_id, "secret": secret}


def _opened(person_id: str, sealed: dict[str, str]) -> str:
    if sealed["person_id"] != person_id:
        raise ValueError("the secret of another person's second factor")
    return sealed["secret"]


def _digest(salt: str, code: str) -> str:
    """Salted, because what people can type has fewer than 112 bits (OWASP ASVS 2.6.2); slow hashing adds nothing to its
    eighty."""
    return hmac.digest(salt.encode(), code.encode(), "sha256").hex()
