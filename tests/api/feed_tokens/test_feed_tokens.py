"""A program's token: what it opens and what never, when it dies, and what it leaves on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pyotp
import pytest
from sqlalchemy import select, update
from sqlmodel import col

from api.app import create_app
from api.core.context import Services
from api.core.deps import person_of
from api.feed_tokens.schemas import FeedTokenIn
from api.feed_tokens.service import end_token, make_token, own_tokens
from api.people.password_service import reset_password
from api.people.session_service import end_others
from api.signing_in.factor_service import confirm_device, offer_device
from api.signing_in.proving_again import NEW
from domain.errors import Conflict, FieldsInvalid, NotFound, NotSignedIn
from domain.people.feed_tokens import MOST, PREFIX, SCOPES, ScopeName, allows
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.accounts import SignInSessionRow
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import PersonRow
from infra.records.access_log.reading import Wanted, accesses
from infra.records.signing_in.sessions import Sessions, digest, end_sessions
from tests.api.intake.test_service import report
from tests.api.people.test_service import username
from tests.api.support import somebody
from tests.sign_ins import token_of

FEED, PASSWORD = "10.20.0.8", "Shanshui-2026"


@asynccontextmanager
async def program(services: Services, token: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A program with a token, at an address of its own."""
    app = create_app(services.settings)
    app.state.services = services
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(app, client=(FEED, 5))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client


async def made(services: Services, actor: Actor, *scopes: ScopeName, days: int | None = None) -> str:
    """A token of somebody."""
    await username(services, actor, PASSWORD)
    own = await token_of(services.database, actor.person_id)
    return await made_by(services, actor, own, *scopes, days=days, password=PASSWORD)


async def made_by(
    services: Services, actor: Actor, own: str, *scopes: ScopeName, days: int | None = None, **proof: str
) -> str:
    """A token of somebody by one of his sign-ins."""
    asked = FeedTokenIn(purpose="110 接处警平台", scopes=list(scopes), days=days, **proof)
    async with services.database.read() as session:
        return (await make_token(services, session, actor, own, asked)).token


async def dead(services: Services, token: str) -> bool:
    """Whether nobody is let in by it."""
    try:
        await person_of(services, token, "/v1/calendar")
    except NotSignedIn:
        return True
    return False


def test_scopes_open_no_more_than_they_say() -> None:
    """[DESIGN] A list of what is allowed: whatever is added later is closed."""
    everything = set(SCOPES)
    for method, path in (
        ("GET", "/v1/me"), ("POST", "/v1/me/tokens"), ("GET", "/v1/me/tokens"), ("POST", "/v1/me/password"),
        ("POST", "/v1/disputes/D2026-000001/unmask"), ("GET", "/v1/disputes"), ("GET", "/"), ("GET", ""),
        ("POST", "/v1/auth/logout"), ("GET", "/v1/indicators/cases"), ("GET", "/v1/incidents/a/b"),
        ("DELETE", "/v1/incidents/a"), ("POST", "/v1/incidents/"), ("POST", "/v1/incidentsx"), ("GET", "/events"),
    ):  # fmt: skip
        assert not allows(everything, method, path), path
    assert allows({"incidents:write"}, "POST", "/v1/incidents/1/notes")
    assert not allows({"indicators:read"}, "POST", "/v1/incidents")
    assert not allows({"no:more"}, "GET", "/v1/indicators")


async def test_a_feed_reports_and_does_nothing_else_and_each_use_says_that_it_was_a_program(
    services: Services, session: Session
) -> None:
    who = await somebody(services, "call_taker", "bureau")
    token = await made(services, who, "incidents:write", "calendar:read")
    assert token.startswith(PREFIX)
    async with program(services, token) as client:
        taken = await client.post("/v1/incidents", json=report().model_dump(mode="json"))
        assert taken.status_code == 201
        assert (await client.get("/v1/calendar")).status_code == 200
        for method, path, body in (
            ("GET", "/v1/me", None), ("GET", "/v1/disputes", None), ("GET", "/v1/indicators", None),
            ("POST", "/v1/me/tokens", {"purpose": "又一个", "scopes": ["events:read"]}),
            ("POST", "/v1/me/password", {"old": "Shanshui-2026", "new": "Jinhua-Wuyi-27"}),
            ("POST", f"/v1/disputes/{taken.json()['dispute_no']}/unmask", {"purpose": "visit"}),
            ("POST", "/codec/decode", {"payloads": []}),
        ):  # fmt: skip
            answer = await client.request(method, path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope"), path
        as_cookie = await client.get("/account", headers={"Authorization": "", "Cookie": f"santui_session={token}"})
        assert as_cookie.status_code == 403
    [shown] = await own_tokens(services, session, who)
    assert (shown.address, shown.used_at is not None, shown.scopes) == (
        FEED, True, ["incidents:write", "calendar:read"],
    )  # fmt: skip
    await services.access.write()
    async with services.database.read() as reading:
        rows = [each.row for each in await accesses(reading, Wanted(), limit=99)][::-1]
    by_program = [row for row in rows if row.sealed.get("program") == "110 接处警平台"]
    assert {(row.person_id, row.session_id, row.sealed["address"]) for row in by_program} == {
        (who.person_id, digest(token)[:16], FEED)
    }
    words = [(row.what, row.outcome) for row in by_program]
    assert ("incident:report", "ok") in words
    assert ("get:/v1/calendar", "ok") in words, "of a program everything is noted"
    assert ("refused", "not_entitled") in words
    assert "tokens:make" in [row.what for row in rows]
    async with services.database.read() as reading:
        told = select(col(MessageRow.kind)).where(col(MessageRow.person_id) == who.person_id)
        assert "feed_token" in (await reading.execute(told)).scalars().all()
    assert services.settings.sqlite_path
    stored = b"".join(path.read_bytes() for path in services.settings.var.glob("santui.db*"))
    assert token.encode() not in stored
    assert "110 接处警平台".encode() not in stored


async def test_a_token_may_no_more_than_its_person_may(services: Services) -> None:
    who = await somebody(services, "auditor", "county")
    async with program(services, await made(services, who, "incidents:write")) as client:
        answer = await client.post("/v1/incidents", json=report().model_dump(mode="json"))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_entitled")


async def test_a_token_ends_when_it_is_ended_with_its_time_and_with_what_its_person_loses(
    services: Services, session: Session
) -> None:
    who, security = [await somebody(services, role, "county") for role in ("supervisor", "admin_security")]
    own = await token_of(services.database, who.person_id)
    token, other = await made(services, who, "calendar:read"), await made(services, who, "calendar:read", days=1)
    with pytest.raises(NotFound):
        await end_token(services, security, digest(token))
    assert await end_others(services, who, own) >= 0
    async with services.database.write() as writing:
        await end_sessions(writing, who.person_id, datetime.now(UTC), "password", who.person_id)
    assert not await dead(services, token), "what he does to his sign-ins leaves the feeds"
    with pytest.raises(NotFound):
        await end_token(services, who, digest(own))
    assert (await end_token(services, who, digest(token))).ended == 1
    assert await dead(services, token)
    # Its day comes, however busy it is; and it is not over because nobody used it for long.
    again = Sessions(services.database, services.settings.sign_in_lasting)
    now = datetime.now(UTC)
    assert (await again.of(other, now + timedelta(hours=23))).person_id == who.person_id
    with pytest.raises(NotSignedIn):
        await again.of(other, now + timedelta(hours=25))
    async with services.database.read() as reading:
        name = (await reading.get_one(PersonRow, who.person_id)).username
    await reset_password(services, session, security, name)
    assert await dead(services, other)
    async with services.database.read() as reading:
        row = await reading.get_one(SignInSessionRow, digest(other))
    assert row.how == "reset"


async def test_nobody_has_more_than_so_many_nor_for_longer_than_is_allowed(services: Services) -> None:
    who = await somebody(services, "supervisor", "county")
    with pytest.raises(FieldsInvalid):
        await made(services, who, "events:read", days=services.settings.feed_token_days + 1)
    for _ in range(MOST):
        await made(services, who, "events:read")
    with pytest.raises(Conflict):
        await made(services, who, "events:read")


async def test_who_makes_one_proves_himself_again(services: Services, session: Session) -> None:
    who = await somebody(services, "supervisor", "county")
    await username(services, who, PASSWORD)
    own = await token_of(services.database, who.person_id)
    for wrong in ("", "another"):
        with pytest.raises(FieldsInvalid) as refused:
            await made_by(services, who, own, "events:read", password=wrong)
        assert [each["field"] for each in refused.value.errors] == ["password"]
    assert await made_by(services, who, own, "events:read", password=PASSWORD)
    # Whom a provider sent may have no password: his sign-in is a new one.
    ways = update(SignInSessionRow).where(col(SignInSessionRow.session_id) == digest(own))
    now = datetime.now(UTC)
    for begun, new in ((now, True), (now - NEW - timedelta(seconds=1), False)):
        async with services.database.write() as writing:
            await writing.execute(ways.values(way="provider", begun_at=begun))
        if new:
            assert await made_by(services, who, own, "events:read")
        else:
            with pytest.raises(FieldsInvalid) as refused:
                await made_by(services, who, own, "events:read")
            assert "重新登录" in refused.value.errors[0]["message"]
    # Who has a second factor shows a code of it, however he came.
    secret = (await offer_device(services, session, who, "")).secret
    await confirm_device(services, session, who, own, pyotp.TOTP(secret).at(now - timedelta(seconds=30)))
    with pytest.raises(FieldsInvalid) as refused:
        await made_by(services, who, own, "events:read", password=PASSWORD)
    assert [each["field"] for each in refused.value.errors] == ["otp"]
    code = pyotp.TOTP(secret).now()
    assert await made_by(services, who, own, "events:read", otp=code)
    with pytest.raises(FieldsInvalid):
        await made_by(services, who, own, "events:read", otp=code)
