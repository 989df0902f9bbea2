"""The runs of one level: every side in turns, the bare engine before and after."""

import sys
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx2
import psutil
from temporalio.service import RPCError

from bench.engine.comparison import Failure, Level
from bench.figures import Figures
from bench.raw.measuring import RawFigures, measure_raw
from bench.santui import EngineFigures, System, measure_santui
from bench.story import LIFE, People
from bench.support import BenchError

PEER = "bench"
"""The raw peer's namespace on santui's server."""

HERE, BESIDE = "santui", "beside"
BREAKS = (BenchError, OSError, RPCError, httpx2.HTTPError, psutil.Error)
"""What a run ends with where the machine or the system gives way; anything else is a mistake in the bench."""

F = TypeVar("F", bound=Figures)


@dataclass(frozen=True)
class Side:
    """One of the systems compared."""

    system: System
    people: People


async def attempted(measuring: Awaitable[F]) -> F | Failure:
    """The figures, or why there are none."""
    try:
        return await measuring
    except BREAKS as error:
        reason = str(error) or type(error).__name__
        print(f"failed: {reason}", file=sys.stderr, flush=True)
        return Failure(reason)


async def one_level(
    sides: Mapping[str, Side], workdir: Path, level: Level, *, cases: int, repeat: int, sandbox: bool
) -> None:
    """Adds every side's runs to a level, `repeat` of each, and those of the bare engine before and after each time."""
    target = sides[HERE].system.settings.temporal_target
    [server] = sides[HERE].system.processes()["server"]

    async def raw() -> RawFigures:
        return await measure_raw(
            target,
            PEER,
            workdir,
            concurrency=level.concurrency,
            cases=cases,
            decisions=len(LIFE),
            server_pid=server,
            sandbox=sandbox,
        )

    async def mine(side: Side) -> EngineFigures:
        await side.system.ready()
        return await measure_santui(side.system, side.people, concurrency=level.concurrency, cases=cases)

    level.raw.append(await attempted(raw()))
    for turn in range(repeat):
        for name in list(sides)[:: -1 if turn % 2 else 1]:  # A B, B A: neither always comes first
            level.sides[name].append(await attempted(mine(sides[name])))
        level.raw.append(await attempted(raw()))
