"""The one primitive for people: `await desk.ask(…)` opens a task and returns its answer.

Every wait of the story goes through `until`, so every wait surfaces a fault of the background coroutines: asyncio would
swallow it, and no deadline would ever fire again. Every wait for people sees an interruption.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.case.case import Case
from domain.case.records import Interruption
from domain.case.state import Decision, DisputeState, Task
from domain.people.organisation import Post
from domain.policy.rungs import Rungs
from domain.policy.spans import Span
from workflows.engine import Engine


class Interrupted(Exception):
    """The dispute was taken out of whatever it waited for; `run` unwinds through ordinary code."""

    def __init__(self, interruption: Interruption) -> None:
        super().__init__(interruption.action)
        self.interruption = interruption


class BackgroundFault(Exception):
    """The clock or the publisher failed. Raised in `run`, it fails the workflow *task*: seen, and healed by a fix."""


@dataclass(frozen=True)
class Ask:
    """A question to be opened: the kind, whom (else the playbook says), what about, when and how long."""

    kind: str
    to: list[Post] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    limit: Span | None = None
    rungs: Rungs | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """An answered task."""

    task: Task
    decision: Decision

    @property
    def name(self) -> str:
        """The decision's name."""
        return self.decision.name

    @property
    def fields(self) -> dict[str, Any]:
        """What was filled in, as JSON values."""
        return self.decision.fields


DONE = "done"
Then = Callable[[Answer], Sequence[Ask] | str]
"""What follows from one of several answers: further questions, or `DONE`, and the rest is void."""


class Desk:
    """Where the story waits for people."""

    def __init__(self, case: Case, engine: Engine) -> None:
        self.case, self.engine = case, engine
        self._fault: BaseException | None = None
        self._waits_for: Callable[[], bool] | None = None

    @property
    def state(self) -> DisputeState:
        """The case's state."""
        return self.case.state

    async def ask(self, kind: str, *, to: list[Post] | None = None, limit: Span | None = None, **about: Any) -> Answer:
        """Asks one question and waits for its answer, by a person or by the clock."""
        answers = await self.ask_all([Ask(kind, to=to, about=about, limit=limit)])
        return answers[-1]

    async def ask_all(self, asks: Sequence[Ask], then: Then | None = None) -> list[Answer]:
        """Asks several questions at once; the only way to wait for several.

        Each answer may lead to further questions or end the wait (`then`). Without `then` all must be answered. What is
        still open at the end is void.
        """
        waiting = [self._open(ask) for ask in asks]
        answers: list[Answer] = []
        while waiting:
            task = await self._first(waiting)
            waiting.remove(task)
            if task.decision is None:
                continue
            answers.append(Answer(task, task.decision))
            follow = then(answers[-1]) if then else ()
            if isinstance(follow, str):
                break
            waiting += [self._open(ask) for ask in follow]
        self.case.void(waiting, "已无需办理")
        return answers

    async def until(self, met: Callable[[], bool]) -> None:
        """Waits for something that no interruption may break."""
        self._waits_for = met
        await self.engine.wait(lambda: self._fault is not None or met())
        self._waits_for = None
        if self._fault is not None:
            raise BackgroundFault(str(self._fault)) from self._fault

    async def over(self, going_on: Callable[[], bool]) -> None:
        """Waits until something beside the story is over.

        Raises:
            Interrupted
        """
        await self.until(lambda: self.state.interruption is not None or not going_on())
        self._see_interruption()

    @property
    def settled(self) -> bool:
        """Whether the story has come to rest: it waits for something that is not there yet."""
        return self._waits_for is not None and not self._waits_for()

    def background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs clock or publisher beside the story; an exception there surfaces in the story's waits."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and task.exception():
                self._fault = task.exception()

        task = asyncio.create_task(work)
        task.add_done_callback(ended)
        return task

    def _open(self, ask: Ask) -> Task:
        return self.case.open(
            ask.kind, to=ask.to, about=ask.about, limit=ask.limit, rungs=ask.rungs, opens_at=ask.opens_at
        )

    async def _first(self, tasks: list[Task]) -> Task:
        """The task answered or voided first."""
        state = self.state
        await self.until(lambda: state.interruption is not None or any(t.ended_at for t in tasks))
        self._see_interruption()
        return min((t for t in tasks if t.ended_at), key=lambda t: t.revision)

    def _see_interruption(self) -> None:
        if self.state.interruption is not None:
            interruption, self.state.interruption = self.state.interruption, None
            raise Interrupted(interruption)
