"""Signing in, and who is signed in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pwdlib import PasswordHash
from sqlalchemy import select, update
from sqlmodel import col

from api.core.context import Services
from api.core.deps import Where
from api.people.service import signed_in_person
from api.signing_in.service import SPRAYING, sign_in
from domain.errors import NotSignedIn, TooManyTries
from domain.people.brake import SPRAYED
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import PersonRow
from infra.records.deputies import acting
from tests.api.people.deputyships import name_now
from tests.api.support import somebody

PASSWORD = "correct horse"
WHERE = Where("192.0.2.7", "Firefox")


async def username(services: Services, actor: Actor, password: str | None = None) -> str:
    """The username of a person, who gets a password."""
    async with services.database.write() as session:
        row = await session.get_one(PersonRow, actor.person_id)
        if password:
            row.password_hash = PasswordHash.recommended().hash(password)
        return row.username


async def test_a_password_that_fits_gets_a_token_of_the_person(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    name = await username(services, chief, PASSWORD)
    token = await sign_in(services, session, name, PASSWORD, WHERE)
    signed_in = await services.sessions.of(token.access_token, datetime.now(UTC))
    assert signed_in.person_id == chief.person_id
    assert (token.token_type, token.expires_in) == ("bearer", services.settings.token_hours * 3600)
    with pytest.raises(NotSignedIn):
        await sign_in(services, session, name, "wrong", WHERE)
    with pytest.raises(NotSignedIn):
        await sign_in(services, session, "nobody", PASSWORD, WHERE)


async def test_nobody_without_an_account_any_more_signs_in(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-baiyang")
    name = await username(services, chief, PASSWORD)
    async with services.database.write() as writing:
        await writing.execute(update(PersonRow).where(col(PersonRow.person_id) == chief.person_id).values(active=False))
    with pytest.raises(NotSignedIn):
        await sign_in(services, session, name, PASSWORD, WHERE)


async def test_after_ten_failures_even_the_right_password_waits(services: Services, session: Session) -> None:
    name = await username(services, await somebody(services, "station_deputy", "station-gushan"), PASSWORD)
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            await sign_in(services, session, name, "wrong", WHERE)
    with pytest.raises(TooManyTries):
        await sign_in(services, session, name, PASSWORD, WHERE)


async def test_no_connection_is_held_while_a_password_is_hashed(
    services: Services, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    async def verify(password: str, stored: str | None) -> bool:
        held.append(session.in_transaction())
        return True

    monkeypatch.setattr(services.hashing, "verify", verify)
    name = await username(services, await somebody(services, "supervisor", "county"))
    await sign_in(services, session, name, "x", WHERE)
    assert held == [False]


async def test_who_guesses_at_everybody_is_told_of_once_an_hour(services: Services, session: Session) -> None:
    """Spraying: one guess at each of many accounts from one address."""
    security = await somebody(services, "admin_security", "county")
    for n in range(SPRAYED.most + 3):
        with pytest.raises(NotSignedIn):
            await sign_in(services, session, f"person{n}", "Sommer-2026", WHERE)
    told = select(MessageRow).where(col(MessageRow.person_id) == security.person_id, col(MessageRow.kind) == SPRAYING)
    [message] = (await session.execute(told)).scalars()
    assert WHERE.address in message.sealed["text"]


async def test_sixty_guesses_at_once_are_ten(services: Services, session: Session) -> None:
    """“forged … 60 parallel guesses (≥ 50 × 429)”, and the person still comes in from where he did before."""
    chief = await somebody(services, "station_chief", "station-gushan")
    name = await username(services, chief, PASSWORD)
    mine = Where("192.0.2.50", "Firefox", keeps="kept by his browser")
    await sign_in(services, session, name, PASSWORD, mine)

    async def guess(n: int) -> type[Exception]:
        async with services.database.read() as own:
            try:
                await sign_in(services, own, name, f"guess {n}", Where(f"198.51.100.{n}", "curl"))
            except (NotSignedIn, TooManyTries) as refused:
                return type(refused)
        raise AssertionError

    guessed = await asyncio.gather(*(guess(n) for n in range(60)))
    assert (guessed.count(NotSignedIn), guessed.count(TooManyTries)) == (10, 50)
    with pytest.raises(TooManyTries):
        await sign_in(services, session, name, PASSWORD, WHERE)
    known = Where("192.0.2.50", "Firefox", known_as="kept by his browser")
    assert (await sign_in(services, session, name, PASSWORD, known)).access_token


async def test_me_names_the_posts_held_and_those_deputised_for(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    deputy = await somebody(services, "station_deputy", "station-gushan")
    await name_now(services, chief, deputy)
    actor = await acting(session, deputy.person_id, datetime.now(UTC))
    assert actor
    me = await signed_in_person(session, actor)
    assert me.person_id == deputy.person_id
    assert ("station_deputy", "station-gushan") in {(post.role, post.organisation.code) for post in me.posts}
    [represented] = me.deputising_for
    assert (represented.person_id, represented.name) == (chief.person_id, chief.name)
    assert "station_chief" in {post.role for post in represented.posts}
