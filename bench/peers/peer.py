"""One level of a peer, measured: its process, what is asked of it, and the figures."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.figures import CpuMeter, Figures, Latency
from bench.support import ROOT, START_TIMEOUT, STUCK, BenchError, at_once, last_words, lost_is_said, spawn, stop

WARM_UP = 5
PINNED = Path(__file__).with_name("requirements.lock")


@dataclass(frozen=True)
class Kind:
    """A peer."""

    name: str
    module: str
    database: Callable[[Path], str]
    """A database of its own for each level, given a folder."""
    also: Callable[[], Collection[int]] = tuple
    """Processes that work for it, by id: their CPU is its own."""


def install(folder: Path) -> Path:
    """A virtual environment with the peers; gives its interpreter.

    Raises:
        BenchError: they can't be had.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        print("installing the peers …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "-q"]
        done = subprocess.run(
            [*pip, "install", "--require-hashes", "-r", PINNED], stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise BenchError(f"the peers can't be installed: {done.stderr.strip()}")
    return python


class Peer:
    """A peer's process; asked for many things at a time, it answers each when it is done."""

    def __init__(self, process: subprocess.Popen[bytes], answers: asyncio.StreamReader) -> None:
        self.process, self._answers = process, answers
        self._asked: dict[int, asyncio.Future[None]] = {0: asyncio.get_running_loop().create_future()}
        self._reading = asyncio.create_task(self._read())

    async def ready(self) -> None:
        """Returns when it can be asked."""
        async with asyncio.timeout(START_TIMEOUT):
            await self._asked[0]

    async def ask(self, do: str, **what: Any) -> None:
        """Returns when it is done.

        Raises:
            BenchError: it could not be done, or not within `STUCK` seconds.
        """
        number = len(self._asked)
        done = self._asked[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"number": number, "do": do, **what}).encode() + b"\n")
        self.process.stdin.flush()
        async with asyncio.timeout(STUCK):
            await done

    async def _read(self) -> None:
        while line := await self._answers.readline():
            answer = json.loads(line)
            done = self._asked[answer["number"]]
            if "error" in answer:
                done.set_exception(BenchError(answer["error"]))
            elif not done.done():
                done.set_result(None)
        for done in self._asked.values():
            if not done.done():
                done.set_exception(BenchError("the peer's process ended"))

    async def close(self) -> None:
        """Ends the process."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await stop(self.process)


@asynccontextmanager
async def started(kind: Kind, python: Path, folder: Path) -> AsyncIterator[Peer]:
    """A peer, ready, with an empty database."""
    log = folder / f"{kind.module}.log"
    command: list[str | Path] = [python, "-m", "bench.peers.serving", kind.module, kind.database(folder)]
    process = spawn(command, log, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    answers = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(answers)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, process.stdout)
    peer = Peer(process, answers)
    try:
        try:
            await peer.ready()
        except (BenchError, TimeoutError) as error:
            raise BenchError(f"{kind.name} does not come up\n{last_words(log)}".rstrip()) from error
        yield peer
    finally:
        await peer.close()
        transport.close()


async def measure_peer(
    kind: Kind, python: Path, folder: Path, *, concurrency: int, cases: int, decisions: int
) -> Figures:
    """Measure one level: `cases` cases of `decisions` decisions, `concurrency` at once.

    Raises:
        BenchError: the peer does not come up, or a decision is refused or lost.
    """
    waits: list[float] = []
    async with started(kind, python, folder) as peer:

        async def case(case_id: str) -> None:
            await peer.ask("open", case_id=case_id, decisions=decisions)
            for seen in range(decisions):
                began = time.perf_counter()
                await peer.ask("decide", case_id=case_id, seen=seen, outcome="agreed")
                waits.append(time.perf_counter() - began)

        with lost_is_said():
            await at_once(concurrency, case, [uuid.uuid4().hex for _ in range(WARM_UP)])
            waits.clear()
            meter, also = CpuMeter({"worker": [peer.process.pid], "client": [os.getpid()]}), _spent(kind.also())
            began = time.perf_counter()
            with meter.running():
                await at_once(concurrency, case, [uuid.uuid4().hex for _ in range(cases)])
            elapsed = time.perf_counter() - began
            server = _spent(kind.also()) - also
    cores = meter.cores()
    cores["server"] = server / elapsed
    cores["others"] = max(cores["others"] - cores["server"], 0.0)
    return Figures(
        concurrency=concurrency,
        cases=cases,
        decisions=decisions,
        elapsed=elapsed,
        visible=Latency.of(waits),
        events_per_decision=0,
        bytes_per_decision=0,
        payloads_per_decision=0,
        bytes_per_payload=0,
        cores=cores,
    )


def _spent(pids: Collection[int]) -> float:
    """CPU seconds of processes."""
    spent = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            spent += times.user + times.system
    return spent
