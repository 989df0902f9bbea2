"""santui against the bare engine: one run, one Temporal server, as many decisions a case on either side.

    python -m bench.engine --cases 40 --at 1,10,50

`santui up` runs in a state directory of its own; the raw peer (`bench.raw`) works on the same server in a namespace of
its own, and the two take turns, level by level. santui's side is whole lives over HTTP (`bench.story`): a case is an
alarm, its reading, twelve decisions and an upload, all within cases/s; a decision is measured from the request to the
answer, which leaves when the read model shows what it changed. The peer's wait for the visible row is the same moment.
"""

import argparse
import asyncio
import gc
import itertools
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench.cli import levels, positive, run
from bench.figures import CpuMeter, Figures, Latency, history_cost, table
from bench.raw import RawFigures, measure_raw
from bench.story import LIFE, People
from bench.support import (
    ROOT,
    STUCK,
    BenchError,
    at_once,
    connect,
    free_ports,
    last_words,
    lost_is_said,
    spawn,
    stop,
)
from infra.runtime.settings import Settings
from infra.temporal.embedded import prepare_namespace

PEER = "bench"
"""The raw peer's namespace on santui's server."""

CHILDREN = ("temporal", "worker", "api")

WARM_UP = 5


@dataclass(frozen=True)
class EngineFigures(Figures):
    """What one level came to; elapsed is until the last decision's answer."""

    unpublished: int
    """Answers that left before the read model showed what they changed."""
    unavailable: int
    """Answers 503, after each of which the request was sent again."""


@asynccontextmanager
async def santui(workdir: Path) -> AsyncIterator[Settings]:
    """`santui up` with the demo county, ready to work."""
    http, temporal, ui = free_ports(3)
    settings = Settings(
        var=workdir / "var",
        http_port=http,
        temporal_port=temporal,
        temporal_ui_port=ui,
        temporal_address=None,
        playbook="jinhua",
        demo=True,
        demo_disputes=False,
    )
    log = workdir / "up.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SANTUI_")}
    command = [sys.executable, "-m", "api.cli", "up"]
    process = spawn(command, log, cwd=ROOT, env={**environment, **settings.environment()})
    try:
        give_up = time.monotonic() + STUCK
        async with httpx2.AsyncClient(trust_env=False) as client:
            while not await _ready(client, settings):
                if process.poll() is not None or time.monotonic() > give_up:
                    raise BenchError(f"santui does not come up\n{last_words(log)}".rstrip())
                await asyncio.sleep(0.1)
        yield settings
    finally:
        await stop(process)


async def _ready(client: httpx2.AsyncClient, settings: Settings) -> bool:
    try:
        return (await client.get(f"{settings.base_url}/readyz")).status_code == 200
    except httpx2.TransportError:
        return False


async def measure_santui(settings: Settings, people: People, *, concurrency: int, cases: int) -> EngineFigures:
    """Measure one level against a running santui: `cases` whole lives, `concurrency` at once.

    Raises `BenchError` when a request is refused, or a decision is lost.
    """
    waits: list[float] = []
    numbers: list[str] = []

    async def life(_: int) -> None:
        numbers.append(await people.live(waits))

    with lost_is_said():
        await life(0)  # alone: the first case learns who answers what, and signs everybody in
        await at_once(concurrency, life, range(WARM_UP))
        waits.clear()
        numbers.clear()
        unpublished, unavailable = people.unpublished, people.unavailable

        pids = {name: int((settings.run_dir / f"{name}.pid").read_text()) for name in CHILDREN}
        names = {"temporal": "server"}
        meter = CpuMeter({names.get(name, name): pid for name, pid in pids.items()} | {"client": os.getpid()})
        began = time.perf_counter()
        with meter.running():
            await at_once(concurrency, life, range(cases))
        elapsed = time.perf_counter() - began
    cost = await history_cost(await connect(settings.temporal_target, settings.temporal_namespace), numbers)
    return EngineFigures(
        concurrency=concurrency,
        cases=cases,
        decisions=len(LIFE),
        elapsed=elapsed,
        visible=Latency.of(waits),
        events_per_decision=cost.events / len(LIFE),
        bytes_per_decision=cost.size / len(LIFE),
        cores=meter.cores(),
        unpublished=people.unpublished - unpublished,
        unavailable=people.unavailable - unavailable,
    )


HEAD = (
    *("at once", "", "cases", "cases/s", "decision p50/p99 ms", "events/decision", "bytes/decision"),
    *("server", "worker", "api", "client", "others", "CPU ms/decision", "unpublished", "503"),
)


def row(figures: Figures) -> tuple[str, ...]:
    """A line of the table; `server` to `others` are cores kept busy, and `others` disturbs where it is not small."""
    mine = figures if isinstance(figures, EngineFigures) else None
    return (
        str(figures.concurrency),
        "santui" if mine else "raw",
        str(figures.cases),
        f"{figures.cases_per_second:.2f}",
        str(figures.visible),
        f"{figures.events_per_decision:.1f}",
        f"{figures.bytes_per_decision:.0f}",
        *(f"{figures.cores.get(name, 0):.2f}" for name in ("server", "worker", "api", "client", "others")),
        f"{figures.cpu('server', 'worker', 'api'):.1f}",
        *((str(mine.unpublished), str(mine.unavailable)) if mine else ("", "")),
    )


def verdict(raw: RawFigures, mine: EngineFigures) -> str:
    """The ratios of one level, beside what the project aims at."""
    throughput = mine.cases_per_second / raw.cases_per_second
    latency = mine.visible.p50 / raw.visible.p50
    return f"{mine.concurrency} at once: throughput {throughput:.2f} × raw, decision p50 {latency:.1f} × raw"


async def bench(cases: int, asked: Sequence[int]) -> None:
    """Measure both sides at every level and print the table; leaves nothing behind."""
    pairs: list[tuple[RawFigures, EngineFigures]] = []
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
        workdir = Path(folder)
        async with santui(workdir) as settings:
            target, server = settings.temporal_target, int((settings.run_dir / "temporal.pid").read_text())
            await prepare_namespace(target, PEER, 1, {})
            async with People(settings.base_url, settings.demo_file) as people:
                for level in asked:
                    print(f"{level} at once …", file=sys.stderr, flush=True)
                    many = max(cases, 3 * level)
                    raw = await measure_raw(
                        target, PEER, workdir, concurrency=level, cases=many, decisions=len(LIFE), server_pid=server
                    )
                    mine = await measure_santui(settings, people, concurrency=level, cases=many)
                    pairs.append((raw, mine))
                    print(verdict(raw, mine), file=sys.stderr, flush=True)
    print(f"{len(LIFE)} decisions a case; {os.cpu_count()} cores")
    print(table(HEAD, [row(figures) for figures in itertools.chain.from_iterable(pairs)]))
    print("aims: at most 14 events a decision, throughput at least 0.6 × raw, decision p50 at most 2 × raw")
    for raw, mine in pairs:
        print(verdict(raw, mine))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.engine", description="Measure santui against the bare engine."
    )
    parser.add_argument(
        "--cases", type=positive, default=40, help="cases a level, at least three times the level (default: 40)"
    )
    parser.add_argument("--at", type=levels, default=[1, 10, 50], help="levels of concurrency (default: 1,10,50)")
    asked = parser.parse_args()
    return run(bench(asked.cases, asked.at))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
