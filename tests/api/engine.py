"""The engine faked at its port: the real process in this Python process, on a clock that the test moves.

Each case is the real `DisputeWorkflow` (`workflows.harness.life.Life`): its rules refuse, the dispute goes on, an
update is answered with what is new; its image is written to the test's database where the engine owes it, before a
message is answered, so that one's own writes are there to be read. Messages travel as JSON. Sizes are not measured, and
no run is recovered from a history.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

from pydantic import BaseModel
from temporalio.exceptions import ApplicationError

from api.core.engine import EndedOutside, Engine, LastRun, NoWorker, SignalName, UpdateName
from api.core.workflow_client import refusal
from domain.base import CHINA
from domain.case.records import Incident
from domain.case.state import DisputeState
from domain.errors import ActionNotAllowed, DisputeClosed, NotFound, Refused, Unavailable
from domain.image.projection import project
from domain.image.update_result import UpdateResult
from domain.policy.spans import Calendar
from domain.transitions import message_keys
from domain.transitions.decisions import Command
from domain.transitions.facts import Merged, Note
from domain.transitions.handover import Looked
from domain.transitions.leaving.unmanned import Sweep
from domain.transitions.message import Message
from domain.transitions.message_keys import Outcome
from domain.transitions.triage.second_look import VerdictFoundWrong
from infra.database.engine import Database
from infra.read_model.writer import forget, write_image
from workflows.dispute import DisputeInput
from workflows.harness.life import Life


class LivingEngine(Engine):
    """Cases in memory. A test says what is wrong with the engine by these:

    `mode`: "up"; "no worker" (an update gets no answer, a signal is kept until `worker_back`); "away" (nothing
    answers). `refuses`: the refusal that each update meets. `loses_answers`: an update is taken and its answer lost.
    `publishes`: whether the read model is there to be written; where not, it is being made anew at that moment.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lives: dict[str, Life] = {}
        self._ids = count(1)
        self._left: list[tuple[str, SignalName, BaseModel]] = []
        self._ended_outside: set[str] = set()
        self.at = datetime.now(CHINA)
        self.mode: Literal["up", "no worker", "away"] = "up"
        self.refuses: Refused | None = None
        self.loses_answers = False
        self.publishes = True
        self.sent: list[tuple[str, str, BaseModel]] = []
        """each message that reached the engine: dispute, name of the update or signal, message"""

    # --- the port

    async def start(self, dispute: DisputeInput, *, next_run: bool = False) -> None:
        """Begins a life, or the next run of an ended one."""
        self._there()
        number = dispute.state.dispute_no
        before = self._lives.get(number)
        if before and not next_run:
            return
        if before and not before.ended and number not in self._ended_outside:
            raise ActionNotAllowed("该纠纷刚刚已重新启动")
        self._ended_outside.discard(number)
        self._lives[number] = Life(DisputeInput.model_validate_json(dispute.model_dump_json()), self.at, self._ids)
        await self._go_on(number)

    async def update(self, dispute_no: str, update: UpdateName, message: Message) -> UpdateResult:
        """Takes a person's message by the workflow's own update."""
        self._there(may_take_effect=True)
        life = self._running(dispute_no)
        self.sent.append((dispute_no, update, message))
        if self.mode == "no worker":
            raise NoWorker
        if self.refuses:
            self.refuses.by_case = True
            raise self.refuses
        try:
            life.update(update, message)
        except ApplicationError as error:
            raise refusal(error) from error
        await self._go_on(dispute_no)
        if not self.publishes:
            await forget(self._database, dispute_no)
        if self.loses_answers:
            raise Unavailable(may_take_effect=True)
        return life.results[message.key]

    async def orphan(self, dispute_no: str, key: str) -> None:
        """Hands the orphaned key to the workflow."""
        self._there()
        if dispute_no in self._ended_outside or dispute_no not in self._lives or self._lives[dispute_no].ended:
            raise DisputeClosed
        self._lives[dispute_no].orphan(key)
        await self._go_on(dispute_no)

    async def signal(self, dispute_no: str, signal: SignalName, message: BaseModel) -> None:
        """Hands a signal to the workflow, or keeps it until there is a worker."""
        self._there(may_take_effect=True)
        self._running(dispute_no)
        self.sent.append((dispute_no, signal, message))
        if self.mode == "no worker":
            self._left.append((dispute_no, signal, message))
        else:
            await self._signalled(dispute_no, signal, message)

    async def known_outcome(self, dispute_no: str, key: str, task_id: str | None = None) -> Outcome | None:
        """Asks the case; an ended one answers without a worker."""
        self._there(may_take_effect=True)
        life = self._lives.get(dispute_no)
        if life and not life.ended and self.mode == "no worker":
            raise Unavailable(may_take_effect=True)
        return message_keys.outcome(life.state, key, task_id) if life else None

    async def last_run(self, dispute_no: str) -> LastRun:
        """The case as its last run left it."""
        self._there()
        life = self._lives.get(dispute_no)
        outside = dispute_no in self._ended_outside
        if life is None:
            raise Unavailable
        if not (life.ended or outside):
            raise Unavailable("该纠纷刚刚启动，请稍后重试")
        left = DisputeInput(state=life.state.model_copy(deep=True), ended="terminated" if outside else "")
        return LastRun(life.run_id(), left)

    async def ended_outside(self, dispute_no: str) -> bool:
        """Whether `end_outside` was its end."""
        self._there()
        if dispute_no not in self._lives:
            raise NotFound("没有这个纠纷")
        return dispute_no in self._ended_outside

    async def advance(self, dispute_no: str, length: timedelta) -> int:
        """Moves the case's clock, and the engine's with it."""
        self._there()
        life = self._running(dispute_no)
        life.workflow.clock_advanced(int(length.total_seconds()))
        life.pass_time(length)
        self.at = max(self.at, life.at)
        await self._go_on(dispute_no)
        return life.state.revision

    async def answers(self) -> bool:
        """Whether it is not away."""
        return self.mode != "away"

    # --- what a test does to it and sees of it

    def state(self, dispute_no: str) -> DisputeState:
        """The case as its workflow has it."""
        return self._lives[dispute_no].state

    async def worker_back(self) -> None:
        """The worker takes what was left for it."""
        self.mode = "up"
        left, self._left = self._left, []
        for dispute_no, signal, message in left:
            await self._signalled(dispute_no, signal, message)

    def end_outside(self, dispute_no: str) -> None:
        """An operator terminates the case's run."""
        self._ended_outside.add(dispute_no)

    async def publish(self, dispute_no: str) -> None:
        """Writes the case's image, also where `publishes` is off."""
        self._lives[dispute_no].published(await write_image(self._database, project(self.state(dispute_no))))

    def drop(self) -> None:
        """Lets every life go."""
        for life in self._lives.values():
            life.drop()

    # --- within

    def _there(self, *, may_take_effect: bool = False) -> None:
        if self.mode == "away":
            raise Unavailable(may_take_effect=may_take_effect)

    def _running(self, dispute_no: str) -> Life:
        if dispute_no in self._ended_outside:
            raise EndedOutside("流程被外部终止，待恢复，请稍后重试")
        life = self._lives.get(dispute_no)
        if life is None or life.ended:
            raise DisputeClosed
        return life

    async def _signalled(self, dispute_no: str, signal: SignalName, message: BaseModel) -> None:
        life = self._lives[dispute_no]
        takes: dict[SignalName, tuple[type[BaseModel], Callable[[Any], None]]] = {
            "decision": (Command, life.signal),
            "incident_added": (Incident, life.fact),
            "hotline_note": (Note, life.fact),
            "calendar_edition": (Calendar, life.fact),
            "looked": (Looked, life.looked),
            "unmanned": (Sweep, life.swept),
            "verdict_found_wrong": (VerdictFoundWrong, life.fact),
        }
        kind, take = takes[signal]
        assert isinstance(message, kind)
        take(message)
        await self._go_on(dispute_no)

    async def _go_on(self, dispute_no: str) -> None:
        """The story goes on as far as it can, and others see it; one that was merged tells the other dispute."""
        life = self._lives[dispute_no]
        life.at = max(life.at, self.at)
        life.settle()
        if self.publishes and life.owes:
            await self.publish(dispute_no)
        other = life.state.merged_into
        if life.ended and other in self._lives:
            s = life.state
            self._lives[other].fact(Merged(dispute_no=s.dispute_no, incidents=s.incidents, parties=s.parties))
            await self._go_on(other)
