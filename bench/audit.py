"""What being auditable costs: replay, rebuilding, publishing lag, memory of cached disputes.

    python -m bench.audit --histories 1000 --disputes 1000

Replay is measured over archived histories: the golden ones of tests/replay, each as often as it takes, under numbers of
their own. The peer is the SDK's own replayer over the same histories, read as the SDK reads them: it looks at no state
and compares nothing. The rest is measured on a running system: the lag is what the histories themselves say (an update
answered, then the read model written), the rebuild is `santui rebuild` while the system serves, the memory is the
worker's.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import gzip
import os
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowRunner

import worker
from api.audit.parallel_replays import checks
from api.audit.replay_process import Room
from api.histories.lookup import Histories, Run
from api.histories.replayed_runs import all_asked
from bench.cli import positive, run
from bench.figures import Latency, table
from bench.santui import santui
from bench.story import People
from bench.support import ROOT, at_once, connect, lost_is_said
from infra.records.archive import Archive
from infra.runtime.crypto import KeyRing, load_keys
from infra.runtime.settings import Settings
from infra.temporal.case_memory import cached_cases
from infra.temporal.codec import data_converter, is_sealed, rewrite, sealed_payload, unsealed_payload
from infra.temporal.envelope import Kind, Owner
from workflows.dispute import DisputeWorkflow
from workflows.messages.foreign import RefusingForeign

GOLDEN = ROOT / "tests" / "replay"
CHECKED = "replayed, digest checked, end state compared"
LAG_CASES = 40
LAG_AT = 10
WARM_UP = 20


async def archived(folder: Path, count: int) -> Archive:
    """An archive of so many histories."""
    archive, keys = Archive(folder), load_keys(GOLDEN / "golden.key")
    files = sorted(GOLDEN.glob("histories/*/*.json.gz"))
    texts = [gzip.decompress(file.read_bytes()).decode() for file in files]
    for n in range(count):
        number = f"D2026-{n:06d}"
        await archive.put(number, str(uuid.uuid4()), resealed(texts[n % len(texts)], number, keys))
    return archive


def resealed(text: str, number: str, keys: KeyRing) -> str:
    """A history as it would stand under another number: payloads open only for the one they are sealed for."""
    history = WorkflowHistory.from_json(number, text)

    def change(payload: Payload, owner: str) -> Payload:
        if not is_sealed(payload):
            return payload
        head, plain = unsealed_payload(payload, keys)
        return sealed_payload(plain, Owner(owner, Kind(head.kind)), keys)

    for event in history.events:
        rewrite(event, number, change)
    return history.to_json()


@dataclass
class Cost:
    """Seconds that some work took, and of processors, also those of processes that it started and that have ended."""

    elapsed: float = 0.0
    cpu: float = 0.0

    async def of(self, work: Awaitable[int]) -> int:
        """Does the work; gives what it gives."""
        began, spent = time.perf_counter(), sum(os.times()[:4])
        count = await work
        self.elapsed, self.cpu = time.perf_counter() - began, sum(os.times()[:4]) - spent
        return count


async def bare(histories: Histories, runs: Sequence[Run], converter: DataConverter, runner: WorkflowRunner) -> int:
    """Has the SDK read and replay the histories; gives the number of events."""
    events = 0

    async def stream() -> AsyncIterator[WorkflowHistory]:
        nonlocal events
        for each in runs:
            text = await histories.archive.get(each.dispute_no, each.run_id)
            history = WorkflowHistory.from_json(each.dispute_no, text or "")
            events += len(history.events)
            yield history

    replayer = Replayer(
        workflows=[DisputeWorkflow], data_converter=converter, interceptors=[RefusingForeign()],
        workflow_runner=runner, debug_mode=True,
    )  # fmt: skip
    await replayer.replay_workflows(stream())
    return events


async def replay(folder: Path, count: int) -> None:
    """Replays an archive of so many histories, ours and the peer's way."""
    settings = Settings(var=folder, key_file=GOLDEN / "golden.key")
    converter = data_converter(load_keys(settings.key_file))
    histories = Histories(None, await archived(settings.archive_dir, count))
    runs = [each async for each in histories.all_runs()]
    checking = checks(settings, Room(histories, converter))

    async def ours(processes: int) -> int:
        events = 0
        async for finding in checking.made(all_asked(runs), processes):
            assert finding.replayed, finding.error
            assert finding.state_matches, finding.differences
            events += finding.events
        return events

    free, sandboxed = worker.workflow_runner(sandbox=False), worker.workflow_runner(sandbox=True)
    cores = os.cpu_count() or 1
    ways = (
        (f"santui audit replay --archive, {cores} processes", ours(cores), CHECKED),
        ("the same in one process", ours(1), CHECKED),
        ("the SDK's replayer", bare(histories, runs, converter, free), "replayed"),
        ("the same, sandboxed", bare(histories, runs, converter, sandboxed), "replayed"),
    )
    rows: list[tuple[str, Cost, str]] = []
    for name, work, what in ways:
        cost = Cost()
        events = await cost.of(work)
        rows.append((name, cost, what))
    print(f"{count} archived histories, {events} events; {cores} cores")
    print(table(("", "cases/s", "events/s", "CPU ms/case", "CPU / the SDK's", "what it does"), [
        (name, f"{count / cost.elapsed:.1f}", f"{events / cost.elapsed:.0f}", f"{cost.cpu / count * 1000:.1f}",
         f"{cost.cpu / rows[2][1].cpu:.2f}", what)
        for name, cost, what in rows
    ]))  # fmt: skip


async def lag(settings: Settings, people: People) -> None:
    """Plays lives, and reads off their histories how long after an answer the read model had it."""
    numbers: list[str] = []

    async def life(_: int) -> None:
        numbers.append(await people.live([]))

    await life(0)
    await at_once(LAG_AT, life, range(LAG_CASES))
    client = await connect(settings.temporal_target, settings.temporal_namespace)
    waits = []
    for number in numbers:
        answered: list[float] = []
        for event in (await client.get_workflow_handle(number).fetch_history()).events:
            at = event.event_time.ToNanoseconds() / 1e9
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                answered.append(at)
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                waits += [at - each for each in answered]
                answered = []
    print(f"publishing lag at {LAG_AT} at once, {len(waits)} decisions: p50 / p99 {Latency.of(waits)} ms")


async def memory(settings: Settings, people: People, count: int) -> None:
    """Opens so many disputes, and weighs the worker before and after."""
    process = psutil.Process(int((settings.run_dir / "worker.pid").read_text()))

    async def one(_: int) -> None:
        await people.report()

    await at_once(LAG_AT, one, range(WARM_UP))
    before = process.memory_info().rss
    cached = min(count, cached_cases(settings) - WARM_UP - LAG_CASES - 1)
    await at_once(LAG_AT, one, range(cached))
    grown = (process.memory_info().rss - before) / 2**20
    print(f"the worker grew by {grown:.0f} MiB with {cached} more open disputes cached: "
          f"{grown / cached * 1000:.0f} MiB per 1,000")  # fmt: skip


async def command(settings: Settings, word: str) -> None:
    """Times a command of the command line over all there is, start included."""
    environment = {**os.environ, **settings.environment()}
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.cli", word, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    took = time.perf_counter() - began
    last = said.decode().strip().splitlines()[-1]
    count = int(last.split()[0])
    print(f"santui {word}: {took:.1f} s, {count / took:.1f} disputes/s ({last})")


async def bench(histories: int, disputes: int) -> None:
    """Measures everything; leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
        await replay(Path(folder) / "replays", histories)
        async with santui(Path(folder)) as settings, People(settings.base_url, settings.demo_file) as people:
            with lost_is_said():
                await lag(settings, people)
                await memory(settings, people, disputes)
            for word in ("rebuild", "doctor"):
                await command(settings, word)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description="Measure what being auditable costs.")
    parser.add_argument("--histories", type=positive, default=1000, help="archived histories to replay (default: 1000)")
    parser.add_argument("--disputes", type=positive, default=1000, help="open disputes to cache (default: 1000)")
    asked = parser.parse_args()
    return run(bench(asked.histories, asked.disputes))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
