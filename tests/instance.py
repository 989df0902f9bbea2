"""A whole running system for a test: `santui up` on free ports and a state directory of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2

from api.cli.client import County
from infra.runtime.settings import Settings
from tests import commands
from tests.infra.support import free_port

ROOT = Path(__file__).parent.parent
READY_WITHIN = 90.0
NOBODY = 2**22
"""No process has this id: Linux gives out smaller ones."""


class Instance:
    """One system: its processes can be killed one by one, and it can be stopped and started on the same state."""

    def __init__(self, var: Path, playbook: str = "jinhua", **settings: str) -> None:
        self.var = var
        http, temporal, ui = free_port(), free_port(), free_port()
        self.base = f"http://127.0.0.1:{http}"
        self.temporal = f"127.0.0.1:{temporal}"
        self.environment = {
            **os.environ,
            "SANTUI_VAR": str(var),
            "SANTUI_HTTP_PORT": str(http),
            "SANTUI_TEMPORAL_PORT": str(temporal),
            "SANTUI_TEMPORAL_UI_PORT": str(ui),
            "SANTUI_PLAYBOOK": playbook,
            "SANTUI_DEMO_DISPUTES": "0",
            "SANTUI_WORKFLOW_SANDBOX": "1",
            "SANTUI_SQL_LOG": "1",
            "SANTUI_PASSWORD_MEMORY_MB": "1",  # hashing would be half of what the API does
            "SANTUI_PASSWORD_PASSES": "1",
            "SANTUI_SEARCHES_MINUTE": "100000",  # a few demo people do in minutes what a county does in days
            "SANTUI_EXPORTS_HOUR": "100000",
            "SANTUI_JOBS_WAITING": "1000",
            **settings,
        }
        self.settings = Settings(var=var, http_port=http, temporal_port=temporal, temporal_ui_port=ui)
        self.house = ROOT
        """where the code and the playbooks are"""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def county(self) -> County:
        """The system through its HTTP interface, as its demo people."""
        return County(self.base, self.var / "demo.json")

    def start(self) -> Instance:
        """Starts everything and waits until it is ready."""
        self.begin()
        self.until_ready()
        return self

    def begin(self, before: Callable[[], None] | None = None) -> None:
        """Starts everything; `before` is done in the new process before it runs the system."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up"], cwd=self.house, env=self.environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=before,
            )  # fmt: skip

    def until_ready(self) -> None:
        """Waits until the system says that it is fit to work."""
        deadline = time.monotonic() + READY_WITHIN
        while not self.ready():
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError("santui up ended: " + (self.var / "up.log").read_text()[-2000:])
            if time.monotonic() > deadline:
                raise RuntimeError("santui up is not ready: " + (self.var / "up.log").read_text()[-2000:])
            time.sleep(0.1)

    def ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            return httpx2.get(f"{self.base}/readyz", timeout=3, trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    def santui(self, *words: str, within: float = 100.0) -> subprocess.CompletedProcess[str]:
        """A command of the command line, with the settings of the system; `within` is in seconds."""
        return commands.santui(self.environment, *words, house=self.house, within=within)

    def pid(self, child: str) -> int:
        """The process id of a child, 0 while there is none."""
        try:
            return int((self.var / "run" / f"{child}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def kill(self, child: str) -> None:
        """kill -9 of one child, once there is one: `temporal`, `worker` or `api`; the supervisor restarts it."""
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                return os.kill(self.pid(child) or NOBODY, signal.SIGKILL)
            except ProcessLookupError:  # killed before, and not yet started again
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def until_restarted(self, child: str, was: int) -> int:
        """Waits until the supervisor has started a killed child again; answers its new process id."""
        deadline = time.monotonic() + READY_WITHIN
        while (now := self.pid(child)) in (0, was):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{child} was not started again")
            time.sleep(0.01)
        return now

    @contextlib.contextmanager
    def without(self, child: str) -> Iterator[None]:
        """Runs a block with a child killed and kept from coming back: its supervisor stands still meanwhile."""
        assert self._process is not None
        was = self.pid(child)
        self._process.send_signal(signal.SIGSTOP)
        try:
            self.kill(child)
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)
        self.until_restarted(child, was)

    @contextlib.contextmanager
    def frozen(self, child: str) -> Iterator[None]:
        """Runs a block with a child that hangs (SIGSTOP) and goes on afterwards."""
        pid = self.pid(child)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def kill_all(self) -> None:
        """kill -9 of the supervisor: its leash takes every child with it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def ended(self) -> bool:
        """Whether it was started and does not run any more."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> int:
        """Ctrl-C; answers the exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=60)


@contextlib.contextmanager
def running(var: Path, playbook: str = "jinhua", **settings: str) -> Iterator[Instance]:
    """An instance for the length of a block."""
    instance = Instance(var, playbook, **settings)
    try:
        yield instance.start()
    finally:
        instance.stop()
