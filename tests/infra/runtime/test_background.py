"""Work beside the requests goes on whatever goes wrong in it, is said, and is known; logging never raises."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from infra.health.heartbeat import workers_alive
from infra.runtime import background
from infra.runtime.background import Background
from infra.runtime.settings import Settings
from tests.infra.stores import opened
from tests.infra.support import ROOT


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A life is healthy after a moment, and the pauses are short."""
    monkeypatch.setattr(background, "HEALTHY_AFTER", 0.05)
    monkeypatch.setattr("infra.runtime.processes.FIRST_PAUSE", 0.01)


async def test_work_that_fails_is_begun_again_and_known_until_it_lives() -> None:
    lives: list[int] = []
    mended, well = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        lives.append(1)
        if not mended.is_set():
            raise OSError(28, "No space left on device")
        well.set()
        await asyncio.Event().wait()

    kept = Background()
    kept.keep("work", work)
    async with asyncio.timeout(30):
        while len(lives) < 3:
            await asyncio.sleep(0.01)
        assert list(kept.failing()) == ["work"]
        mended.set()
        await well.wait()
        while kept.failing():
            await asyncio.sleep(0.01)
    await kept.stop()


async def test_work_that_ends_is_begun_again() -> None:
    lives: list[int] = []

    async def work() -> None:
        lives.append(1)

    kept = Background()
    kept.keep("work", work)
    async with asyncio.timeout(30):
        while len(lives) < 2:
            await asyncio.sleep(0.01)
    await kept.stop()


SAYS = """
import logging, os, sys
import structlog
from infra.runtime.logs import configure_logs
configure_logs("info")
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
for n in range(500):
    structlog.get_logger().info("said", words="x" * 200)
    logging.getLogger("library").error("said %d", n)
print("went on")
"""


def test_logging_never_raises_where_the_disk_is_full() -> None:
    ended = subprocess.run([sys.executable, "-c", SAYS], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout == "went on\n"


BEATS = """
import asyncio, os, sys
from infra.health import heartbeat
from infra.runtime.background import Background
from infra.database.engine import Database, open_database
from infra.runtime.logs import configure_logs
from infra.runtime.identity import Identity
from infra.runtime.settings import get_settings
async def run():
    configure_logs("info")
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
    tried = asyncio.Event()
    database = open_database(get_settings())
    write, tries = database.write, []
    def failing(*given):
        tries.append(1)
        if len(tries) == 1:
            raise OSError(28, "No space left on device")
        return write(*given)
    database.write = failing
    kept = Background()
    kept.keep("heartbeat", lambda: heartbeat.beat(database, Identity("worker", "w"), list))
    async with asyncio.timeout(20):
        while not await heartbeat.workers_alive(database):
            await asyncio.sleep(0.05)
    await kept.stop()
    await database.close()
    print("alive")
asyncio.run(run())
"""


async def test_a_heartbeat_goes_on_after_a_full_disk(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        ended = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", BEATS], cwd=ROOT, capture_output=True, text=True,
            env={**anywhere.environment(), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert ended.stdout == "alive\n", ended.stderr
        assert await workers_alive(database) == 1
