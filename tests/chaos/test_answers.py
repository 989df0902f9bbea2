"""The answer carries the news (docs/adr/0015), and who was to write it dies: what was taken is in the history, and in
the read model without anybody asking again.

The blow falls between the update, which is durable, and the write of what it changed: that is held up by the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
from temporalio.api.enums.v1 import EventType

from infra.database.transactions import lock_number
from infra.temporal.client import connect
from tests.chaos.support import Clerk, agrees, until
from tests.instance import Instance, running
from tests.postgres import cluster

COMPLETED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system on PostgreSQL."""
    with cluster() as server:
        url = server.database()
        with running(tmp_path_factory.mktemp("answers") / "var", SANTUI_DATABASE_URL=url) as instance:
            yield instance


@pytest.fixture(params=["sqlite", "postgresql"])
def system(request: pytest.FixtureRequest) -> Instance:
    """A running system on either database."""
    found: Instance = request.getfixturevalue("chaos" if request.param == "sqlite" else "on_postgres")
    found.until_ready()
    return found


class Store:
    """The database of a system, looked at and held from outside."""

    def __init__(self, system: Instance) -> None:
        self._url = system.environment.get("SANTUI_DATABASE_URL", "").replace("+asyncpg", "")
        self._file = system.var / "santui.db"

    def intents(self) -> int:
        """How many messages are on their way, on record."""
        return int(self._one("SELECT count(*) FROM answer WHERE seen IS NOT NULL"))

    def revision(self, number: str) -> int:
        """At which revision the read model has a dispute."""
        return int(self._one(f"SELECT revision FROM dispute WHERE dispute_no = '{number}'"))

    @contextlib.contextmanager
    def held(self, number: str) -> Iterator[None]:
        """Nobody writes the dispute's image for the length of a block."""
        if not self._url:
            with contextlib.closing(sqlite3.connect(self._file, isolation_level=None, timeout=30)) as lock:
                lock.execute("BEGIN IMMEDIATE")
                yield
                lock.execute("ROLLBACK")
            return
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(self._url))
            runner.run(connection.execute("SELECT pg_advisory_lock($1)", lock_number(number)))
            yield
            runner.run(connection.close())

    def _one(self, query: str) -> Any:
        if not self._url:
            with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
                return database.execute(query).fetchone()[0]

        async def ask() -> Any:
            connection = await asyncpg.connect(self._url)
            try:
                return await connection.fetchval(query)
            finally:
                await connection.close()

        return asyncio.run(ask())


def answered(system: Instance, number: str) -> int:
    """How many updates the history has the answers of."""

    async def count() -> int:
        history = await (await connect(system.settings)).get_workflow_handle(number).fetch_history()
        return sum(event.event_type == COMPLETED for event in history.events)

    try:
        return asyncio.run(count())
    finally:
        gc.collect()  # the SDK's objects are let go while the interpreter is whole (sdk-python#300)


def kill_api(system: Instance) -> None:
    system.kill("api")


def kill_all(system: Instance) -> None:
    system.kill_all()
    system.start()


BLOWS: dict[str, Callable[[Instance], None]] = {"api": kill_api, "everything": kill_all}


@pytest.mark.parametrize("struck", BLOWS)
@pytest.mark.timeout(240)
def test_what_was_taken_and_not_written_is_written_by_the_case(struck: str, system: Instance) -> None:
    clerk = Clerk(system.county)
    number = clerk.report()
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    key, store = str(uuid.uuid4()), Store(system)
    seen, was = store.revision(number), system.pid("api")
    sending = threading.Thread(target=clerk.send, args=(who, task_id, body, key))
    with contextlib.ExitStack() as held:
        with system.frozen("worker"):  # it takes nothing before the write is held up
            sending.start()
            until(store.intents)
            held.enter_context(store.held(number))
        until(lambda: answered(system, number) == 1)
        assert store.revision(number) == seen, "written before the blow"
        if struck == "everything":
            held.close()
        BLOWS[struck](system)
    system.until_restarted("api", was)
    system.until_ready()
    back = time.monotonic()
    until(lambda: store.revision(number) > seen)
    print(f"{struck}: in the read model {time.monotonic() - back:.1f} s after the API's return")
    until(lambda: store.intents() == 0)
    sending.join()
    agrees(system, clerk)
    assert who.post(f"/v1/tasks/{task_id}/decide", body, key=key)["task"]["state"] == "done"


@pytest.mark.timeout(240)
def test_the_engine_dies_between_durability_and_the_answer(system: Instance) -> None:
    clerk = Clerk(system.county)
    number = clerk.report()
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    store, was = Store(system), system.pid("temporal")
    sending = threading.Thread(target=clerk.send, args=(who, task_id, body))
    with system.frozen("worker"):
        sending.start()
        until(store.intents)
        time.sleep(0.2)  # the update is on its way
        os.kill(system.pid("api"), signal.SIGSTOP)
    try:
        until(lambda: answered(system, number) == 1)
        system.kill("temporal")
        system.until_restarted("temporal", was)
    finally:
        os.kill(system.pid("api"), signal.SIGCONT)
    system.until_ready()
    sending.join()
    until(lambda: store.intents() == 0)
    agrees(system, clerk)


@pytest.mark.timeout(240)
def test_many_lives_at_once_and_everything_killed_in_between(system: Instance) -> None:
    """What was acknowledged is in history and read model, each once, and nothing stays on its way."""
    clerks = [Clerk(system.county) for _ in range(6)]
    story = (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"), ("follow_up_responsibly", "contacted"),
             ("follow_up_responsibly", "request_third_push"), ("approve_third_push", "approve"))  # fmt: skip

    def live(clerk: Clerk) -> None:
        clerk.report()
        for kind, decision in story:
            clerk.answer(kind, decision)

    lives = [threading.Thread(target=live, args=(clerk,)) for clerk in clerks]
    for life in lives:
        life.start()
    for child in ("api", "worker", "temporal", "api"):
        time.sleep(1.5)
        system.kill(child)
    system.until_ready()
    for life in lives:
        life.join()
    store = Store(system)
    until(lambda: store.intents() == 0)
    for clerk in clerks:
        agrees(system, clerk)
