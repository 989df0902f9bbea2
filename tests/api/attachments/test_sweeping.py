"""What no answer took is swept, from the disk too; no example is offered where nobody drills."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.attachments.sweeping import sweep_files
from api.core.context import Services, open_services
from api.web.session import SESSION
from bench.looks import person
from domain.case.state import Task
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from infra.database.engine import migrate
from infra.database.ids import new_id
from infra.demo import load
from infra.files.store import SMALL
from infra.read_model.writer import write_image
from infra.records.attachments import PENDING_FOR, add_attachment, take_attachments
from infra.runtime.settings import Settings
from tests.domain.support import Desk
from tests.sign_ins import token_of

DAY = 86_400.0
OFFICER = ("on_scene_officer", "station-baiyang")


@pytest_asyncio.fixture(loop_scope="session")
async def services(anywhere: Settings) -> AsyncIterator[Services]:
    """What an API process works with."""
    opened = await open_services(anywhere)
    yield opened
    await opened.database.close()


async def test_the_sweep_removes_what_no_answer_took_and_leaves_the_rest(services: Services) -> None:
    who = Actor(person_id="p-1", name="张某", posts=[])
    late, taken, stray = new_id(), new_id(), new_id()
    for file in (late, taken, stray):
        incoming = services.files.receive(file)
        incoming.write(b"content")
        incoming.seek(0)
        await services.files.keep(incoming, {SMALL: b"small"})
    async with services.database.write() as session:
        for file in (late, taken):
            await add_attachment(session, file, "D2026-000001", who, name="现场.png", sha256="0" * 64,
                                 media_type="image/png", size=7, small=True)  # fmt: skip
        await take_attachments(session, "D2026-000001", [taken])
    yesterday = time.time() - 2 * DAY
    for file in (taken, stray):  # an upload that was cut off left a file without a row
        for name in (file, f"{file}.small"):
            os.utime(services.settings.attachments_dir / name, (yesterday, yesterday))
    assert await sweep_files(services, datetime.now(UTC) + PENDING_FOR / 2) == 1
    assert await sweep_files(services, datetime.now(UTC) + PENDING_FOR * 2) == 1
    left = {path.name for path in services.settings.attachments_dir.iterdir()}
    assert left == {taken, f"{taken}.small"}
    assert await sweep_files(services, datetime.now(UTC) + PENDING_FOR * 2) == 0


@pytest_asyncio.fixture(loop_scope="session", params=[True, False], ids=["drill", "no drill"])
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The API without an engine, where clocks may be moved and where not."""
    settings = Settings(var=tmp_path / "var", drill=request.param)
    await asyncio.to_thread(migrate, settings)
    await load(settings)
    made = create_app(settings)
    made.state.services = await open_services(settings)
    yield made
    await made.state.services.database.close()


async def signed_in(app: FastAPI) -> httpx2.AsyncClient:
    """A browser of an officer, and a program of his."""
    token = await token_of(app.state.services.database, person(*OFFICER).person_id)
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"{SESSION}={token}"}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost", headers=headers)


async def asked(app: FastAPI) -> Task:
    """A task that asks the officer."""
    desk = Desk()
    task = desk.push()
    task.addressees = [Post(role=OFFICER[0], path=person(*OFFICER).posts[0].organisation.path)]
    await write_image(app.state.services.database, project(desk.state))
    return task


async def test_an_example_is_offered_in_a_drill_only(app: FastAPI) -> None:
    task = await asked(app)
    async with await signed_in(app) as browser:
        page = (await browser.get(f"/tasks/{task.task_id}?decision=unsettled&example=1")).text
    drill = app.state.services.settings.drill
    assert "提交：现场未能化解" in page
    assert ("填入示例" in page) == drill
    assert ("双方各执一词，现场无法调解</textarea>" in page) == drill
