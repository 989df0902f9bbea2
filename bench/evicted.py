"""A decision on a case that its worker no longer has in memory, against one that it has.

    python -m bench.evicted --cases 12 --events 200

Cases grow to so many events of history, then the worker is killed (kill -9): the next decision on each has the new
worker replay its history, the one after it finds the case in memory. Both are of the same process, one at a time; what
the first costs the worker more is what eviction costs.
"""

import argparse
import asyncio
import gc
import itertools
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.cli import positive, run
from bench.figures import CpuMeter, Latency, history_cost, table
from bench.santui import System, santui
from bench.story import LIFE, Case, People
from bench.support import at_once, connect, lost_is_said
from infra.runtime.settings import Settings

AIM = 60.0
"""CPU ms that a decision on an evicted case may cost the worker more than on a cached one."""
AT = 4
WARM_UP = 3
"""Cases on which a new worker warms up."""
AFTERWARDS = 0.5
"""Seconds in which a worker finishes what the last decision left it to do."""
TOLD = next(step for step in LIFE if step.decision == "progress")
"""A decision that can be taken over and over."""
WAYS = ("evicted", "cached")


async def grown(people: People, events: int, count: int, settings: Settings) -> list[Case]:
    """Cases whose histories have at least so many events."""
    client = await connect(settings.temporal_target, settings.temporal_namespace)
    cases: list[Case] = []

    async def one(_: int) -> None:
        case = await people.begin()
        case.steps = list(itertools.takewhile(lambda step: step is not TOLD, LIFE))
        while case.steps:
            await people.decide(case)
        while (await client.get_workflow_handle(case.number).describe()).history_length < events:
            await told(people, case)
        cases.append(case)

    await one(0)
    await at_once(AT, one, range(count - 1))
    return cases


async def told(people: People, case: Case) -> float:
    """One decision; answers the seconds it took."""
    case.steps = [TOLD]
    return await people.decide(case)


async def new_worker(system: System) -> None:
    """kill -9 of the worker; returns when the supervisor has started another."""
    [old] = system.processes()["worker"]
    os.kill(old, signal.SIGKILL)
    while True:
        await asyncio.sleep(0.1)
        with suppress(ValueError):  # the file is being written
            if system.processes()["worker"] != [old]:
                return


async def measure(system: System, people: People, cases: Sequence[Case]) -> None:
    """Takes two decisions on each case, and says what they cost the worker."""
    await new_worker(system)
    warm, cold = cases[:WARM_UP], cases[WARM_UP:]
    for case in (*warm, *warm):
        await told(people, case)
    await asyncio.sleep(AFTERWARDS)
    rows, cost = [], {}
    for way in WAYS:
        waits = []
        meter = CpuMeter({"worker": system.processes()["worker"]})
        with meter.running():
            for case in cold:
                waits.append(await told(people, case))
            await asyncio.sleep(AFTERWARDS)
        cost[way] = meter.seconds["worker"] / len(cold) * 1000
        rows.append((way, f"{cost[way]:.1f}", str(Latency.of(waits))))
    settings = system.settings
    client = await connect(settings.temporal_target, settings.temporal_namespace)
    events = (await history_cost(client, [case.number for case in cold])).events
    print(f"{len(cold)} cases of {events:.0f} events, one decision at a time; {os.cpu_count()} cores")
    print(table(("", "worker, CPU ms/decision", "p50/p99 ms"), rows))
    print(f"an evicted case costs {cost['evicted'] - cost['cached']:.1f} CPU ms more (aim: {AIM:.0f})")


async def bench(cases: int, events: int) -> None:
    """Measures; leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder, lost_is_said():
        async with santui(Path(folder)) as settings, People(settings.base_url, settings.demo_file) as people:
            await measure(System(settings), people, await grown(people, events, WARM_UP + cases, settings))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.evicted", description="Measure what eviction costs.")
    parser.add_argument("--cases", type=positive, default=12, help="cases measured (default: 12)")
    parser.add_argument("--events", type=positive, default=200, help="events of history of each (default: 200)")
    asked = parser.parse_args()
    return run(bench(asked.cases, asked.events))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
