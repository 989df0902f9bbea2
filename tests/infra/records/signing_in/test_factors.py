"""Second factors on record, on both databases: each code is good once, also of two who send the same at once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest_asyncio
from sqlmodel import col, select

from domain.people.second_factor import OFFER_LASTS, RECOVERY_CODES
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.accounts import RecoveryCodeRow
from infra.database.tables.people import PersonRow
from infra.records.signing_in.factors import (
    confirm,
    factor_held,
    forget_factor,
    offer,
    renew_codes,
    use_code,
)
from infra.runtime.settings import Settings
from tests.infra.stores import opened

AT = datetime(2026, 3, 1, 8, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=30)


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """A database with no device on record."""
    async with opened(anywhere) as store:
        yield store


async def taken(database: Database) -> tuple[str, str, list[str]]:
    """Somebody with a device: his id, its secret, his recovery codes."""
    person_id = new_id()
    async with database.write() as session:
        session.add(PersonRow(person_id=person_id, username=person_id, name="甲", password_hash=""))
    async with database.write() as session:
        secret = await offer(session, person_id, AT)
    async with database.write() as session:
        codes = await confirm(session, person_id, pyotp.TOTP(secret).at(AT - STEP), AT)
    assert codes is not None
    return person_id, secret, codes


async def use(database: Database, person_id: str, code: str, at: datetime = AT) -> str | None:
    async with database.write() as session:
        return await use_code(session, person_id, code, at)


async def test_a_code_is_good_once_and_none_of_before_it_is(database: Database) -> None:
    """RFC 6238 5.2: "the verifier MUST NOT accept the second attempt of the OTP after the successful validation"."""
    person_id, secret, _ = await taken(database)
    code, totp = pyotp.TOTP(secret).at(AT), pyotp.TOTP(secret)
    assert await use(database, person_id, totp.at(AT - STEP)) is None, "it was the first, by which the device was taken"
    assert sorted(map(str, await asyncio.gather(*(use(database, person_id, code) for _ in range(5))))) == [
        *["None"] * 4, "code"]  # fmt: skip
    assert await use(database, person_id, f" {totp.at(AT + STEP)[:3]} {totp.at(AT + STEP)[3:]}") == "code", "ahead"
    assert await use(database, person_id, code, AT + STEP) is None
    assert await use(database, person_id, totp.at(AT + 3 * STEP)) is None, "a clock may be off by one step"


async def test_a_recovery_code_is_good_once_until_there_are_new_ones(database: Database) -> None:
    person_id, _, codes = await taken(database)
    assert len({*codes}) == RECOVERY_CODES
    answers = await asyncio.gather(*(use(database, person_id, codes[0].lower()) for _ in range(5)))
    assert sorted(map(str, answers)) == [*["None"] * 4, "recovery"]
    async with database.write() as session:
        held = await factor_held(session, person_id)
        assert held is not None
        assert held.codes_left == RECOVERY_CODES - 1
        anew = await renew_codes(session, person_id, AT)
    assert await use(database, person_id, codes[1]) is None
    assert await use(database, person_id, anew[0].replace("-", "")) == "recovery"
    async with database.read() as session:
        kept = (await session.execute(select(RecoveryCodeRow.digest).where(
            col(RecoveryCodeRow.person_id) == person_id))).scalars().all()  # fmt: skip
    assert not {each.replace("-", "") for each in anew} & {*kept}


async def test_a_device_serves_from_its_first_code_on_and_another_takes_its_place_then(database: Database) -> None:
    person_id, secret, codes = await taken(database)
    async with database.write() as session:
        second = await offer(session, person_id, AT)
    assert await use(database, person_id, pyotp.TOTP(second).at(AT)) is None
    assert await use(database, person_id, pyotp.TOTP(secret).at(AT)) == "code"
    async with database.write() as session:
        assert await confirm(session, person_id, pyotp.TOTP(secret).at(AT), AT) is None, "a code of the other one"
        late = AT + OFFER_LASTS
        assert await confirm(session, person_id, pyotp.TOTP(second).at(late), late) is None
        assert await confirm(session, person_id, pyotp.TOTP(second).at(AT), AT)
    assert await use(database, person_id, pyotp.TOTP(secret).at(AT + STEP)) is None
    assert await use(database, person_id, codes[0]) is None
    assert await use(database, person_id, pyotp.TOTP(second).at(AT + STEP)) == "code"
    async with database.write() as session:
        assert await forget_factor(session, person_id)
        assert await factor_held(session, person_id) is None


async def test_no_secret_and_no_recovery_code_lies_in_the_file(database: Database) -> None:
    person_id, secret, codes = await taken(database)
    if database.sqlite:
        async with database.read() as session:
            path = (await session.connection()).engine.url.database
        assert path is not None
        dumped = "\n".join(sqlite3.connect(path).iterdump())
        assert person_id in dumped
        assert not [each for each in (secret, secret.encode().hex().upper(), *codes) if each in dumped]
