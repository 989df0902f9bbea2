"""What words between processes cost and how fast they are: `python -m bench.wakeups`.

On both databases: microseconds of CPU a generation takes to ask for, with a commit before each; milliseconds from
another process's commit until its word is heard here; and the CPU that a second of waiting for the read model costs, by
words and, for comparison, by a query every 4 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col

from api.core.read_your_writes import RevisionWaiter
from bench.cli import positive
from bench.support import ROOT
from infra.database.engine import Database, migrate, open_database
from infra.database.tables.read_model import DisputeRow
from infra.demo import load
from infra.read_model.disputes import revisions_of
from infra.runtime.settings import Settings, get_settings
from infra.wakeups.wakeups import Topic
from tests.infra.stores import dispute
from tests.postgres import cluster

NUMBER = "D2026-000001"
APART = 0.01
"""Seconds between two commits of the other process."""
POLL = 0.004
WAITED = 2.0
"""Seconds of waiting whose CPU is measured."""


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=positive, default=500, help="commits of the other process")
    parser.add_argument("--write", type=positive, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        asyncio.run(_write(options.write))
        return
    print(
        "| | generation CPU µs | heard after, p50/p99 ms | lost | CPU ms a second waited: words | a query every 4 ms |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as scratch, cluster() as server:
        for name, settings in {
            "SQLite": Settings(var=Path(scratch) / "sqlite"),
            "PostgreSQL": Settings(var=Path(scratch) / "postgresql", database_url=server.database()),
        }.items():
            migrate(settings)
            print(f"| {name} | {' | '.join(asyncio.run(_measure(settings, options.words)))} |", flush=True)


async def _measure(settings: Settings, words: int) -> list[str]:
    await load(settings)
    database = open_database(settings)
    keeping = asyncio.create_task(database.wakeups.keep_listening())
    try:
        async with database.write() as session:
            session.add(dispute(NUMBER))
        while not database.wakeups.listens:  # noqa: ASYNC110  it says so to nobody
            await asyncio.sleep(0.01)
        after, lost = await _heard(settings, database, words)
        p50, p99 = (f"{1000 * sorted(after)[int(len(after) * part)]:.2f}" for part in (0.5, 0.99))
        asked = await _asked(database)
        waiter = RevisionWaiter(database, WAITED)
        looking = asyncio.create_task(waiter.keep_looking())
        by_words = await _cpu(waiter.published(NUMBER, 2**30))
        looking.cancel()
        polled = await _cpu(_poll(database))
        return [f"{1e6 * asked:.1f}", f"{p50} / {p99}", str(lost), f"{by_words:.1f}", f"{polled:.1f}"]
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await database.close()


async def _heard(settings: Settings, database: Database, words: int) -> tuple[list[float], int]:
    """Seconds from each commit until its word was heard, and how many were not."""
    heard: dict[int, float] = {}

    def hear(_: str, revision: int) -> None:
        heard.setdefault(revision, time.monotonic())

    database.wakeups.on_published(hear)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.wakeups", "--write", str(words),
        cwd=ROOT, env=settings.environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    await asyncio.sleep(0.2)
    committed = {int(revision): at for revision, at in json.loads(said).items()}
    after = [heard[revision] - at for revision, at in committed.items() if revision in heard]
    return after, len(committed) - len(after)


async def _write(count: int) -> None:
    """The other process: commits an image's revision, says so, and prints when each was committed."""
    database = open_database(get_settings())
    committed: dict[int, float] = {}
    for revision in range(2, count + 2):
        async with database.write() as session:
            query = update(DisputeRow).where(col(DisputeRow.dispute_no) == NUMBER)
            await session.execute(query.values(revision=revision))
        committed[revision] = time.monotonic()
        database.wakeups.published(NUMBER, revision)
        await asyncio.sleep(APART)
    await database.close()
    print(json.dumps(committed))


async def _asked(database: Database) -> float:
    """Seconds of CPU that a generation takes, where something was committed since it was last asked for."""
    took = []
    for revision in range(200):
        async with database.write() as session:
            await session.execute(update(DisputeRow).values(revision=revision))
        began = time.thread_time()
        assert database.wakeups.generation(Topic.PEOPLE) is not None
        took.append(time.thread_time() - began)
    return statistics.median(took)


async def _poll(database: Database) -> None:
    until = time.monotonic() + WAITED
    while time.monotonic() < until:
        await revisions_of(database, [NUMBER])
        await asyncio.sleep(POLL)


async def _cpu(work: Awaitable[object]) -> float:
    """Milliseconds of this process's CPU that each second of something takes."""
    cpu, began = time.process_time(), time.monotonic()
    await work
    return 1000 * (time.process_time() - cpu) / (time.monotonic() - began)


if __name__ == "__main__":
    main()
