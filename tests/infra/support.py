"""What the tests of processes share: tiny children, free ports, waiting for a fact instead of for a time."""

import asyncio
import contextlib
import os
import random
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from infra.runtime.processes import Say, Surroundings

ROOT = Path(__file__).resolve().parent.parent.parent
WITHIN = 60.0
PORTS = range(11_000, 32_000)
_given: set[int] = set()

T = TypeVar("T")

# Children, as programs: what they do is in their first line.
SLEEPS = "import time; time.sleep(600)"
FAILS = "import sys; sys.exit('no such thing')"
SUCCEEDS = "pass"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


def python(program: str) -> tuple[str, ...]:
    """The command line of a tiny child."""
    return (sys.executable, "-IS", "-c", program)


def around(var: Path, say: Say) -> Surroundings:
    """Surroundings in a temporary state directory."""
    for part in ("logs", "run"):
        (var / part).mkdir(parents=True, exist_ok=True)
    return Surroundings(dict(os.environ), ROOT, var / "logs", var / "run", say)


async def until(fact: Callable[[], T]) -> T:
    """Returns what `fact` says as soon as that is true."""
    async with asyncio.timeout(WITHIN):
        while not (value := fact()):
            await asyncio.sleep(0.01)
    return value


def wait_until(fact: Callable[[], object]) -> None:
    """The same for a test without a loop."""
    deadline = time.monotonic() + WITHIN
    while not fact():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.01)


def read_pid(var: Path, name: str) -> int:
    """The pid a supervisor wrote down, 0 while there is none."""
    try:
        return int((var / "run" / f"{name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return 0


def alive(pid: int) -> bool:
    """Whether a process lives; one that has ended and waits to be collected does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A port that nobody holds at this moment, each time another one.

    It lies below those that the system gives to connections: one of them could take it before anybody listens there.
    """
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port
