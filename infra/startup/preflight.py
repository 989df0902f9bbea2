"""Checks before anything is started: Python, directories, ports. A failed one says in one sentence what to change."""

import errno
import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.runtime.file_permissions import mend
from infra.runtime.front_door import LOOPBACK
from infra.runtime.settings import Settings, variable
from infra.temporal.embedded import temporal_binary

LEAST_PYTHON = (3, 11)
# A killed server needs a moment to let go of its port.
PORT_FREE_WITHIN = 1.0


class PreflightError(Exception):
    """Something outside is not as it must be; the message is one sentence in English and one in Chinese."""


@contextmanager
def premises(settings: Settings) -> Iterator[None]:
    """Every check in order; holds the state directory for this process while inside. Raises PreflightError."""
    check_python(sys.version_info[:2])
    check_writable(settings)
    # Before the ports: another santui on this directory holds them too, and it is the better reason to give.
    with only_one(settings.var):
        mend(settings)
        check_port(settings.http_host, settings.http_port, variable("http_port"))
        if settings.temporal_address is None:
            check_binary(temporal_binary())
            check_port(LOOPBACK, settings.temporal_port, variable("temporal_port"))
            check_port(LOOPBACK, settings.temporal_ui_port, variable("temporal_ui_port"))
        yield


def check_python(version: tuple[int, int]) -> None:
    """Python is new enough."""
    if version < LEAST_PYTHON:
        raise PreflightError(
            f"Python {version[0]}.{version[1]} is too old: santui needs 3.11. Python 版本过低，需要 3.11 以上。"
        )


def check_binary(binary: Path) -> None:
    """The embedded server's command is there and may be run."""
    if not os.access(binary, os.X_OK):
        raise PreflightError(
            "The temporal command is missing from the virtual environment: run `make setup`. "
            "缺少 temporal 程序，请先运行 make setup。"
        )


def check_writable(settings: Settings) -> None:
    """The state directory and its parts exist and can be written."""
    try:
        for directory in (settings.var, settings.log_dir, settings.run_dir):
            directory.mkdir(parents=True, exist_ok=True)
            probe = directory / f".probe-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
    except OSError as error:
        raise PreflightError(
            f"Can't write to the state directory {settings.var} ({error.strerror}): set {variable('var')}. "
            f"状态目录不可写，请用 {variable('var')} 另行指定。"
        ) from error


def check_port(host: str, port: int, name: str) -> None:
    """Nobody listens on the port and we may; `name` is the environment variable that would change it."""
    deadline = time.monotonic() + PORT_FREE_WITHIN
    while (problem := _bind_problem(host, port)) and problem.errno == errno.EADDRINUSE:
        if time.monotonic() > deadline:
            raise PreflightError(
                f"Port {port} is taken: set {name} to a free one. 端口 {port} 已被占用，请用 {name} 指定空闲端口。"
            )
        time.sleep(0.05)
    if problem:
        raise PreflightError(
            f"Can't listen on {host}:{port} ({problem.strerror}): set {name} to another port. "
            f"无法监听 {host}:{port}，请用 {name} 另行指定端口。"
        )


def _bind_problem(host: str, port: int) -> OSError | None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # Connections of a server that has just ended linger; they are no reason to refuse, a listener is.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Holds the state directory for this process: two supervisors on one SQLite file would fight over it.

    The lock belongs to the open file: the kernel gives it back when the process ends, however it ends.
    """
    with (var / "santui.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise PreflightError(
                f"Another santui (process {lock.read().strip() or 'unknown'}) runs on the state directory {var}: "
                f"stop it or set {variable('var')} to another. "
                f"已有另一个 santui 在使用该状态目录，请先停止它，或用 {variable('var')} 另行指定。"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
