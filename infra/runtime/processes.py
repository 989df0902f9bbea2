"""One child process kept alive: started again with back-off when it dies, ended on demand or with its parent.

`Child` owns the process, its pid file and its log; nothing else starts or signals a child.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.runtime import parent_death

Say = Callable[[str], None]

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
# A child that lived this long had started well: its next death is a new story.
HEALTHY_AFTER = 30.0
JOB_TRIES = 5
LAST_WORDS_BYTES = 4096
LAST_WORDS_CHARS = 160


@dataclass(frozen=True)
class ChildSpec:
    """What to run and how it is kept.

    `prepare` is awaited after every start, also after a restart: what it needs before others can use
    it. A child with a `done` file is a job: it is run until it succeeds once, which makes the file; with the file
    there it is not run at all. One that starts `ahead` of its turn loads meanwhile, and waits for a line on stdin
    (`infra.startup.ahead`).
    """

    name: str
    command: tuple[str, ...]
    prepare: Callable[[], Awaitable[None]] | None = None
    done: Path | None = None
    grace: float = 15.0
    ahead: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What all children of one supervisor share."""

    environment: Mapping[str, str]
    directory: Path
    log_dir: Path
    run_dir: Path
    say: Say


@dataclass
class BackOff:
    """The pauses between starts: doubling from the first to the longest, from the first again after a healthy life."""

    _next: float = field(default=FIRST_PAUSE, init=False)

    def after(self, lived: float) -> float:
        """The pause in seconds after a life of `lived` seconds."""
        pause = FIRST_PAUSE if lived >= HEALTHY_AFTER else self._next
        self._next = min(pause * 2, LONGEST_PAUSE)
        return pause


class Child:
    """A process that is there until `stop`. The first `prepare` is awaited with `prepared`.

    One that starts ahead of its turn does nothing until `begin`; from then on it begins whenever it is started again.
    """

    def __init__(self, spec: ChildSpec, around: Surroundings) -> None:
        self.spec = spec
        self.log = around.log_dir / f"{spec.name}.log"
        self._around = around
        self._pid_file = around.run_dir / f"{spec.name}.pid"
        self._process: asyncio.subprocess.Process | None = None
        self._begun = not spec.ahead
        self._prepared: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {spec.name}")

    def begin(self) -> None:
        """Its turn has come. Idempotent."""
        if not self._begun:
            self._begun = True
            if process := self._running():
                _let_begin(process)

    async def prepared(self) -> None:
        """Returns when the process runs and is prepared for the first time; raises what `prepare` raised then."""
        await asyncio.wait({self._prepared, self._keeping}, return_when=asyncio.FIRST_COMPLETED)
        # The keeper ends first only where it failed: then its reason is the answer.
        await (self._prepared if self._prepared.done() else self._keeping)

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ends the process: SIGTERM, then SIGKILL after its grace or when `hurry` is set. Idempotent."""
        # First the keeper, so that nothing is started again; a start in flight is undone by the cancellation.
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        if self._prepared.done() and not self._prepared.cancelled():
            self._prepared.exception()
        if process := self._running():
            if self._begun:
                self._around.say(f"{self.spec.name}: ending")
            self._signal(process, signal.SIGTERM)
            ended, hurried = asyncio.create_task(process.wait()), asyncio.create_task(hurry.wait())
            await asyncio.wait({ended, hurried}, timeout=self.spec.grace, return_when=asyncio.FIRST_COMPLETED)
            hurried.cancel()
            if not ended.done():
                self._around.say(f"{self.spec.name}: does not end, killed")
                self._signal(process, signal.SIGKILL)
            await ended
        self._pid_file.unlink(missing_ok=True)

    async def _keep(self) -> None:
        back_off, tries = BackOff(), 0
        while True:
            began = time.monotonic()
            try:
                code = await self._live()
                if self.spec.done and code == 0:
                    self.spec.done.touch()
                    self._around.say(f"{self.spec.name}: done · 已完成")
                    return
                how = ending(code) + (f" ({words})" if code > 0 and (words := last_line(self.log)) else "")
            except OSError as error:
                how = f"can't be started ({error})"
            tries += 1
            if self.spec.done and tries >= JOB_TRIES:
                self._around.say(f"{self.spec.name}: {how}, given up after {tries} tries")
                return
            pause = back_off.after(time.monotonic() - began)
            self._around.say(f"{self.spec.name}: {how}, again in {pause:g} s")
            await asyncio.sleep(pause)

    async def _live(self) -> int:
        process = await self._start()
        preparing = asyncio.create_task(self._prepare(process))
        try:
            return await process.wait()
        finally:
            preparing.cancel()

    async def _start(self) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                # Isolated and without site: nothing of the project is loaded for the moment before the exec.
                *(sys.executable, "-IS", parent_death.__file__, str(os.getpid())),
                *self.spec.command,
                stdin=asyncio.subprocess.PIPE if self.spec.ahead else asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._around.directory,
                env=dict(self._around.environment),
                # Ctrl-C in a terminal reaches the supervisor alone, which ends the children in its own order.
                start_new_session=True,
            )
        if self.spec.ahead and self._begun:
            _let_begin(self._process)
        with suppress(OSError):  # on a full disk the child is there all the same
            self._pid_file.write_text(f"{self._process.pid}\n")
        return self._process

    async def _prepare(self, process: asyncio.subprocess.Process) -> None:
        try:
            if self.spec.prepare:
                await self.spec.prepare()
        except Exception as error:
            if not self._prepared.done():
                self._prepared.set_exception(error)
            else:
                # A process that can't be made ready is of no use: it gets a fresh start.
                self._around.say(f"{self.spec.name}: {error}")
                self._signal(process, signal.SIGKILL)
        else:
            if not self._prepared.done():
                self._prepared.set_result(None)

    def _running(self) -> asyncio.subprocess.Process | None:
        return self._process if self._process and self._process.returncode is None else None

    def _signal(self, process: asyncio.subprocess.Process, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            # The session's group is the child's own: what it may have started goes with it.
            os.killpg(process.pid, number)


def _let_begin(process: asyncio.subprocess.Process) -> None:
    assert process.stdin
    process.stdin.write(b"\n")
    process.stdin.close()


def ending(code: int) -> str:
    """How a process ended, from its return code."""
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def last_line(log: Path) -> str:
    """The last line of a log, shortened: most often it says why the process ended."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_WORDS_BYTES))
        lines = file.read().decode("utf-8", "replace").split("\n")
        return next((line.strip()[:LAST_WORDS_CHARS] for line in reversed(lines) if line.strip()), "")
    return ""
