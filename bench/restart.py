"""Everything killed with open disputes: how soon santui serves again, and how soon it decides.

    python -m bench.restart --disputes 2000 --rounds 3

Every process is killed (kill -9) while disputes are being opened, so that there is something to recover: the engine's
journal, disputes whose image was not written, reports not delivered. Then `santui up` is started as a person would.
`ready` is from that start until it says so and `/readyz` answers; the first decision is asked for at once, on a dispute
of before, and waits until the read model shows it. What the seconds went to is read from what `up` says of its steps.
"""

import argparse
import asyncio
import gc
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.cli import positive, run
from bench.figures import Latency, percentile, table
from bench.santui import System, settings_in, up
from bench.story import People
from bench.support import at_once, lost_is_said
from infra.runtime.settings import Settings

AT = 10
"""Disputes opened at a time, and decided at a time after the first decision."""
UNDER_WAY = 1.0
"""Seconds that people go on reporting before everything is killed."""
LATER = 20
"""Decisions measured after the first."""
STEPS = ("temporal", "database", "demo people", "worker", "api")
"""What `up` says it has started or done, in its order."""
AIMS = {"ready": 10.0, "first": 3.0}


@dataclass
class Return:
    """One return after everything was killed; seconds since `up` was started."""

    steps: dict[str, float] = field(default_factory=dict)
    ready: float = 0.0
    first: float = 0.0
    """From ready to the first decision's answer."""
    cpu: float = 0.0
    """CPU seconds of all processes when ready: what the load of the machine does not change."""
    later: Latency = field(default_factory=lambda: Latency(0, 0))
    """Milliseconds that the decisions after the first took."""


async def report(people: People, numbers: list[str], count: float) -> None:
    """Opens so many disputes."""

    async def one(n: int) -> None:
        numbers.append(await people.report())
        if n % 500 == 499:
            print(f"{n + 1} disputes", file=sys.stderr, flush=True)

    await at_once(AT, one, itertools.takewhile(lambda n: n < count, itertools.count()))


def everything(settings: Settings, supervisor: int) -> list[int]:
    """All processes, by id."""
    return [supervisor, *itertools.chain.from_iterable(System(settings).processes().values())]


async def kill_in_mid_traffic(settings: Settings, supervisor: int) -> None:
    """kill -9 of everything, while people report."""
    async with People(settings.base_url, settings.demo_file) as people:
        reporting = asyncio.create_task(report(people, [], float("inf")))
        await asyncio.sleep(UNDER_WAY)
        for pid in everything(settings, supervisor):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        reporting.cancel()
        await asyncio.gather(reporting, return_exceptions=True)


async def note_steps(log: Path, began: float, steps: dict[str, float]) -> None:
    """Notes when `up` says that a step is done, until it is cancelled."""
    while True:
        for line in log.read_text(errors="replace").splitlines() if log.exists() else ():
            step = line.removeprefix("santui · ").partition(":")[0].rstrip("-0123456789")
            if line.startswith("santui · ") and step in STEPS:
                steps.setdefault(step, time.perf_counter() - began)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def back(settings: Settings, log: Path) -> AsyncIterator[tuple[int, Return]]:
    """santui started again; its supervisor's process id, and how long it took."""
    found, began = Return(), time.perf_counter()
    noting = asyncio.create_task(note_steps(log, began, found.steps))
    try:
        async with up(settings, log) as process:
            found.ready = time.perf_counter() - began
            found.cpu = sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in everything(settings, process.pid))
            noting.cancel()
            yield process.pid, found
    finally:
        noting.cancel()


async def decide(settings: Settings, found: Return, waiting: Sequence[str]) -> None:
    """The first decision, as soon as it is ready, and some more."""
    took: list[float] = []
    began = time.perf_counter()
    async with People(settings.base_url, settings.demo_file) as people:

        async def one(number: str) -> None:
            took.append(await people.first_decision(number))

        await one(waiting[0])
        found.first = time.perf_counter() - began
        took.clear()
        await at_once(AT, one, waiting[1:])
    found.later = Latency.of(took)


async def bench(disputes: int, rounds: int) -> None:
    """Measures so many returns; leaves nothing behind."""
    numbers: list[str] = []
    returns: list[Return] = []
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder, lost_is_said():
        settings = settings_in(Path(folder))
        for n in range(1 + rounds):
            async with back(settings, Path(folder) / f"up-{n}.log") as (supervisor, found):
                if n == 0:
                    async with People(settings.base_url, settings.demo_file) as people:
                        await report(people, numbers, disputes)
                else:
                    returns.append(found)
                    random.shuffle(numbers)
                    await decide(settings, found, [numbers.pop() for _ in range(1 + LATER)])
                    print(f"ready {found.ready:.1f} s, first decision {found.first:.1f} s", file=sys.stderr, flush=True)
                await kill_in_mid_traffic(settings, supervisor)
    print(f"{disputes} open disputes, everything killed in mid-traffic; {os.cpu_count()} cores")
    head = (
        "",
        *(f"{step} s" for step in STEPS),
        "ready s",
        "of it CPU s",
        "first decision s",
        f"next {LATER} p50/p99 ms",
    )
    print(table(head, [
        (str(n), *(f"{found.steps.get(step, 0):.1f}" for step in STEPS), f"{found.ready:.1f}", f"{found.cpu:.1f}",
         f"{found.first:.2f}", str(found.later))
        for n, found in enumerate(returns, 1)
    ]))  # fmt: skip
    ready, first = (percentile([getattr(found, name) for found in returns], 50) for name in AIMS)
    print(
        f"ready {ready:.1f} s (aim: {AIMS['ready']:.0f}), first decision {first:.2f} s later (aim: {AIMS['first']:.0f})"
    )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.restart", description="Measure the return after a kill -9.")
    parser.add_argument("--disputes", type=positive, default=2000, help="open disputes (default: 2000)")
    parser.add_argument("--rounds", type=positive, default=3, help="times that everything is killed (default: 3)")
    asked = parser.parse_args()
    if asked.disputes < asked.rounds * (1 + LATER):
        parser.error(f"each round decides on {1 + LATER} disputes: {asked.rounds} need {asked.rounds * (1 + LATER)}")
    return run(bench(asked.disputes, asked.rounds))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
