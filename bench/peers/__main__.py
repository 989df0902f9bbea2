"""The command line: santui, the bare engine and the peers, in turns."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import psutil

from bench.cli import levels, positive, run
from bench.figures import Figures, table
from bench.peers.peer import Kind, install, measure_peer
from bench.raw.measuring import measure_raw
from bench.santui import System, measure_santui, santui
from bench.story import LIFE, People
from bench.support import BenchError
from infra.temporal.embedded import prepare_namespace
from tests.postgres import Cluster, cluster

NAMESPACE = "bench"
MISSING = {
    "santui": "",
    "raw": "rules, tasks and who may; deadlines; HTTP; encryption; outcome under a key after the case's end",
    "DBOS": "a decision's answer (it is sent unseen, and refused later in silence); a history to replay; encryption",
    "SpiffWorkflow": "a store, locks, timers that fire, keys, recovery: it is a library, the bench wrote what is kept",
    "viewflow": "durable timers without a job queue of one's own; a history to replay; keys; encryption",
}
"""What of santui's each has not. The bench's flows ask of none what it has not."""
HEAD = ("at once", "", "cases", "cases/s", "/ raw", "decision p50/p99 ms", "CPU ms/decision", "others", "it has not")


@contextmanager
def kinds() -> Iterator[Sequence[Kind]]:
    """The peers; DBOS on a PostgreSQL that commits as lazily as the others' SQLite in WAL with NORMAL."""

    def file(folder: Path) -> str:
        return str(folder / f"{uuid4().hex}.sqlite")

    with cluster(synchronous_commit="off") as postgres:
        yield (
            Kind("DBOS", "dbos_cases", lambda _: _url(postgres), partial(_processes, postgres)),
            Kind("SpiffWorkflow", "spiff_cases", file),
            Kind("viewflow", "viewflow_cases", file),
        )


def _url(postgres: Cluster) -> str:
    return postgres.database().replace("postgresql+asyncpg", "postgresql+psycopg")


def _processes(postgres: Cluster) -> Collection[int]:
    server = psutil.Process(postgres.pid)
    return [server.pid, *(child.pid for child in server.children(recursive=True))]


def row(name: str, figures: Figures, raw: float) -> tuple[str, ...]:
    """A line of the table; `others` are cores that were busy with something else."""
    return (
        str(figures.concurrency),
        name,
        str(figures.cases),
        f"{figures.cases_per_second:.2f}",
        f"{figures.cases_per_second / raw:.2f}",
        str(figures.visible),
        f"{figures.cpu('server', 'worker', 'api'):.1f}",
        f"{figures.cores.get('others', 0):.2f}",
        MISSING[name],
    )


async def bench(cases: int, asked: Sequence[int], environment: Path | None) -> None:
    """Measures all at every level and prints the table; leaves nothing behind but a given environment."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder, kinds() as peers:
        workdir = Path(folder)
        python = install(environment or workdir / "peers")
        async with santui(workdir / "santui") as settings, People(settings.base_url, settings.demo_file) as people:
            system, target = System(settings), settings.temporal_target
            await prepare_namespace(target, NAMESPACE, 1, {})
            for level in asked:
                many = max(cases, 3 * level)
                print(f"{level} at once …", file=sys.stderr, flush=True)
                [server] = system.processes()["server"]
                raw = await measure_raw(
                    target, NAMESPACE, workdir, concurrency=level, cases=many, decisions=len(LIFE), server_pid=server
                )
                found: dict[str, Figures] = {"raw": raw}
                for peer in peers:
                    try:
                        found[peer.name] = await measure_peer(
                            peer, python, workdir, concurrency=level, cases=many, decisions=len(LIFE)
                        )
                    except BenchError as error:
                        print(f"{peer.name}: {error}", file=sys.stderr, flush=True)
                found["santui"] = await measure_santui(system, people, concurrency=level, cases=many)
                rows += [row(name, figures, raw.cases_per_second) for name, figures in found.items()]
    print(f"{len(LIFE)} decisions a case; {os.cpu_count()} cores")
    print(table(HEAD, rows))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description="Measure santui beside other systems.")
    parser.add_argument(
        "--cases", type=positive, default=40, help="cases a level, at least three times it (default: 40)"
    )
    parser.add_argument("--at", type=levels, default=[1, 10, 50], help="levels of concurrency (default: 1,10,50)")
    parser.add_argument("--environment", type=Path, help="a folder that keeps the peers installed for another run")
    asked = parser.parse_args()
    return run(bench(asked.cases, asked.at, asked.environment))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
