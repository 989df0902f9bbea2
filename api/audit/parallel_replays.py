"""Runs replayed on every core: each process has a few runs at a time and is given the next for each that it answers.

What a process that ends has not answered is done here; so what went wrong there is told by who does it here.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from api.audit.checking import Finding
from api.audit.rebuilding import Rebuilt
from api.audit.replay_process import Room
from api.histories.replayed_runs import Asked, Maker, each_of, made_of_each
from domain.base import Model
from infra.runtime.settings import Settings
from infra.startup import loading

ENOUGH = 100
"""Runs that are worth a process: it takes a second or two to begin."""
MOST = 8
"""Processes: each takes 150 MiB, and beyond these the one that hands out is the bound."""
AT_A_TIME = 4
"""Runs that a process has: one to replay, the others' histories to fetch."""
LONGEST_LINE = 2**24
ROOT = Path(__file__).resolve().parents[2]
M = TypeVar("M", bound=Model)
Left: TypeAlias = deque[tuple[Asked, asyncio.Future[M | None]]]
"""Runs that no process has yet, each with what waits for its answer."""


class ParallelReplays(Generic[M]):
    """What is made of many runs, in the order in which they are asked for."""

    def __init__(self, settings: Settings, word: str, room: Room, model: type[M], maker: Maker[M]) -> None:
        """`word` is the maker's name on the command line of `replay_process`, `model` what it makes."""
        options = [] if room.database else ["--archive"]
        self._command = [sys.executable, "-m", loading.__name__, "api.audit.replay_process", word, *options]
        self._environment = {**os.environ, **settings.environment()}
        self._model, self._maker = model, maker

    async def made(self, asked: Sequence[Asked], processes: int | None = None) -> AsyncGenerator[M, None]:
        """What is made of each run; unless said, in as many processes as there are cores and are worth it.

        Raises:
            NotFound, Unavailable: a history can't be fetched.
        """
        processes = worthwhile(len(asked)) if processes is None else processes
        if processes < 2:
            async for made in made_of_each(self._maker, each_of(asked)):
                yield made
            return
        answers: list[asyncio.Future[M | None]] = [asyncio.get_running_loop().create_future() for _ in asked]
        working = asyncio.create_task(self._work_off(deque(zip(asked, answers, strict=True)), processes))
        unanswered: asyncio.Queue[Asked] = asyncio.Queue()
        here = made_of_each(self._maker, _taken_from(unanswered))
        try:
            for each, answer in zip(asked, answers, strict=True):
                if (answered := await answer) is None:
                    unanswered.put_nowait(each)
                yield await anext(here) if answered is None else answered
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await here.aclose()

    async def _work_off(self, left: Left[M], processes: int) -> None:
        """Has processes answer what is left. When this ends, each has an answer, or the word that it has none."""
        try:
            await asyncio.gather(*(self._one_process(left) for _ in range(processes)), return_exceptions=True)
        finally:
            _without_answer(answer for _, answer in left)

    async def _one_process(self, left: Left[M]) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # an error may quote a case
            env=self._environment,
            cwd=ROOT,
            limit=LONGEST_LINE,
        )
        assert process.stdin
        assert process.stdout
        given: deque[asyncio.Future[M | None]] = deque()
        try:
            while True:
                while left and len(given) < AT_A_TIME:
                    each, answer = left.popleft()
                    given.append(answer)
                    process.stdin.write(each.model_dump_json().encode() + b"\n")
                if not given:
                    break
                line = await process.stdout.readline()
                if not line.endswith(b"\n"):
                    break
                given.popleft().set_result(self._model.model_validate_json(line))
            process.stdin.close()
            await process.wait()
        finally:
            _without_answer(given)
            if process.returncode is None:
                process.kill()
                await process.wait()


def checks(settings: Settings, room: Room) -> ParallelReplays[Finding]:
    """Replays compared with what is kept of them."""
    return ParallelReplays(settings, "check", room, Finding, room.checker())


def rebuilds(settings: Settings, room: Room) -> ParallelReplays[Rebuilt]:
    """Replays that make the read model again."""
    return ParallelReplays(settings, "rebuild", room, Rebuilt, room.rebuilder())


def worthwhile(runs: int) -> int:
    """How many processes so many runs are worth on this machine."""
    return min(os.cpu_count() or 1, MOST, runs // ENOUGH)


def _without_answer(answers: Iterable[asyncio.Future[M | None]]) -> None:
    for answer in answers:
        if not answer.done():
            answer.set_result(None)


async def _taken_from(queue: asyncio.Queue[Asked]) -> AsyncIterator[Asked]:
    while True:
        yield await queue.get()
