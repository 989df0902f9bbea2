"""The bare engine, as a peer: what Temporal alone does on this machine with as many decisions as a dispute has.

    python -m bench.raw --cases 40 --decisions 8 --at 1,10,50

A case is one workflow that takes decisions as updates (validated, answered at once) and puts each on record by one
normal activity with one SQL upsert: the least that any system with santui's promises must do. Server, worker and client
are three processes, as they are in santui. Two waits are reported of every decision: `update`, until the engine has
answered, and `visible`, until the row in the read model is at that revision, which is when santui's HTTP answer leaves.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError

from bench.cli import levels, positive, run, setting
from bench.figures import CpuMeter, Figures, Latency, history_cost, table
from bench.raw_case import RawCase
from bench.raw_store import Decision, Opened, Reader
from bench.support import (
    ROOT,
    SERVER_SETTINGS,
    START_TIMEOUT,
    STUCK,
    BenchError,
    at_once,
    connect,
    embedded_server,
    last_words,
    lost_is_said,
    spawn,
    stop,
)
from infra.temporal.client import TASK_TIMEOUT

WARM_UP = 5
"""Cases before the clock starts: imports, the sandbox's first run, and SQLite's page caches are nobody's latency."""


@dataclass(frozen=True)
class RawFigures(Figures):
    """What one level came to; elapsed is until the last workflow closed, and `server` is only known by its pid."""

    update: Latency
    """Milliseconds until the engine has answered a decision."""


@dataclass
class _Run:
    """One level being measured: hands out cases, collects the waits."""

    client: Client
    reader: Reader
    task_queue: str
    decisions: int
    updates: list[float] = field(default_factory=list)
    visibles: list[float] = field(default_factory=list)

    async def case(self, case_id: str) -> None:
        """One case from its start to its last row. Every decision waits for the one before, as a person would."""
        handle = await self.client.start_workflow(
            RawCase.run,
            Opened(case_id=case_id, decisions=self.decisions),
            id=case_id,
            task_queue=self.task_queue,
            task_timeout=TASK_TIMEOUT,
            rpc_timeout=timedelta(seconds=STUCK),
        )
        for seen in range(self.decisions):
            async with asyncio.timeout(STUCK):
                began = time.perf_counter()
                revision = await self.decide(handle, Decision(seen=seen, outcome="agreed"), f"{case_id}-{seen}")
                answered = time.perf_counter()
                await self.reader.shows(case_id, revision)
            self.updates.append(answered - began)
            self.visibles.append(time.perf_counter() - began)

    async def decide(self, handle: WorkflowHandle[RawCase, int], decision: Decision, key: str) -> int:
        """One decision, sent once; gives the revision it made."""
        try:
            return await handle.execute_update(RawCase.decide, decision, id=key)
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            # The SDK wraps our own cancellation, be it ctrl-C or the timeout, and asyncio would not know it again.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from error
            raise


async def measure_raw(
    target: str,
    namespace: str,
    workdir: Path,
    *,
    concurrency: int,
    cases: int,
    decisions: int,
    server_pid: int | None = None,
) -> RawFigures:
    """Measure one level against a running server: `cases` cases of `decisions` decisions, `concurrency` at once.

    Starts a worker process of its own, with a task queue and a database file of its own in `workdir`, and ends it. Give
    `server_pid` to have the server's CPU among the figures. Raises `BenchError` when the worker does not come up or a
    decision is lost.
    """
    level = f"raw-{uuid.uuid4().hex[:8]}"
    database = workdir / f"{level}.sqlite"
    client = await connect(target, namespace)
    async with _worker(target, namespace, level, database, workdir / f"{level}.log") as worker_pid:
        reader = Reader(database)
        try:
            warm = _Run(client, reader, level, decisions=2)
            await _drive(warm, [f"{level}-warm-{n}" for n in range(WARM_UP)], concurrency)

            pids = {"worker": worker_pid, "client": os.getpid()} | ({"server": server_pid} if server_pid else {})
            meter, measured = CpuMeter(pids), _Run(client, reader, level, decisions)
            case_ids = [f"{level}-{n}" for n in range(cases)]
            # Wall clock, for the end is read from the histories: nobody has to be asked for it while time counts.
            began = time.time()
            with meter.running():
                await _drive(measured, case_ids, concurrency)
            for case_id in case_ids:
                await client.get_workflow_handle(case_id).result(rpc_timeout=timedelta(seconds=STUCK))
            cost = await history_cost(client, case_ids)
        finally:
            reader.close()
    return RawFigures(
        concurrency=concurrency,
        cases=cases,
        decisions=decisions,
        elapsed=cost.last_close.timestamp() - began,
        update=Latency.of(measured.updates),
        visible=Latency.of(measured.visibles),
        events_per_decision=cost.events / decisions,
        bytes_per_decision=cost.size / decisions,
        cores=meter.cores(),
    )


async def _drive(measured: _Run, case_ids: Sequence[str], concurrency: int) -> None:
    """Run the cases to their last rows, so many at once."""
    with lost_is_said():
        async with asyncio.TaskGroup() as watched:
            watching = watched.create_task(measured.reader.watch())
            await at_once(concurrency, measured.case, case_ids)
            watching.cancel()


@asynccontextmanager
async def _worker(target: str, namespace: str, task_queue: str, database: Path, log: Path) -> AsyncIterator[int]:
    """The worker process, ready to work; gives its pid."""
    process = spawn(
        [
            *(sys.executable, "-m", "bench.raw_worker", "--target", target, "--namespace", namespace),
            *("--task-queue", task_queue, "--database", database),
        ],
        log,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_TIMEOUT):
                said = await asyncio.to_thread(process.stdout.readline)
        except TimeoutError:
            said = b""
        if said.strip() != b"ready":
            raise BenchError("the worker did not come up")
        yield process.pid
    except BenchError as error:  # whatever was lost, the worker may have said why
        raise BenchError(f"{error}\n{last_words(log)}".rstrip()) from error
    finally:
        await stop(process)


HEAD = (
    *("at once", "cases", "cases/s", "decisions/s", "update p50/p99 ms", "visible p50/p99 ms"),
    *("events/decision", "bytes/decision", "server", "worker", "client", "others"),
)


def row(figures: RawFigures) -> tuple[str, ...]:
    """A line of the table; the last four columns are cores kept busy."""
    return (
        str(figures.concurrency),
        str(figures.cases),
        f"{figures.cases_per_second:.1f}",
        f"{figures.cases_per_second * figures.decisions:.0f}",
        str(figures.update),
        str(figures.visible),
        f"{figures.events_per_decision:.1f}",
        f"{figures.bytes_per_decision:.0f}",
        *(f"{figures.cores.get(name, 0):.2f}" for name in ("server", "worker", "client", "others")),
    )


async def bench(cases: int, decisions: int, levels: Sequence[int], settings: Mapping[str, object]) -> None:
    """Measure every level against one fresh server and print the table; leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
        workdir = Path(folder)
        async with embedded_server(workdir, settings=settings) as server:
            measured = []
            for level in levels:
                print(f"{level} at once …", file=sys.stderr, flush=True)
                measured.append(
                    await measure_raw(
                        server.target,
                        server.namespace,
                        workdir,
                        concurrency=level,
                        cases=max(cases, 3 * level),
                        decisions=decisions,
                        server_pid=server.pid,
                    )
                )
    print(f"{decisions} decisions a case; {os.cpu_count()} cores")
    print(table(HEAD, [row(figures) for figures in measured]))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.raw", description="Measure the bare engine on a server of its own."
    )
    parser.add_argument(
        "--cases", type=positive, default=40, help="cases a level, at least three times the level (default: 40)"
    )
    parser.add_argument("--decisions", type=positive, default=8, help="decisions a case (default: 8)")
    parser.add_argument("--at", type=levels, default=[1, 10, 50], help="levels of concurrency (default: 1,10,50)")
    parser.add_argument(
        "--server",
        type=setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a dynamic configuration value of the server, to try another one (may be given more than once)",
    )
    asked = parser.parse_args()
    return run(bench(asked.cases, asked.decisions, asked.at, {**SERVER_SETTINGS, **dict(asked.server)}))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
