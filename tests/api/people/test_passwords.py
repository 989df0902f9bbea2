"""One's own password, and a one-time code from the administrator of security."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.core.context import Services
from api.core.deps import Where, person_of
from api.people.password_service import change_password, reset_password
from api.people.schemas import PasswordIn, Token
from api.signing_in.service import sign_in
from domain.errors import FieldsInvalid, NotEntitled, NotFound, NotSignedIn, PasswordDue
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.people import PersonRow
from tests.api.people.test_service import username
from tests.api.support import somebody

OLD, NEW = "Shanshui-2026", "Jinhua-Wuyi-27"
WHERE = Where("192.0.2.7", "Firefox")


async def chief(services: Services) -> tuple[Actor, str]:
    """Somebody with the password `OLD`, and his username."""
    actor = await somebody(services, "station_chief", "station-gushan")
    return actor, await username(services, actor, OLD)


async def into(services: Services, session: Session, name: str, password: str) -> Token:
    return await sign_in(services, session, name, password, WHERE)


async def change(services: Services, session: Session, actor: Actor, token: Token, old: str, new: str) -> int:
    return (await change_password(services, session, actor, token.access_token, PasswordIn(old=old, new=new))).ended


async def lacks(services: Services, session: Session, actor: Actor, token: Token, old: str, new: str) -> str:
    with pytest.raises(FieldsInvalid) as refused:
        await change(services, session, actor, token, old, new)
    [error] = refused.value.errors
    return f"{error['field']}: {error['message']}"


async def test_with_a_new_password_every_other_sign_in_ends(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    here, there = await into(services, session, name, OLD), await into(services, session, name, OLD)
    assert await change(services, session, actor, here, OLD, NEW) == 1
    assert (await person_of(services, here.access_token)).person_id == actor.person_id
    with pytest.raises(NotSignedIn):
        await person_of(services, there.access_token)
    with pytest.raises(NotSignedIn):
        await into(services, session, name, OLD)
    await into(services, session, name, NEW)


async def test_one_that_will_not_do_is_refused_and_changes_nothing(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    token = await into(services, session, name, OLD)
    assert "原口令" in await lacks(services, session, actor, token, "wrong", NEW)
    assert "至少10位" in await lacks(services, session, actor, token, OLD, "Kurz-1")
    assert "不能与现在的" in await lacks(services, session, actor, token, OLD, OLD)
    await change(services, session, actor, token, OLD, NEW)
    assert "最近5次" in await lacks(services, session, actor, token, NEW, OLD)
    for number in range(5):
        last = NEW if not number else f"Shuxin-Cun-{number}x"
        await change(services, session, actor, token, last, f"Shuxin-Cun-{number + 1}x")
    await change(services, session, actor, token, "Shuxin-Cun-5x", OLD)


async def test_a_code_opens_nothing_but_the_choice_of_a_password(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    before = await into(services, session, name, OLD)
    security = await somebody(services, "admin_security", "county")
    code = await reset_password(services, session, security, name)
    with pytest.raises(NotSignedIn):
        await person_of(services, before.access_token)
    with pytest.raises(NotSignedIn):
        await into(services, session, name, OLD)
    token = await into(services, session, name, code.code)
    assert token.password_due
    with pytest.raises(PasswordDue):
        await person_of(services, token.access_token, "/v1/disputes")
    with pytest.raises(PasswordDue):
        await person_of(services, token.access_token)
    assert (await person_of(services, token.access_token, "/v1/me/password")).person_id == actor.person_id
    await change(services, session, actor, token, code.code, NEW)
    assert (await person_of(services, token.access_token, "/v1/disputes")).person_id == actor.person_id
    assert not (await into(services, session, name, NEW)).password_due
    assert "不能与现在的" in await lacks(services, session, actor, token, NEW, OLD), "it was his before the code"


async def test_a_code_serves_for_a_day(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    code = await reset_password(services, session, await somebody(services, "admin_security", "county"), name)
    assert timedelta(hours=23) < code.until - datetime.now(UTC) <= timedelta(hours=24)
    async with services.database.write() as writing:
        (await writing.get_one(PersonRow, actor.person_id)).password_until = datetime.now(UTC)
    with pytest.raises(NotSignedIn, match="已过期"):
        await into(services, session, name, code.code)


async def test_an_old_password_is_due(services: Services, session: Session) -> None:
    actor, name = await chief(services)
    days = timedelta(days=services.settings.password_days)
    async with services.database.write() as writing:
        (await writing.get_one(PersonRow, actor.person_id)).password_at = datetime.now(UTC) - days
    assert (await into(services, session, name, OLD)).password_due


async def test_codes_are_given_by_who_administers_security_and_not_to_oneself(
    services: Services, session: Session
) -> None:
    _, name = await chief(services)
    security = await somebody(services, "admin_security", "county")
    for role in ("supervisor", "admin_system", "admin_audit"):
        with pytest.raises(NotEntitled):
            await reset_password(services, session, await somebody(services, role, "county"), name)
    with pytest.raises(NotEntitled):
        await reset_password(services, session, security, await username(services, security))
    with pytest.raises(NotFound):
        await reset_password(services, session, security, "nobody")
