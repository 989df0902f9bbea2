"""One level of the bare engine, measured: `measure_raw`.

A case is one workflow that takes decisions as updates (validated, answered at once) and puts each on record by one
normal activity with one SQL upsert: the least that any system with santui's promises must do. Server, worker and client
are three processes, as they are in santui. Two waits are reported of every decision: `update`, until the engine has
answered, and `visible`, until the row in the read model is at that revision, which is when santui's HTTP answer leaves.
"""

import asyncio
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError

from bench.figures import CpuMeter, Figures, Latency, history_cost
from bench.raw.case import RawCase
from bench.raw.store import Decision, Opened, Reader
from bench.support import (
    ROOT,
    START_TIMEOUT,
    STUCK,
    BenchError,
    at_once,
    connect,
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
    sandbox: bool = True,
) -> RawFigures:
    """Measure one level against a running server: `cases` cases of `decisions` decisions, `concurrency` at once.

    Starts a worker process of its own, with a task queue and a database file of its own in `workdir`, and ends it. Give
    `server_pid` to have the server's CPU among the figures. `sandbox` is the SDK's default, which costs its worker a
    fifth and which santui's does without. Raises `BenchError` when the worker does not come up or a
    decision is lost.
    """
    level = f"raw-{uuid.uuid4().hex[:8]}"
    database = workdir / f"{level}.sqlite"
    client = await connect(target, namespace)
    log = workdir / f"{level}.log"
    async with _worker(target, namespace, level, database, log, sandbox=sandbox) as worker_pid:
        reader = Reader(database)
        try:
            warm = _Run(client, reader, level, decisions=2)
            await _drive(warm, [f"{level}-warm-{n}" for n in range(WARM_UP)], concurrency)

            pids = {"worker": [worker_pid], "client": [os.getpid()]} | ({"server": [server_pid]} if server_pid else {})
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
        payloads_per_decision=cost.payloads / decisions,
        bytes_per_payload=cost.payload_size / cost.payloads,
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
async def _worker(
    target: str, namespace: str, task_queue: str, database: Path, log: Path, *, sandbox: bool
) -> AsyncIterator[int]:
    """The worker process, ready to work; gives its pid."""
    process = spawn(
        [
            *(sys.executable, "-m", "bench.raw.worker", "--target", target, "--namespace", namespace),
            *("--task-queue", task_queue, "--database", database),
            *(() if sandbox else ("--no-sandbox",)),
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
