"""A page costs as many statements with two hundred rows as with one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import delete, select
from sqlmodel import col

from api.app import create_app
from api.core.context import open_services
from api.web.session import SESSION
from bench.filling import fill
from bench.lists import statements
from bench.looks import person
from domain.case.state import Entry
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.attachments import AttachmentRow, CommentRow
from infra.database.tables.read_model import DisputeRow, TaskRow, TimelineRow
from infra.demo import load
from infra.runtime.settings import Settings
from tests.infra.stores import AT
from tests.sign_ins import token_of

LISTS = (
    ("supervisor", "county", "/v1/disputes"),
    ("supervisor", "county", "/v1/disputes?q=纠纷&colour=blue&organisation=town-gushan"),
    ("station_chief", "station-baiyang", "/v1/disputes?sort=dispute_no"),
    ("on_scene_officer", "station-baiyang", "/v1/disputes?stage=closed"),
    ("command_room", "station-baiyang", "/v1/tasks?box=claimable"),
    ("command_room", "station-baiyang", "/v1/tasks?box=mine"),
    ("command_room", "station-baiyang", "/v1/tasks?box=done"),
    ("duty_leader", "station-baiyang", "/v1/tasks?box=watched"),
    ("supervisor", "county", "/v1/people"),
    ("supervisor", "county", "/v1/organisations"),
)
"""Who asks for what."""
ROWS = 200


@pytest_asyncio.fixture(loop_scope="session")
async def desk(anywhere: Settings) -> AsyncIterator[FastAPI]:
    """The API without an engine, on a database with two thousand disputes."""
    await load(anywhere)
    app = create_app(anywhere)
    services = await open_services(anywhere)  # and nothing of what an API process does beside: it asks when it likes
    app.state.services = services
    await fill(services.database, 2_000)
    await services.directory.read()  # once a minute, whoever asks
    yield app
    await services.database.close()


async def sent(app: FastAPI, role: str, organisation: str, path: str) -> tuple[int, httpx2.Response]:
    """How many statements a signed-in person's request sends, and its answer."""
    services = app.state.services
    who = person(role, organisation).person_id
    token = await token_of(services.database, who)
    await services.sessions.of(token, datetime.now(UTC))  # once, until something about people changes
    await services.actors.acting(who, datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"{SESSION}={token}"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        with statements(services.database) as noted:
            answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return len(noted), answer


async def test_a_list_costs_as_much_with_many_rows_as_with_one(desk: FastAPI) -> None:
    longest = 0
    for role, organisation, path in LISTS:
        asked = f"{path}{'&' if '?' in path else '?'}limit="
        (one, _), (many, answer) = [await sent(desk, role, organisation, f"{asked}{size}") for size in (1, ROWS)]
        assert one == many <= 6, path
        longest = max(longest, len(answer.json()["items"]))
    assert longest == ROWS


async def test_a_case_costs_as_much_with_much_on_record_as_with_little(desk: FastAPI) -> None:
    database = desk.state.services.database
    async with database.read() as session:
        little, much = (await session.execute(select(col(DisputeRow.dispute_no)).limit(2))).scalars()
    for number, size in ((little, 1), (much, ROWS)):
        await record(database, number, size)
    page = "/disputes/{}"  # the contact network takes five: the case, its place, two sorts of duties, their people
    for path, most in (("/v1/disputes/{}", 14), ("/v1/disputes/{}/timeline", 14), (page, 20)):
        (few, _), (many, answer) = [await sent(desk, "supervisor", "county", path.format(n)) for n in (little, much)]
        assert few == many <= most, path
        assert answer.text.count("备注") in (0, ROWS)


async def test_the_page_of_disputes_costs_as_much_full_as_empty(desk: FastAPI) -> None:
    everybody = ("supervisor", "county")
    for asked in ("?sort=due_at", "?state=all&place=town-gushan&colour=blue&sort=colour", "?state=all&sort=-opened_at"):
        (full, answer), (none, _) = [await sent(desk, *everybody, f"/disputes{path}") for path in
                                     (asked, f"{asked}&q=nothing")]  # fmt: skip
        assert answer.text.count("c-title") == 26
        assert none <= full <= none + 2 <= 11, asked  # an empty page has no places and nobody to name


async def test_the_inbox_page_costs_as_much_with_many_tasks_as_with_none(desk: FastAPI) -> None:
    busy, idle = ("command_room", "station-baiyang"), ("auditor", "county")
    for box in ("claimable", "mine", "done", "watched"):
        (few, _), (many, _) = [await sent(desk, *who, f"/?box={box}") for who in (idle, busy)]
        assert few <= many <= few + 1 <= 10, box  # an empty page has nobody to name


async def record(database: Database, number: str, size: int) -> None:
    """Puts so many tasks, timeline entries, files and comments on a dispute's record."""
    async with database.write() as session:
        await session.execute(delete(TaskRow).where(col(TaskRow.dispute_no) == number))
        copied = (await session.execute(select(TaskRow).limit(1))).scalar_one().model_dump()
        for n in range(size):
            entry = Entry(seq=n + 100, at=AT, kind="note", title="记录").model_dump(mode="json")
            session.add(TaskRow(**{**copied, "task_id": new_id(), "dispute_no": number}))
            session.add(TimelineRow(dispute_no=number, seq=n + 100, at=AT, kind="note", sealed=entry))
            session.add(AttachmentRow(
                attachment_id=new_id(), dispute_no=number, sha256="0", media_type="image/png", size=1, at=AT,
                person_id="p", sealed={"name": "现场.png", "by": "张某"},
            ))  # fmt: skip
            session.add(CommentRow(comment_id=new_id(), dispute_no=number, at=AT, person_id="p",
                                   sealed={"text": "备注", "by": "张某"}))  # fmt: skip
