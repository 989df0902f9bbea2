"""What noting costs: a decision and two readings with the access log and without it, in turns in one run.

    python -m bench.noting --count 200 --rounds 5

The application answers in this process, rules and read model real, the engine a fake that takes no time of its own: a
share that is small here is smaller beside an engine. What is written behind the answers is within the time measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2

from api.app import create_app
from api.core.context import Services, assemble
from bench.cli import positive, run
from bench.figures import table
from infra.database.engine import migrate, open_database
from infra.database.tables.audit import AccessRow
from infra.demo import load
from infra.records.access_log.log import AccessLog
from infra.runtime.places import Places
from infra.runtime.policy_files import read_policy
from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests.api.engine import LivingEngine
from tests.api.support import asked, dispute, may_answer, somebody
from tests.postgres import cluster
from tests.sign_ins import token_of

AIM = 1.1
"""Times what it takes without."""


class Silent(AccessLog):
    """A log that keeps nothing."""

    def note(self, *args: Any, **kwargs: Any) -> str:
        """Nothing."""
        return ""

    def queue(self, rows: Sequence[AccessRow]) -> None:
        """Nothing."""


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[Services]:
    """The services over a database and no engine but the tests' own."""
    await asyncio.to_thread(migrate, settings)
    await load(settings)
    database = open_database(settings)
    engine, places = LivingEngine(database), Places(settings.run_dir / "places")
    client = await connect(settings, lazy=True)  # never connected
    policy = read_policy("jinhua")
    made = assemble(settings, policy=policy, database=database, client=client, engine=engine, places=places)
    looking = asyncio.create_task(made.revisions.keep_looking())
    try:
        yield made
    finally:
        looking.cancel()
        engine.drop()
        places.close()
        await database.close()


def client_of(services: Services) -> httpx2.AsyncClient:
    """What asks the application, in this process."""
    app = create_app(services.settings)
    app.state.services = services
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost")


Ask = tuple[str, str, str, dict[str, Any] | None]
"""Whose token, method, path, body."""


async def decisions(services: Services, count: int) -> list[Ask]:
    """So many decisions, each at a dispute of its own."""
    assert isinstance(services.engine, LivingEngine)
    tokens: dict[str, str] = {}
    found: list[Ask] = []
    for _ in range(count):
        task = asked(services.engine, await dispute(services), "confirm_triage")
        who = (await may_answer(services, task)).person_id
        tokens[who] = tokens.get(who) or await token_of(services.database, who)
        found.append((tokens[who], "POST", f"/v1/tasks/{task.task_id}/decide", {"decision": "confirm", "fields": {}}))
    return found


async def readings(services: Services, count: int, path: str) -> list[Ask]:
    """So many readings of one path, by one who sees it."""
    who = await somebody(services, "supervisor", "county")
    return [(await token_of(services.database, who.person_id), "GET", path, None)] * count


async def seconds(client: httpx2.AsyncClient, services: Services, asks: Sequence[Ask]) -> float:
    """How long it takes to have all of it answered, one after the other, and noted."""
    began = time.perf_counter()
    for token, method, path, body in asks:
        answer = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
    await services.access.write()
    return time.perf_counter() - began


async def compared(services: Services, count: int, rounds: int) -> list[list[Any]]:
    """Rows of the table: each kind of request with and without, in turns."""
    without = replace(services, access=Silent(services.database))
    number = await dispute(services)
    kinds: dict[str, Callable[[], Awaitable[list[Ask]]]] = {
        "decision": lambda: decisions(services, count),
        "case": lambda: readings(services, count, f"/v1/disputes/{number}"),
        "list": lambda: readings(services, count, "/v1/disputes"),
    }
    rows = []
    async with client_of(services) as noting, client_of(without) as silent:
        for kind, asks in kinds.items():
            taken: dict[bool, list[float]] = {True: [], False: []}
            for n in range(rounds + 1):
                for on in (True, False) if n % 2 else (False, True):
                    client, used = (noting, services) if on else (silent, without)
                    took = await seconds(client, used, await asks())
                    if n:  # the first round warms up
                        taken[on].append(took / count * 1000)
            with_, bare = statistics.median(taken[True]), statistics.median(taken[False])
            rows.append([kind, round(bare, 2), round(with_, 2), round(with_ / bare, 3)])
    return rows


async def measure(count: int, rounds: int) -> list[list[Any]]:
    """The table of both databases."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        own = stack.enter_context(cluster())
        lite = Settings(var=Path(folder) / "sqlite")
        for settings in (lite, Settings(var=Path(folder) / "postgresql", database_url=own.database())):
            async with desk(settings) as services:
                name = services.database.engine.dialect.name
                rows += [[name, *row] for row in await compared(services, count, rounds)]
    return rows


async def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=positive, default=200, help="requests of a kind in a turn")
    parser.add_argument("--rounds", type=positive, default=5, help="turns with and without")
    parser.add_argument("--json", type=Path, help="also write the rows there")
    asked_for = parser.parse_args()
    rows = await measure(asked_for.count, asked_for.rounds)
    print(table(["database", "request", "without ms", "noted ms", f"ratio (aim {AIM})"], rows))
    if asked_for.json:
        asked_for.json.write_text(json.dumps(rows))


if __name__ == "__main__":
    sys.exit(run(main()))
