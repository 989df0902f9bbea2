"""What grows with the number of open disputes: `python -m bench.growth --at 100,1000,5000 --json growth.json`.

Disputes are opened until as many are open; then so many decisions are taken on new cases and on cases that have been
open for long (drawn from all: beyond what the worker keeps in memory, most of them are read back from their history),
one at a time and in turns, and the pages that people look at are read. The bare engine takes as many decisions before
and after on the same server, which has grown alike: what grows there is the engine's.
"""

import argparse
import asyncio
import gc
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.cli import levels, positive, run
from bench.engine.rounds import PEER
from bench.figures import CpuMeter, Latency, table
from bench.raw.measuring import RawFigures, measure_raw
from bench.santui import System, santui, setting
from bench.story import LIFE, Case, People
from bench.support import at_once, lost_is_said
from infra.temporal.embedded import prepare_namespace

OPENERS = 10
STEPS = 3
"""Decisions on each case that is drawn, the first ones of a life: it stays open."""
LOOKS = 30
PAGES = (("inbox", "/v1/tasks?box=claimable", LIFE[0].kind), ("list", "/v1/disputes", None))
"""Who has the fullest inbox, and the supervisor, who sees every dispute."""
RAW_CASES = 10
SETTLING = 2.0
"""Seconds without a request before anything is measured."""


@dataclass(frozen=True)
class Size:
    """What so many open disputes come to; latencies in milliseconds."""

    disputes: int
    opened_per_second: float
    new: Latency
    old: Latency
    pages: dict[str, Latency]
    cpu: dict[str, float]
    """CPU milliseconds a decision by process, on new and old cases together."""
    memory: dict[str, float]
    """MiB resident by process."""
    disk: dict[str, float]
    """KiB a dispute that opening it left, by database."""
    raw: Sequence[RawFigures]
    """Before and after."""

    @property
    def raw_p50(self) -> float:
        """The bare engine's decision."""
        return sum(raw.visible.p50 for raw in self.raw) / len(self.raw)


@dataclass
class Growth:
    """A system that fills up."""

    system: System
    people: People
    workdir: Path
    decisions: int
    cases: list[Case] = field(default_factory=list)
    """All that are open, in the order in which they were opened."""
    chance: random.Random = field(default_factory=lambda: random.Random(9))

    async def fill(self, disputes: int) -> tuple[float, dict[str, float]]:
        """Opens disputes until so many are open; answers how many a second, and the KiB that each left on disk."""
        missing = range(disputes - len(self.cases))

        async def one(_: int) -> None:
            self.cases.append(await self.people.begin())

        before, began = self.disk(), time.perf_counter()
        await at_once(OPENERS, one, missing)
        took = time.perf_counter() - began
        grown = {name: (size - before[name]) / len(missing) / 2**10 for name, size in self.disk().items()}
        return len(missing) / took, grown

    async def measure(self, disputes: int) -> Size:
        """The figures at so many open disputes."""
        opened, disk = await self.fill(disputes)
        raw = [await self.raw()]
        await asyncio.sleep(SETTLING)
        meter = CpuMeter(self.system.processes())
        new, old = [], []
        untouched = [case for case in self.cases if len(case.steps) == len(LIFE)]
        drawn = self.chance.sample(untouched, min(self.decisions // STEPS, len(untouched)))
        with meter.running():
            for case in drawn:
                fresh = await self.people.begin()
                for _ in range(STEPS):
                    old.append(await self.people.decide(case))
                    new.append(await self.people.decide(fresh))
                self.cases.append(fresh)
        pages = {
            name: Latency.of([await self.people.look(path, kind) for _ in range(LOOKS)]) for name, path, kind in PAGES
        }
        raw.append(await self.raw())
        return Size(
            disputes=disputes,
            opened_per_second=opened,
            new=Latency.of(new),
            old=Latency.of(old),
            pages=pages,
            cpu={name: spent * 1000 / len(new + old) for name, spent in meter.seconds.items()},
            memory=self.system.memory(),
            disk=disk,
            raw=raw,
        )

    async def raw(self) -> RawFigures:
        """The bare engine, one case at a time on the same server."""
        settings = self.system.settings
        [server] = self.system.processes()["server"]
        return await measure_raw(
            settings.temporal_target,
            PEER,
            self.workdir,
            concurrency=1,
            cases=RAW_CASES,
            decisions=len(LIFE),
            server_pid=server,
        )

    def disk(self) -> dict[str, int]:
        """Bytes of the engine's and of our database, what is in the write-ahead log included; SQLite only."""
        settings = self.system.settings
        files = {"engine": settings.temporal_db, "database": settings.sqlite_path}
        return {name: _bytes(file) if file else 0 for name, file in files.items()}


def _bytes(file: Path) -> int:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        [[pages]], [[size]] = (connection.execute(f"PRAGMA {what}").fetchall() for what in ("page_count", "page_size"))
    return int(pages) * int(size)


HEAD = (
    *("open", "opened/s", "new p50/p99 ms", "old p50/p99 ms", "raw p50 ms", "new / raw", "old / raw"),
    *("inbox p50/p99 ms", "list p50/p99 ms", "CPU ms/decision", "worker MiB", "api MiB", "server MiB"),
    *("engine KiB/case", "database KiB/case"),
)


def row(size: Size) -> tuple[str, ...]:
    """A line of the table."""
    return (
        str(size.disputes),
        f"{size.opened_per_second:.1f}",
        str(size.new),
        str(size.old),
        f"{size.raw_p50:.0f}",
        f"{size.new.p50 / size.raw_p50:.2f}",
        f"{size.old.p50 / size.raw_p50:.2f}",
        *(str(size.pages[name]) for name, _, _ in PAGES),
        f"{sum(size.cpu.values()):.1f}",
        *(f"{size.memory[name]:.0f}" for name in ("worker", "api", "server")),
        *(f"{size.disk[name]:.1f}" for name in ("engine", "database")),
    )


def slope(sizes: Sequence[Size]) -> str:
    """How much the last size's decisions cost over the first's, and how much of that is the engine's own."""
    first, last = sizes[0], sizes[-1]
    times = {
        "decision p50 on a new case": last.new.p50 / first.new.p50,
        "on an old one": last.old.p50 / first.old.p50,
        "CPU": sum(last.cpu.values()) / sum(first.cpu.values()),
        "the bare engine's p50": last.raw_p50 / first.raw_p50,
    }
    said = ", ".join(f"{what} × {ratio:.2f}" for what, ratio in times.items())
    return f"from {first.disputes} to {last.disputes} open: {said}"


async def bench(asked: argparse.Namespace) -> None:
    """Fills, measures at every size, and prints the table whatever happens."""
    sizes: list[Size] = []
    try:
        with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
            workdir = Path(folder)
            async with (
                santui(workdir, more=dict(asked.set)) as settings,
                People(settings.base_url, settings.demo_file) as people,
            ):
                await prepare_namespace(settings.temporal_target, PEER, 1, {})
                growth = Growth(System(settings), people, workdir, asked.decisions)
                with lost_is_said():
                    await people.live([])  # who answers what, and everybody signed in
                    for disputes in sorted(asked.at):
                        print(f"{disputes} open …", file=sys.stderr, flush=True)
                        sizes.append(await growth.measure(disputes))
                        print(table(HEAD, [row(sizes[-1])]), file=sys.stderr, flush=True)
    finally:
        if sizes:
            print(table(HEAD, map(row, sizes)))
            print(slope(sizes))
        if asked.json:
            asked.json.write_text(json.dumps([asdict(size) for size in sizes], indent=1), encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.growth", description="Measure what grows with the number of open disputes."
    )
    parser.add_argument("--at", type=levels, default=[100, 1000, 5000], help="open disputes (default: 100,1000,5000)")
    parser.add_argument("--decisions", type=positive, default=150, help="on new and on old cases each (default: 150)")
    parser.add_argument("--set", type=setting, action="append", default=[], metavar="NAME=VALUE", help="a setting")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures, as JSON")
    return run(bench(parser.parse_args()))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
