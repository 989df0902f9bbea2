"""Signing in with a second factor: who is asked, what a role that must have one may do before, and guessing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from api.core.context import Services
from api.core.deps import Where, person_of
from api.people.schemas import Token
from api.signing_in.factor_service import (
    confirm_device,
    offer_device,
    own_factor,
    remove_device,
    renew_recovery_codes,
    reset_factor,
)
from api.signing_in.halves import half_of, proved_by
from api.signing_in.service import Proved, enter, sign_in
from domain.errors import (
    Conflict,
    EnrolmentDue,
    FieldsInvalid,
    NotEntitled,
    NotFound,
    NotSignedIn,
    SecondFactorDue,
    TooManyTries,
)
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.accounts import SignInSessionRow
from infra.database.tables.audit import AccessRow
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import PersonRow
from tests.api.people.deputyships import name_now
from tests.api.people.test_service import username
from tests.api.support import somebody

PASSWORD = "Shanshui-2026"
WHERE = Where("192.0.2.7", "Firefox")
LATER = timedelta(seconds=30)


@pytest_asyncio.fixture(loop_scope="session")
async def strict(services: Services) -> AsyncIterator[Services]:
    """An installation where chiefs of stations must have a second factor."""
    settings = services.settings.model_copy(update={"second_factor_roles": "station_chief leader"})
    yield replace(services, settings=settings)


async def chief(services: Services) -> tuple[Actor, str]:
    actor = await somebody(services, "station_chief", "station-gushan")
    return actor, await username(services, actor, PASSWORD)


async def enrolled(services: Services, session: Session, actor: Actor, name: str) -> tuple[str, list[str], Token]:
    """The secret of a device that somebody took, his recovery codes, and the sign-in by which he did. Its first code
    was that of the step before, so that the present one is still good.
    """
    token = await sign_in(services, session, name, PASSWORD, WHERE)
    secret = (await offer_device(services, session, actor, "")).secret
    first = pyotp.TOTP(secret).at(datetime.now(UTC) - LATER)
    made = await confirm_device(services, session, actor, token.access_token, first)
    return secret, made.codes, token


async def test_who_has_one_signs_in_with_it_and_so_it_is_on_record(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    there = await sign_in(services, session, name, PASSWORD, WHERE)
    secret, codes, here = await enrolled(services, session, actor, name)
    assert (await person_of(services, here.access_token)).person_id == actor.person_id
    with pytest.raises(NotSignedIn):
        await person_of(services, there.access_token)
    with pytest.raises(SecondFactorDue):
        await sign_in(services, session, name, PASSWORD, WHERE)
    with pytest.raises(NotSignedIn, match="用户名或密码"):
        await sign_in(services, session, name, "wrong", WHERE, pyotp.TOTP(secret).now())
    now = pyotp.TOTP(secret).at(datetime.now(UTC) + LATER)
    await sign_in(services, session, name, PASSWORD, WHERE, now)
    with pytest.raises(NotSignedIn, match="已经用过"):
        await sign_in(services, session, name, PASSWORD, WHERE, now)
    await sign_in(services, session, name, PASSWORD, WHERE, codes[0])
    with pytest.raises(NotSignedIn, match="已经用过"):
        await sign_in(services, session, name, PASSWORD, WHERE, codes[0])
    assert (await own_factor(services, session, actor)).recovery_codes_left == 9
    async with services.database.read() as reading:
        begun = select(col(SignInSessionRow.way), col(SignInSessionRow.factor)).where(
            col(SignInSessionRow.person_id) == actor.person_id).order_by(col(SignInSessionRow.begun_at))  # fmt: skip
        assert (await reading.execute(begun)).all() == [
            ("password", each) for each in ("", "code", "code", "recovery")]  # fmt: skip
        told = select(col(MessageRow.kind)).where(col(MessageRow.person_id) == actor.person_id)
        assert list((await reading.execute(told)).scalars()) == ["second_factor"]
    await services.access.write()
    async with services.database.read() as reading:
        noted = select(col(AccessRow.outcome)).where(
            col(AccessRow.what) == "sign_in", col(AccessRow.concerns) == actor.person_id
        )
        outcomes = list((await reading.execute(noted)).scalars())
    assert {each: outcomes.count(each) for each in outcomes} == {"ok": 4, "second_factor_due": 1, "not_signed_in": 3}


async def test_a_role_that_must_have_one_does_nothing_before_it_has(strict: Services, session: Session) -> None:
    actor, name = await chief(strict)
    token = await sign_in(strict, session, name, PASSWORD, WHERE)
    assert token.enrolment_due
    for path in ("", "/v1/disputes", "/v1/me/second-factor/remove"):
        with pytest.raises(EnrolmentDue):
            await person_of(strict, token.access_token, path)
    for path in ("/v1/me", "/v1/me/second-factor/offer", "/account/second-factor/confirm", "/logout"):
        await person_of(strict, token.access_token, path)
    secret, _, _ = await enrolled(strict, session, actor, name)
    entered = await sign_in(strict, session, name, PASSWORD, WHERE, pyotp.TOTP(secret).now())
    assert not entered.enrolment_due
    await person_of(strict, entered.access_token, "/v1/disputes")
    with pytest.raises(Conflict, match="不能停用"):
        await remove_device(strict, session, actor, pyotp.TOTP(secret).at(datetime.now(UTC) + LATER))
    other = await username(strict, await somebody(strict, "station_deputy", "station-gushan"), PASSWORD)
    await person_of(strict, (await sign_in(strict, session, other, PASSWORD, WHERE)).access_token, "/v1/disputes")


async def test_a_deputy_must_have_what_whom_he_acts_for_must_have(strict: Services, session: Session) -> None:
    represented, _ = await chief(strict)
    deputy = await somebody(strict, "station_deputy", "station-gushan")
    name = await username(strict, deputy, PASSWORD)
    token = await sign_in(strict, session, name, PASSWORD, WHERE)
    await person_of(strict, token.access_token, "/v1/disputes")
    await name_now(strict, represented, deputy)
    with pytest.raises(EnrolmentDue):
        await person_of(strict, token.access_token, "/v1/disputes")


async def test_codes_are_braked_as_passwords_are_and_who_is_signed_in_apart(
    services: Services, session: Session
) -> None:
    actor, name = await chief(services)
    secret, codes, _ = await enrolled(services, session, actor, name)
    for _ in range(3):  # no guess: it does not count
        with pytest.raises(SecondFactorDue):
            await sign_in(services, session, name, PASSWORD, WHERE)
    for number in range(10):
        with pytest.raises(NotSignedIn):
            await sign_in(services, session, name, PASSWORD, WHERE, "00000" if number % 2 else "000000")
    with pytest.raises(TooManyTries):
        await sign_in(services, session, name, PASSWORD, WHERE, pyotp.TOTP(secret).now())
    codes = (await renew_recovery_codes(services, session, actor, codes[0])).codes  # a stranger holds him not back
    for _ in range(10):
        with pytest.raises(FieldsInvalid):
            await renew_recovery_codes(services, session, actor, "000000")
    with pytest.raises(TooManyTries):
        await renew_recovery_codes(services, session, actor, codes[0])
    with pytest.raises(TooManyTries):
        await confirm_device(services, session, actor, "", codes[0])


async def test_a_lost_device_is_reset_by_the_security_administrator(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    _, _, token = await enrolled(services, session, actor, name)
    security = await somebody(services, "admin_security", "county")
    for role in ("supervisor", "admin_system"):
        with pytest.raises(NotEntitled):
            await reset_factor(services, session, await somebody(services, role, "county"), name)
    with pytest.raises(NotEntitled):
        await reset_factor(services, session, security, await username(services, security))
    assert (await reset_factor(services, session, security, name)).username == name
    with pytest.raises(NotSignedIn):
        await person_of(services, token.access_token)
    await sign_in(services, session, name, PASSWORD, WHERE)
    with pytest.raises(NotFound):
        await reset_factor(services, session, security, name)
    async with services.database.read() as reading:
        told = select(col(MessageRow.sealed)).where(col(MessageRow.person_id) == actor.person_id)
        said = [each["said"] for each in (await reading.execute(told)).scalars()]
    assert f"{security.name}重置了您的动态验证码" in said


async def test_half_a_sign_in_is_good_in_its_browser_only(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    await enrolled(services, session, actor, name)
    proved = await enter(services, session, name, PASSWORD, WHERE)
    assert isinstance(proved, Proved)
    half = half_of(services, "this browser", proved)
    found = await proved_by(services, session, "this browser", half)
    assert found is not None
    assert (found.person.person_id, found.way) == (actor.person_id, "password")
    for visit, said in (("another", half), ("this browser", f"{half}x"), ("this browser", "")):
        assert await proved_by(services, session, visit, said) is None
    await session.close()
    async with services.database.write() as writing:
        (await writing.get_one(PersonRow, actor.person_id)).password_hash = "another"
    async with services.database.read() as reading:
        assert await proved_by(services, reading, "this browser", half) is None
