"""santui running, and one level of it measured: `santui`, `measure_santui`.

Whole lives over HTTP (`bench.story`): a case is an alarm, its reading, twelve decisions and an upload, all within
cases/s; a decision is measured from the request to the answer, which leaves when the read model shows what it changed.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from bench.figures import CpuMeter, Figures, Latency, history_cost
from bench.story import LIFE, People
from bench.support import (
    ROOT,
    STUCK,
    BenchError,
    at_once,
    connect,
    free_ports,
    last_words,
    lost_is_said,
    spawn,
    stop,
)
from infra.database.statement_log import log_of
from infra.runtime.settings import Settings, variable

CHILDREN = {"temporal": "server", "worker": "worker", "api": "api"}
"""Processes by the name of their pid file, and what the tables call them; of several, `api-1` is one of the `api`."""

ALL_THERE = "ready: done"
"""What `santui up` says once all its processes are."""

WARM_UP = 5
LOOK_EVERY = 0.05
AFTERWARDS = 0.5
"""Seconds in which a worker finishes what a case's last decision left it to do."""

Statements = Mapping[str, Mapping[str, float]]
"""How often each SQL statement is sent, by its text, of each process."""


@dataclass(frozen=True)
class EngineFigures(Figures):
    """What one level came to; elapsed is until the last decision's answer."""

    unpublished: int
    """Answers that left before the read model showed what they changed."""
    unavailable: int
    """Answers 503, after each of which the request was sent again."""
    deferred: int
    """Answers 202: no worker took a decision in time; sent again until one had."""
    sql: Mapping[str, float]
    """SQL statements by process in the whole level, intake, uploads and background work included, a decision."""
    statements: Statements
    """Of one case alone, a decision: the API's from a decision's request to its answer, the worker's at any time."""
    memory: Mapping[str, float]
    """MiB resident by process, at the end."""

    @property
    def statements_alone(self) -> float:
        """SQL statements a decision of one case alone, of all processes."""
        return sum(sum(sent.values()) for sent in self.statements.values())


@dataclass(frozen=True)
class System:
    """A running santui."""

    settings: Settings

    def processes(self) -> dict[str, list[int]]:
        """The ids of its processes by what the tables call them."""
        found: dict[str, list[int]] = {name: [] for name in CHILDREN.values()}
        for file in sorted(self.settings.run_dir.glob("*.pid")):
            name = file.stem.rstrip("0123456789").rstrip("-")
            if name in CHILDREN:
                found[CHILDREN[name]].append(int(file.read_text()))
        return found

    def memory(self) -> dict[str, float]:
        """MiB resident, by what the tables call the processes."""
        return {
            name: sum(psutil.Process(pid).memory_info().rss for pid in pids) / 2**20
            for name, pids in self.processes().items()
        }

    async def ready(self) -> None:
        """Waits until it says so, after a level that failed too.

        Raises:
            BenchError: it does not, for `STUCK` seconds.
        """
        give_up = time.monotonic() + STUCK
        async with httpx2.AsyncClient(trust_env=False) as client:
            while not await _ready(client, self.settings):
                if time.monotonic() > give_up:
                    raise BenchError(f"santui is not ready for {STUCK:.0f} s")
                await asyncio.sleep(0.1)


class SqlLogs:
    """What the processes of a system have sent to the database since a moment. Empty where they keep no such log."""

    def __init__(self, system: System) -> None:
        self._logs = {
            name: [log_of(system.settings.log_dir, pid) for pid in pids] for name, pids in system.processes().items()
        }

    def now(self) -> dict[Path, int]:
        """This moment."""
        return {log: log.stat().st_size for logs in self._logs.values() for log in logs if log.exists()}

    def since(self, moment: Mapping[Path, int]) -> dict[str, list[str]]:
        """The statements sent since then, by process."""
        sent: dict[str, list[str]] = defaultdict(list)
        for name, logs in self._logs.items():
            for log in logs:
                if log.exists():
                    with log.open("rb") as file:
                        file.seek(moment.get(log, 0))
                        sent[name] += file.read().decode().splitlines()
        return sent


def settings_in(workdir: Path, *, sql_log: bool = False) -> Settings:
    """Settings of a demo county with a state directory and ports of its own."""
    http, temporal, ui = free_ports(3)
    return Settings(
        var=workdir / "var",
        http_port=http,
        temporal_port=temporal,
        temporal_ui_port=ui,
        temporal_address=None,
        playbook="jinhua",
        demo=True,
        demo_disputes=False,
        sql_log=sql_log,
    )


@asynccontextmanager
async def up(
    settings: Settings, log: Path, *, root: Path = ROOT, more: Mapping[str, str] | None = None
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """`santui up` with these settings, ready to work; its supervisor's process. What it says is appended to `log`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SANTUI_")}
    command = [sys.executable, "-m", "api.cli", "up"]
    with log.open("ab") as told:
        own = {**environment, **settings.environment(), **(more or {})}
        process = spawn(command, log, cwd=root, env=own, stdout=told.fileno())
    try:
        give_up = time.monotonic() + STUCK
        async with httpx2.AsyncClient(trust_env=False) as client:
            # The supervisor knows when the last of several processes is there, and is dealt its share of connections.
            while not (ALL_THERE in log.read_text() and await _ready(client, settings)):
                if process.poll() is not None or time.monotonic() > give_up:
                    raise BenchError(f"santui does not come up\n{last_words(log)}".rstrip())
                await asyncio.sleep(LOOK_EVERY)
        yield process
    finally:
        await stop(process)


@asynccontextmanager
async def santui(
    workdir: Path, *, root: Path = ROOT, more: Mapping[str, str] | None = None, sql_log: bool = False
) -> AsyncIterator[Settings]:
    """`santui up` with the demo county, ready to work: this checkout's, or another `root`'s.

    `more` are environment variables of its own, `sql_log` has it write the statements that `SqlLogs` counts.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    settings = settings_in(workdir, sql_log=sql_log)
    async with up(settings, workdir / "up.log", root=root, more=more):
        yield settings


def setting(text: str) -> tuple[str, str]:
    """`NAME=VALUE` or `SANTUI_NAME=VALUE`, for argparse: a setting of santui as its environment variable."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ValueError(text)
    return (name if name == name.upper() else variable(name)), value


async def _ready(client: httpx2.AsyncClient, settings: Settings) -> bool:
    try:
        return (await client.get(f"{settings.base_url}/readyz")).status_code == 200
    except httpx2.TransportError:
        return False


async def measure_santui(system: System, people: People, *, concurrency: int, cases: int) -> EngineFigures:
    """Measure one level against a running santui: `cases` whole lives, `concurrency` at once.

    Raises:
        BenchError: a request is refused, or a decision is lost.
    """
    waits: list[float] = []
    numbers: list[str] = []

    async def life(_: int) -> None:
        numbers.append(await people.live(waits))

    with lost_is_said():
        await life(0)  # alone: the first case learns who answers what, and signs everybody in
        await at_once(concurrency, life, range(WARM_UP))
        logs = SqlLogs(system)
        _, statements = await case_alone(logs, people)
        waits.clear()
        numbers.clear()
        unpublished, unavailable, deferred = people.unpublished, people.unavailable, people.deferred

        meter = CpuMeter({**system.processes(), "client": [os.getpid()]})
        moment, began = logs.now(), time.perf_counter()
        with meter.running():
            await at_once(concurrency, life, range(cases))
        elapsed = time.perf_counter() - began
    decisions = cases * len(LIFE)
    settings = system.settings
    cost = await history_cost(await connect(settings.temporal_target, settings.temporal_namespace), numbers)
    return EngineFigures(
        concurrency=concurrency,
        cases=cases,
        decisions=len(LIFE),
        elapsed=elapsed,
        visible=Latency.of(waits),
        events_per_decision=cost.events / len(LIFE),
        bytes_per_decision=cost.size / len(LIFE),
        payloads_per_decision=cost.payloads / len(LIFE),
        bytes_per_payload=cost.payload_size / cost.payloads,
        cores=meter.cores(),
        unpublished=people.unpublished - unpublished,
        unavailable=people.unavailable - unavailable,
        deferred=people.deferred - deferred,
        sql={name: len(sent) / decisions for name, sent in logs.since(moment).items()},
        statements=statements,
        memory=system.memory(),
    )


async def case_alone(logs: SqlLogs, people: People) -> tuple[str, Statements]:
    """Plays one case while nothing else happens; answers its number, and how often it sends each statement a decision.

    The API's are counted from a decision's request to its answer, the worker's from the first decision on.
    """
    sent: dict[str, Counter[str]] = defaultdict(Counter)
    began: dict[Path, int] = {}

    @contextmanager
    def decision() -> Iterator[None]:
        moment = logs.now()
        if not began:
            began.update(moment)
        yield
        sent["api"].update(logs.since(moment)["api"])

    number = await people.live([], decision)
    await asyncio.sleep(AFTERWARDS)
    sent["worker"].update(logs.since(began)["worker"])
    return number, {name: {text: n / len(LIFE) for text, n in texts.most_common()} for name, texts in sent.items()}
