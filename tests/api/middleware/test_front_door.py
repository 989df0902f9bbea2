"""The front door as an attacker tries it: another's address, another's name, a cookie without TLS, a seat too many."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from api.app import create_app
from api.core.context import Services
from api.middleware.front_door import HSTS
from domain.people.brake import OF_ADDRESS
from infra.demo.load import PASSWORD
from infra.records.access_log.reading import Wanted, accesses
from tests.api.middleware.serving import serving
from tests.api.support import somebody

PROXY, STRANGER, DESK = "10.9.0.7", "203.0.113.9", "10.1.2.3"
DOOR = {"hosts": "santui.example.cn", "trusted_proxies": "10.9.0.0/24, fd00::7"}
HOST = "santui.example.cn"
SOMEBODY = "county-supervisor-1"


@asynccontextmanager
async def asking(services: Services, peer: str, host: str = HOST, **door: object) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody connected from an address; the answers come from the application itself."""
    app = create_app(services.settings.model_copy(update=DOOR | door))
    app.state.services = services
    transport = httpx2.ASGITransport(app, client=(peer, 5))
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        yield client


async def noted(services: Services) -> list[str]:
    """The addresses on record of sign-ins, the oldest first."""
    await services.access.write()
    async with services.database.read() as session:
        rows = [each.row for each in await accesses(session, Wanted(), limit=99)][::-1]
    return [row.sealed["address"] for row in rows if row.what == "sign_in"]


def guess(name: str) -> dict[str, str]:
    return {"username": name, "password": "a wrong one"}


async def test_a_forged_forwarded_for_changes_neither_the_brake_nor_the_note(services: Services) -> None:
    async with services.database.read() as session:
        for n in range(OF_ADDRESS[0].most - 1):  # as many as are let through, but one
            await services.sign_ins.begin(session, f"nobody-{n}", address=STRANGER)
    async with asking(services, STRANGER) as client:
        for n, status in ((1, 401), (2, 429)):
            forged = f"198.51.100.{n}"
            headers = {"X-Forwarded-For": forged, "X-Real-IP": forged, "Forwarded": f"for={forged}"}
            answer = await client.post("/v1/auth/token", data=guess(f"somebody-{n}"), headers=headers)
            assert answer.status_code == status
    assert set(await noted(services)) == {STRANGER}
    # Nor does what a stranger writes before the proxy adds who he is; the neighbour behind the same proxy is not held.
    async with asking(services, f"::ffff:{PROXY}") as client:
        chain = {"X-Forwarded-For": f"127.0.0.1, 198.51.100.1, {STRANGER}, 10.9.0.3"}
        assert (await client.post("/v1/auth/token", data=guess("nobody"), headers=chain)).status_code == 429
        own = {"X-Forwarded-For": f"::ffff:{DESK}"}
        right = {"username": SOMEBODY, "password": PASSWORD}
        assert (await client.post("/v1/auth/token", data=right, headers=own)).status_code == 200
        for nonsense in ("unknown", "_hidden", ""):  # then who spoke is all there is
            answer = await client.post("/v1/auth/token", data=guess("x"), headers={"X-Forwarded-For": nonsense})
            assert answer.status_code == 401
    assert (await noted(services))[-5:] == [STRANGER, DESK, PROXY, PROXY, PROXY]


async def test_only_names_of_ours_are_answered(services: Services) -> None:
    for host, peer, status in (
        (HOST, STRANGER, 200), (f"{HOST.upper()}:8443", STRANGER, 200), ("evil.example.cn", STRANGER, 421),
        (f"{HOST}.evil.cn", STRANGER, 421), ("localhost", STRANGER, 421), ("127.0.0.1:8000", "127.0.0.1", 200),
        ("[::1]:8000", "::1", 200), (f"evil@{HOST}", STRANGER, 400), (f"{HOST}/x", STRANGER, 400), ("", STRANGER, 400),
        ("127.0.0.1", PROXY, 421),
    ):  # fmt: skip
        async with asking(services, peer) as client:
            answer = await client.get("/healthz", headers={"Host": host})
        assert answer.status_code == status, host
        if status != 200:
            assert answer.headers["content-type"] == "application/problem+json"
            assert re.search("[一-鿿]", answer.json()["title"])
            assert "evil" not in answer.text
    async with asking(services, STRANGER, hosts=None) as client:  # development: this machine's own names
        assert (await client.get("/healthz", headers={"Host": "localhost:8000"})).status_code == 200
        assert (await client.get("/healthz")).json()["code"] == "host_unknown"


@pytest.mark.parametrize(
    ("peer", "proto", "production", "secure"),
    [(PROXY, "https", False, True), (STRANGER, "https", False, False), (PROXY, "http", False, False),
     (PROXY, "", True, True)],
)  # fmt: skip
async def test_cookies_are_bound_to_the_host_wherever_there_is_tls(
    services: Services, peer: str, proto: str, production: bool, secure: bool
) -> None:
    """RFC 6265bis 4.1.3.2: a cookie named `__Host-` is `Secure`, has `Path=/` and no `Domain`; ASVS 3.4.1 to 3.4.5."""
    given = {"X-Forwarded-For": DESK} | ({"X-Forwarded-Proto": proto} if proto else {})
    async with asking(services, peer, production=production) as client:
        client.headers.update(given)
        page = await client.get("/login")
        assert page.headers.get("strict-transport-security") == (HSTS if secure else None)
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        visit = page.headers["set-cookie"].partition(";")[0]
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        form = {"username": SOMEBODY, "password": PASSWORD, "csrf": token[1], "next": "/"}
        answer = await client.post("/login", data=form, headers={"Cookie": visit})
        assert answer.status_code == 303
        cookies = answer.headers.get_list("set-cookie")
        assert {each.partition("=")[0] for each in cookies} == {
            f"{'__Host-' if secure else ''}santui_{name}" for name in ("session", "device", "visit")
        }
        for each in cookies:
            flags = {flag.strip().lower() for flag in each.split(";")[1:]}
            assert {"httponly", "path=/", "samesite=lax"} <= flags
            assert ("secure" in flags) is secure
            assert not any(flag.startswith("domain") for flag in flags)
        session = next(each for each in cookies if "session" in each).partition(";")[0]
        client.cookies.clear()
        assert (await client.get("/account", headers={"Cookie": session})).status_code == 200
        # A plain cookie that a neighbour planted is nobody's behind TLS.
        client.cookies.clear()
        planted = session.removeprefix("__Host-")
        asked = await client.get("/account", headers={"Cookie": planted})
        assert asked.status_code == (303 if secure else 200)


async def test_behind_a_proxy_each_address_has_its_own_number_of_requests(services: Services) -> None:
    who = await somebody(services, "supervisor", "county")
    door = {"trusted_proxies": "127.0.0.1", "connections_per_address": 2}
    async with serving(services, who, **door) as served:
        stream = "GET /v1/events HTTP/1.1\nX-Forwarded-For: "
        held = [await served.wire(stream + STRANGER) for _ in range(2)]
        assert [await wire.status() for wire in held] == [200, 200]
        assert await (await served.wire(stream + f"1.1.1.1, {STRANGER}")).status() == 429
        neighbour = await served.wire(stream + DESK)
        assert await neighbour.status() == 200
        network = [await served.wire(f"{stream}2001:db8:0:1::{n}") for n in (1, 2)]  # of IPv6 a /64 is one
        assert [await wire.status() for wire in network] == [200, 200]
        assert await (await served.wire(f"{stream}2001:db8:0:1:a:b:c:d")).status() == 429
        for wire in (*held, neighbour, *network):
            wire.close()
        await asyncio.sleep(0.1)
