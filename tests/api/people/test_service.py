"""Signing in, and who is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pwdlib import PasswordHash
from sqlalchemy import update
from sqlmodel import col

from api.core.context import Services
from api.people import service
from api.people.service import sign_in, signed_in_person
from domain.errors import NotSignedIn, TooManyTries
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.people import PersonRow
from infra.records.deputies import acting
from tests.api.people.deputyships import name_now
from tests.api.support import somebody

PASSWORD = "correct horse"


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
    token = await sign_in(services, session, name, PASSWORD)
    assert services.tokens.person(token.access_token) == chief.person_id
    assert (token.token_type, token.expires_in) == ("bearer", services.settings.token_hours * 3600)
    with pytest.raises(NotSignedIn):
        await sign_in(services, session, name, "wrong")
    with pytest.raises(NotSignedIn):
        await sign_in(services, session, "nobody", PASSWORD)


async def test_nobody_without_an_account_any_more_signs_in(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-baiyang")
    name = await username(services, chief, PASSWORD)
    async with services.database.write() as writing:
        await writing.execute(update(PersonRow).where(col(PersonRow.person_id) == chief.person_id).values(active=False))
    with pytest.raises(NotSignedIn):
        await sign_in(services, session, name, PASSWORD)


async def test_after_ten_failures_even_the_right_password_waits(
    services: Services, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "verify_password", lambda _, password, __: password == PASSWORD)
    name = await username(services, await somebody(services, "station_deputy", "station-gushan"))
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            await sign_in(services, session, name, "wrong")
    with pytest.raises(TooManyTries):
        await sign_in(services, session, name, PASSWORD)


async def test_no_connection_is_held_while_a_password_is_hashed(
    services: Services, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def verify(hasher: PasswordHash, password: str, stored: str | None) -> bool:
        held.append(session.in_transaction())
        return True

    monkeypatch.setattr(service, "verify_password", verify)
    await sign_in(services, session, await username(services, await somebody(services, "supervisor", "county")), "x")
    assert held == [False]


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
