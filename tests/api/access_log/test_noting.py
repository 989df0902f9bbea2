"""What requests leave behind: who, from where, by which sign-in, in whose name; and when it is on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi.routing import APIRoute

from api.access_log.routes import SILENT, WORDS
from api.app import ENDPOINTS, PAGES, create_app
from api.core.context import Services
from api.messages import pages as message_pages
from api.operations import drill_endpoints, drill_pages
from api.people.deputy_service import name_deputy
from api.tasks.schemas import Answering
from api.tasks.service import decide
from api.web.session import SESSION
from bench.looks import person
from domain.errors import Conflict, NotEntitled, NotSignedIn, StoreUnavailable, TooManyTries
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.audit import AccessRow
from infra.demo.load import PASSWORD
from infra.records.access_log import log as access
from infra.records.access_log.reading import Wanted, accesses
from infra.records.signing_in.sessions import digest
from infra.records.signing_in.tries import TRIES
from tests.api.engine import LivingEngine
from tests.api.people.deputyships import naming
from tests.api.support import asked, dispute, may_answer, somebody
from tests.sign_ins import token_of


@asynccontextmanager
async def browser(services: Services, who: str = "") -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """A program of somebody, or of nobody, and his token; the answers come from the application itself."""
    app = create_app(services.settings)
    app.state.services = services
    token = await token_of(services.database, who) if who else ""
    headers = {"Authorization": f"Bearer {token}"} if who else {}
    transport = httpx2.ASGITransport(app, client=("10.1.2.3", 5))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client, token


async def on_record(services: Services, *, write: bool = True) -> list[AccessRow]:
    """The entries, the oldest first; without `write` those that are written already."""
    if write:
        await services.access.write()
    async with services.database.read() as session:
        return [each.row for each in await accesses(session, Wanted(), limit=99)][::-1]


async def test_whatever_is_read_is_noted_with_who_from_where_and_what_was_shown(services: Services) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    async with browser(services, chief.person_id) as (client, token):
        for path in ("/v1/disputes?q=李某强", f"/v1/disputes/{number}", f"/v1/disputes/{number}/timeline",
                     f"/v1/disputes/{number}/contacts", "/v1/people?q=王", "/v1/disputes?q=李某强",
                     "/v1/disputes/D1999-000001", "/v1/me"):  # fmt: skip
            await client.get(path)
    rows = await on_record(services)
    assert [(row.what, row.dispute_no, row.outcome) for row in rows] == [
        ("search", None, "ok"), ("read", number, "ok"), ("timeline", number, "ok"), ("contacts", number, "ok"),
        ("people", None, "ok"), ("read", "D1999-000001", "not_found"),
    ]  # fmt: skip
    assert {(row.person_id, row.session_id, row.posts, row.sealed["address"]) for row in rows} == {
        (chief.person_id, digest(token)[:16], "station_chief@/county/bureau/station-gushan", "10.1.2.3")
    }
    assert rows[0].sealed["asked"]["q"] == "李某强"
    assert (rows[0].sealed["count"], rows[0].sealed["shown"]) == (0, [])
    assert services.settings.sqlite_path
    stored = b"".join(p.read_bytes() for p in services.settings.var.glob("santui.db*"))
    assert "李某强".encode() not in stored
    assert b"10.1.2.3" not in stored


async def test_a_deputy_reads_in_the_name_of_whom_he_represents(services: Services, session: Session) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    deputy = await somebody(services, "station_deputy", "station-baiyang")
    await name_deputy(services, session, chief, naming(deputy), None)
    async with browser(services, deputy.person_id) as (client, _):
        assert (await client.get(f"/v1/disputes/{number}")).status_code == 200
    async with browser(services, chief.person_id) as (client, _):
        own = (await client.get("/v1/me/access")).json()["items"]
    named, read = await on_record(services)
    assert (named.what, named.concerns) == ("deputy:name", chief.person_id)
    assert (read.person_id, read.on_behalf_of) == (deputy.person_id, chief.person_id)
    assert read.posts == "station_chief@/county/bureau/station-gushan"
    assert [(each["what"], each["name"], each["in_my_name"]) for each in own] == [
        ("read", deputy.name, True), ("deputy:name", chief.name, False),
    ]  # fmt: skip


async def test_sign_ins_good_and_bad_are_on_record_before_the_answer(services: Services) -> None:
    who = person("station_chief", "station-gushan")
    async with browser(services) as (client, _):
        for username, password in ((who.username, "wrong"), ("p4ssw0rd-typed-here", "wrong"), (who.username, PASSWORD)):
            answer = await client.post("/v1/auth/token", data={"username": username, "password": password})
        assert services.access.backlog == 0
        await client.post("/v1/auth/logout", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
        for _ in range(TRIES + 3):
            await client.post("/v1/auth/token", data={"username": "nobody", "password": "wrong"})
    bad, unknown, good, out, *guesses = await on_record(services, write=False)
    wrong, held = NotSignedIn.code, TooManyTries.code
    assert [(row.what, row.outcome, row.person_id, row.concerns) for row in (bad, unknown, good, out)] == [
        ("sign_in", wrong, None, who.person_id), ("sign_in", wrong, None, None),
        ("sign_in", "ok", who.person_id, who.person_id), ("sign_ins:end", "ok", who.person_id, None),
    ]  # fmt: skip
    assert good.session_id == out.session_id == digest(answer.json()["access_token"])[:16]
    assert unknown.sealed["account"] == "p4ssw0rd-typed-here"
    assert [row.outcome for row in guesses] == [*[wrong] * TRIES, held], "who goes on guessing fills no log"
    stored = b"".join(p.read_bytes() for p in services.settings.var.glob("santui.db*"))
    assert b"p4ssw0rd" not in stored


async def test_a_decision_is_noted_in_the_transaction_that_shows_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    task = asked(engine, await dispute(services), "confirm_triage")
    by = await may_answer(services, task)
    await decide(services, session, by, task.task_id, Answering(decision="confirm"), "k")
    assert services.access.backlog == 0
    [row] = await on_record(services, write=False)
    assert (row.what, row.person_id, row.outcome) == ("decide:confirm_triage", by.person_id, "ok")
    assert row.posts.split()[0].startswith(by.posts[0].role)


async def test_what_is_undone_was_not_done_and_a_refusal_stays(services: Services) -> None:
    async def undone(outcome: str) -> None:
        async with services.database.write() as writing, services.access.within(writing):
            services.access.note("p", None, "accounts:open", outcome)
            raise Conflict

    for outcome in (access.OK, NotEntitled.code):
        with pytest.raises(Conflict):
            await undone(outcome)
    assert [row.outcome for row in await on_record(services)] == [NotEntitled.code]


async def test_where_nothing_more_can_be_noted_a_request_waits_for_room(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "FULL", 3)
    monkeypatch.setattr(access, "PATIENCE", 0.3)
    chief = await somebody(services, "station_chief", "station-gushan")
    async with browser(services, chief.person_id) as (client, _):
        for _ in range(3):
            services.access.note("p", None, "read")
        assert (await client.get("/v1/disputes")).status_code == 200
        assert len(await on_record(services, write=False)) == 3
        for _ in range(3):
            services.access.note("p", None, "read")

        async def away(rows: list[AccessRow]) -> None:
            raise StoreUnavailable

        monkeypatch.setattr(services.access, "_put", away)
        assert (await client.get("/v1/disputes")).status_code == 503


def test_the_table_of_words_names_routes_that_there_are() -> None:
    routers = [*(room.router for room in (*ENDPOINTS, *PAGES, drill_endpoints, drill_pages)), message_pages.wire]
    found = [route for router in routers for route in router.routes]
    there = {f"{method} {r.path}" for r in found if isinstance(r, APIRoute) for method in r.methods or ()}
    assert WORDS.keys() <= there
    assert {f"GET {path}" for path in SILENT} <= there


async def test_who_answers_for_a_case_sees_who_read_it_and_nobody_else(services: Services) -> None:
    number = await dispute(services)
    chief, officer, reader = [
        await somebody(services, role, at)
        for role, at in (("station_chief", "station-gushan"), ("bureau_analyst", "bureau"), ("supervisor", "county"))
    ]
    services.access.note(reader.person_id, number, "read", by=reader)
    path = f"/v1/disputes/{number}/access"
    async with browser(services, chief.person_id) as (client, _):
        seen = (await client.get(path)).json()["items"]
    assert [(each["what"], each["name"], each["posts"][0]["role_name"]) for each in seen] == [
        ("access:case", chief.name, "派出所所长"), ("read", reader.name, "督查员"),
    ]  # fmt: skip
    assert {"address", "session_id", "person_id"}.isdisjoint(seen[0])
    async with browser(services, officer.person_id) as (client, _):
        assert (await client.get(path)).status_code == 403
    stranger: Actor = await somebody(services, "station_chief", "station-baiyang")
    async with browser(services, stranger.person_id) as (client, _):
        assert (await client.get(path)).status_code == 404


async def test_a_supervisor_reads_of_one_person_what_he_did_by_a_post_below(services: Services) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    supervisor, auditor = [await somebody(services, role, "county") for role in ("supervisor", "auditor")]
    below = supervisor.model_copy(update={"posts": [*chief.posts]})
    services.access.note(chief.person_id, "D2026-000001", "read", by=chief)
    services.access.note(chief.person_id, "D2026-000002", "read", by=below.model_copy(update={"posts": []}))
    path = f"/v1/audit/access?person={chief.person_id}"
    async with browser(services, supervisor.person_id) as (client, _):
        assert (await client.get("/v1/audit/access")).status_code == 403
        assert (await client.get(f"/v1/audit/access.csv?reason=核查&person={chief.person_id}")).status_code == 403
        seen = (await client.get(path)).json()["items"]
        assert (await client.get(f"{path}&day=2020-01-01")).json()["items"] == []
    assert [(each["dispute_no"], "address" in each) for each in seen] == [("D2026-000001", False)]
    async with browser(services, auditor.person_id) as (client, _):
        whole = (await client.get(path)).json()["items"]
        table = await client.get(f"/v1/audit/access.csv?reason=核查&person={chief.person_id}")
    assert {each["dispute_no"] for each in whole} == {"D2026-000001", "D2026-000002"}
    lines = table.content.decode("utf-8-sig").splitlines()
    assert f"导出人 {auditor.name}" in lines[0]
    assert "事由 核查" in lines[0]
    assert len(lines) == 2 + 2
    noted = [(row.what, row.outcome) for row in await on_record(services) if row.what.startswith("access")]
    assert ("access:export", "ok") in noted
    assert ("access:export", "not_entitled") in noted


async def test_who_reads_far_more_than_his_peers_beside_his_work_is_shown_to_the_auditor(services: Services) -> None:
    curious = await somebody(services, "bureau_analyst", "bureau")
    auditor, officer = (
        await somebody(services, "auditor", "county"), await somebody(services, "station_chief", "station-gushan"),
    )  # fmt: skip
    for n in range(25):
        number = f"D2026-{n:06}"
        for who in (curious, officer):
            services.access.note(who.person_id, number, "read", by=who)
            services.access.note(who.person_id, number, "timeline", by=who)
        services.access.note(officer.person_id, number, "decide:confirm_triage", by=officer)  # his own work
    async with browser(services, auditor.person_id) as (client, token):
        told = (await client.get("/v1/audit/unusual-reading")).json()["items"]
        page = (await client.get("/audit/access", headers={"Cookie": f"{SESSION}={token}"})).text
    assert [(each["person_id"], each["read"], each["most"]) for each in told] == [(curious.person_id, 25, 20)]
    assert "异常查阅" in page
    assert curious.name in page
    async with browser(services, officer.person_id) as (client, _):
        assert (await client.get("/v1/audit/unusual-reading")).status_code == 403
