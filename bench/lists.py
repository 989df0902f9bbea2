"""How long the lists take when a county's years are in the database: `python -m bench.lists`.

Fills an SQLite file and a throw-away PostgreSQL (the tests'), or measures ones that are filled already (`--sqlite`,
`--postgres`), and prints median and p99 of every list at the query layer, the number of SQL statements a page, a sample
over HTTP, and with `--plans` how each database goes about the slowest.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select

from api.web.session import SESSION
from bench.cli import positive, run
from bench.filling import fill
from bench.looks import Look, looks, person
from bench.support import ROOT, BenchError, free_ports, spawn, stop
from infra.database.engine import Database, migrate, open_database
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.demo import load
from infra.demo.load import PASSWORD
from infra.runtime.settings import Settings
from infra.startup.garbage import settled
from tests.postgres import cluster

ROUNDS = 100
AT_MOST = 4.0
"""Seconds spent on one list, if a hundred times take longer; ten times at least."""
LEAST = 10
TARGET = (50.0, 200.0)
"""Milliseconds: median and p99 of every page."""
OVER_HTTP = (
    ("supervisor", "county", "/v1/disputes"),
    ("supervisor", "county", "/v1/disputes?q=停车&colour=red"),
    ("station_chief", "station-baiyang", "/v1/disputes"),
    ("on_scene_officer", "station-gushan", "/v1/disputes"),
    ("department_handler", "housing", "/v1/disputes?overdue=true"),
    ("command_room", "station-baiyang", "/v1/tasks?box=claimable"),
    ("evaluator_committee", "risk-centre", "/v1/tasks?box=done"),
    ("command_room", "station-baiyang", "/v1/disputes/{dispute_no}"),
    ("supervisor", "county", "/"),
    ("supervisor", "county", "/oversight-desk"),
    ("station_chief", "station-baiyang", "/oversight-desk"),
    ("centre_dispatcher", "centre", "/board"),
    ("supervisor", "county", "/indicators"),
    ("supervisor", "county", "/indicators?by=township&from=2026-01-01&to=2026-10-31"),
    ("supervisor", "county", "/indicators/board"),
    ("supervisor", "county", "/indicators/board?from=2026-01-01&to=2026-10-31"),
)


@dataclass(frozen=True)
class Timing:
    """How long something took, in milliseconds, over how many times, and how many statements it sent."""

    times: list[float]
    statements: int

    @property
    def median(self) -> float:
        """Half took no longer."""
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        """Ninety-nine of a hundred took no longer; of fewer than a hundred, the longest."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * 0.99))]


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements sent within a block, with their parameters."""
    sent: list[tuple[str, Any]] = []

    with database.heard(lambda statement, parameters: sent.append((statement, parameters))):
        yield sent


async def measure(database: Database, look: Look) -> Timing:
    """One look, again and again, in a session of its own each time as in a request."""
    with statements(database) as sent:
        async with database.read() as session:
            await look.ask(session)
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < ROUNDS and (len(times) < LEAST or time.perf_counter() - began < AT_MOST):
        start = time.perf_counter()
        async with database.read() as session:
            await look.ask(session)
        times.append((time.perf_counter() - start) * 1000)
    return Timing(times, len(sent))


async def plans(database: Database, look: Look) -> str:
    """How the database goes about a look."""
    with statements(database) as sent:
        async with database.read() as session:
            await look.ask(session)
    explain = "EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
    told = []
    async with database.engine.connect() as connection:
        for statement, parameters in sent:
            rows = (await connection.exec_driver_sql(explain + statement, parameters)).all()
            told += [str(row[-1]) for row in rows] + [""]
    return "\n".join(told)


async def a_case(database: Database) -> tuple[str, str]:
    """A dispute of the busy station, and one of its tasks."""
    async with database.read() as session:
        path = "/county/bureau/station-baiyang"
        query = select(DisputeRow.dispute_no).where(DisputeRow.organisation == path).limit(1)  # type: ignore[call-overload]
        number = str((await session.execute(query)).scalar_one())
        query = select(TaskRow.task_id).where(TaskRow.dispute_no == number).limit(1)  # type: ignore[call-overload]
        return number, str((await session.execute(query)).scalar_one())


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """The API alone, without an engine: reading needs none."""
    [port] = free_ports(1)
    environment = {**os.environ, **settings.environment(), "SANTUI_HTTP_PORT": str(port), "SANTUI_LOG_LEVEL": "error",
                   "SANTUI_SEARCHES_MINUTE": "1000000"}  # fmt: skip
    process = spawn([sys.executable, "-m", "api.serve"], settings.var / "api.log", cwd=ROOT, env=environment)
    base = f"http://127.0.0.1:{port}"
    try:
        async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
            for _ in range(300):
                try:
                    await client.get("/healthz")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        yield base
    finally:
        await stop(process)


async def over_http(settings: Settings, dispute_no: str, words: list[str]) -> list[tuple[str, Timing]]:
    """The sample of lists and pages as a person's browser asks for them; of those that have all the words."""
    found = []
    async with serving(settings) as base, httpx2.AsyncClient(base_url=base, trust_env=False, timeout=30) as client:
        for role, organisation, path in OVER_HTTP:
            if not all(word in f"http, {role} {path}" for word in words):
                continue
            form = {"username": person(role, organisation).username, "password": PASSWORD}
            token = (await client.post("/v1/auth/token", data=form)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}", "Cookie": f"{SESSION}={token}"}
            times = []
            await client.get(path.format(dispute_no=dispute_no), headers=headers)
            for _ in range(ROUNDS // 2):
                start = time.perf_counter()
                answer = await client.get(path.format(dispute_no=dispute_no), headers=headers)
                times.append((time.perf_counter() - start) * 1000)
                answer.raise_for_status()
            found.append((f"{role} {path}", Timing(times, 0)))
    return found


async def one_database(
    name: str, settings: Settings, wanted: Callable[[Look], bool], *, disputes: int, words: list[str], show: bool
) -> dict[tuple[str, str, str], Timing]:
    """Fills a database where it is empty, and measures it."""
    await asyncio.to_thread(migrate, settings)
    await load(settings)
    database = open_database(settings)
    found: dict[tuple[str, str, str], Timing] = {}
    try:
        async with database.read() as session:
            empty = (await session.execute(select(DisputeRow.dispute_no).limit(1))).first() is None  # type: ignore[call-overload]
        if empty:
            print(f"{name}: filled with", await fill(database, disputes), file=sys.stderr)
        number, task_id = await a_case(database)
        gc.collect()
        settled()  # as an API process does that has started
        for look in filter(wanted, looks(database, number, task_id)):
            timing = found[look.group, look.who, look.what] = await measure(database, look)
            if show:
                print(f"--- {name}: {look.group}, {look.who}, {look.what}: {timing.median:.1f} ms\n")
                print(await plans(database, look))
        if not words or "http" in words[0]:
            for what, timing in await over_http(settings, number, words):
                found["http", "", what] = timing
    finally:
        await database.close()
    return found


def report(found: dict[str, dict[tuple[str, str, str], Timing]]) -> None:
    """One row a look, the databases beside each other; what misses the target is marked."""
    names = list(found)
    print("| look | " + " | ".join(f"{name} p50/p99 ms | statements" for name in names) + " |")
    print("|---|" + "--:|--:|" * len(names))
    for key in next(iter(found.values())):
        cells = []
        for name in names:
            timing = found[name][key]
            late = " **late**" if timing.median > TARGET[0] or timing.p99 > TARGET[1] else ""
            cells += [f"{timing.median:.1f} / {timing.p99:.1f}{late}", str(timing.statements or "–")]
        print(f"| {', '.join(filter(None, key))} | " + " | ".join(cells) + " |")


async def main(options: argparse.Namespace) -> None:
    """Measures what is asked for."""
    words: list[str] = options.only or []

    def wanted(look: Look) -> bool:
        told = f"{look.group}, {look.who}, {look.what}"
        return all(word in told for word in words)

    found: dict[str, dict[tuple[str, str, str], Timing]] = {}
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="santui-bench-")))
        ours: dict[str, Settings] = {"SQLite": Settings(var=options.sqlite or scratch / "sqlite")}
        if options.postgres:
            ours["PostgreSQL"] = Settings(var=options.postgres_var or scratch, database_url=options.postgres)
        else:
            server = stack.enter_context(cluster(fsync="off"))
            ours["PostgreSQL"] = Settings(var=scratch / "postgres", database_url=server.database())
        for name, settings in ours.items():
            if name.lower() in (options.on or name.lower()):
                found[name] = await one_database(
                    name, settings, wanted, disputes=options.disputes, words=words, show=options.plans
                )
    if not any(found.values()):
        raise BenchError("nothing is called that: see bench/looks.py")
    report(found)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--disputes", type=positive, default=100_000, help="how many disputes to fill in")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="one of the two databases alone")
    parser.add_argument("--sqlite", type=Path, help="a state directory that is filled already, or is to be kept")
    parser.add_argument("--postgres", help="the URL of a database that is filled already, or is to be kept")
    parser.add_argument("--postgres-var", type=Path, help="the state directory with the key of that database")
    parser.add_argument("--only", nargs="+", help="words of what is to be measured: disputes 'station chief, busy'")
    parser.add_argument("--plans", action="store_true", help="also how the databases go about it")
    return parser.parse_args()


if __name__ == "__main__":
    status = run(main(arguments()))
    gc.collect()
    raise SystemExit(status)
