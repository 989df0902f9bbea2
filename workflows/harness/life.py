"""One run of the dispute workflow without a server: the real workflow code, on a clock that its driver moves.

The run is given an engine of its own (`workflows/engine.py`); nothing of the process is patched, so runs on Temporal
and any number of these live side by side. The story waits for the world by one primitive, `Engine.wait`. Here it is
ours: a coroutine that waits hands us its condition, and we resume it once that is met or its time has come, until
nothing can go on. What Temporal adds to a message is done as Temporal does it: a validator runs before its handler, a
refusal leaves nothing, messages of one activation are all taken before the story goes on, payloads travel as JSON.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from temporalio.common import SearchAttributeUpdate, TypedSearchAttributes
from temporalio.exceptions import ApplicationError

from domain.case.case import Case
from domain.case.records import Incident
from domain.case.state import DisputeState
from domain.image.projection import Image
from domain.image.update_result import UpdateResult
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions import message_keys
from domain.transitions.actions import Act
from domain.transitions.decisions import Command, Receipt
from domain.transitions.facts import Merged, Note
from domain.transitions.handover import Claim, Looked
from domain.transitions.leaving.unmanned import Sweep
from domain.transitions.message import Message as PersonsMessage
from domain.transitions.triage.second_look import VerdictFoundWrong
from workflows.clock import Alarm, keep_time
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.engine import Engine
from workflows.search_attributes import attributes

MOST_STEPS = 20_000
"""Resumptions in one go after which a life counts as stuck in a circle."""
Message = TypeVar("Message", bound=PersonsMessage)
Payload = TypeVar("Payload", bound=BaseModel)


@dataclass
class Waiting:
    """What a coroutine waits for: a condition, at most until an instant."""

    met: Callable[[], bool]
    until: datetime | None


class Strand:
    """One coroutine of the workflow, resumed by hand."""

    def __init__(self, coroutine: Coroutine[Waiting, None, None]) -> None:
        self._coroutine = coroutine
        self._waiting: Waiting | None = None
        self.ended = False

    def resume(self, at: datetime) -> bool:
        """Goes on, if it can; says whether it could."""
        if self.ended:
            return False
        waiting = self._waiting
        try:
            if waiting is None or waiting.met():
                self._waiting = self._coroutine.send(None)
            elif waiting.until is not None and waiting.until <= at:
                self._waiting = self._coroutine.throw(TimeoutError())
            else:
                return False
        except StopIteration:
            self.ended = True
        return True

    def drop(self) -> None:
        """Lets it go where it waits."""
        self._coroutine.close()


class WatchedCase(Case):
    """A case whose driver is told of each stage before it is entered."""

    entering: Callable[[Stage], None] | None = None

    def enter(self, stage: Stage) -> None:
        """As any case."""
        if self.entering:
            self.entering(stage)
        super().enter(stage)


class DrivenDispute(DisputeWorkflow):
    """A dispute that runs on another engine than Temporal."""

    case: WatchedCase
    case_type = WatchedCase

    def __init__(self, dispute: DisputeInput, engine: Engine) -> None:
        self.engine = engine
        super().__init__(dispute)


class Life(Engine):
    """One run of a dispute's workflow, and the engine it runs on.

    Without `travels` messages do not go through JSON, and no validator is looked at for leaving the case as it was: for
    whoever drives very many lives of which that is known, and hands over what is nobody else's.

    With `entering` the case is one that stood before that stage: the life goes on by entering it.
    """

    def __init__(
        self,
        dispute: DisputeInput,
        at: datetime,
        ids: Iterator[int],
        *,
        travels: bool = True,
        entering: Stage | None = None,
    ) -> None:
        self.at = at
        self._run_id = f"run-{next(ids)}"
        self._ids = ids
        self._travels = travels
        self.knows = False
        """what is sent now was admitted before, at the same place of another life: no validator is asked again"""
        self.workflow = DrivenDispute(_travelled(dispute) if travels else dispute, self)
        at_stage = entering or self.workflow._begin(dispute)
        # The clock's coroutine starts first, and yet not before the story's first line: as `run` has it.
        self._alarm = Alarm(self.workflow.case)
        self._clock = Strand(keep_time(self.workflow.case, self))
        self._memory = Strand(self.workflow.publisher.remember())
        self._story = Strand(self.workflow._rounds(at_stage))
        self._handlers: list[Strand] = []
        self.results: dict[str, UpdateResult] = {}
        """what updates were answered, by the message's key; there once the story has settled"""
        self.settle()

    @property
    def state(self) -> DisputeState:
        """The case."""
        return self.workflow.state

    def watch(self, entering: Callable[[Stage], None]) -> None:
        """Tells of each stage before the case enters it: there the story holds nothing that the case does not."""
        self.workflow.case.entering = entering

    @property
    def ended(self) -> bool:
        """Whether the run has come to its end."""
        return self._story.ended

    def drop(self) -> None:
        """Ends the run where it stands."""
        for strand in (self._clock, self._memory, self._story, *self._handlers):
            strand.drop()

    # --- time

    def due(self) -> tuple[datetime, str] | None:
        """When something next falls due, and what; none if nothing ever will."""
        return self._alarm.due()

    def settle(self) -> None:
        """Lets everything go on that can, as after an activation."""
        for _ in range(MOST_STEPS):
            strands = (self._clock, self._memory, *self._handlers, self._story)
            went_on = [strand.resume(self.at) for strand in strands]
            self._handlers = [handler for handler in self._handlers if not handler.ended]
            if not any(went_on):
                return
        raise AssertionError("the story runs in a circle")

    def pass_time(self, length: timedelta) -> None:
        """Time passes while everything is up: each instant that matters is kept when it comes."""
        until = self.at + length
        while (due := self.due()) and due[0] <= until:
            self.at = max(self.at, due[0])
            self.settle()
        self.at = until
        self.settle()

    def sleep(self, length: timedelta) -> None:
        """Time passes while nothing runs; what is sent before `settle` finds the deadlines passed and not yet kept."""
        self.at += length

    # --- messages

    def decide(self, command: Command) -> Receipt:
        """A decision by the update.

        Raises:
            ApplicationError: refused; the type is the refusal's code
        """
        return self._update(self.workflow._may_decide, _plain(self.workflow.decide), command)

    def claim(self, claim: Claim) -> Receipt:
        """A claim or a release by the update."""
        return self._update(self.workflow._may_claim, _plain(self.workflow.claim), claim)

    def act(self, act: Act) -> Receipt:
        """An action by the update."""
        return self._update(self.workflow._may_act, _plain(self.workflow.act), act)

    def update(self, name: str, message: PersonsMessage) -> Receipt:
        """A message by the update of a name."""
        updates: dict[str, tuple[Callable[[Any], None], Any]] = {
            "decide": (self.workflow._may_decide, self.workflow.decide),
            "claim": (self.workflow._may_claim, self.workflow.claim),
            "delegate": (self.workflow._may_delegate, self.workflow.delegate),
            "transfer": (self.workflow._may_transfer, self.workflow.transfer),
            "acknowledge": (self.workflow._may_acknowledge, self.workflow.acknowledge),
            "act": (self.workflow._may_act, self.workflow.act),
        }
        validate, handle = updates[name]
        return self._update(validate, _plain(handle), message)

    def signal(self, command: Command) -> None:
        """A decision by the signal, which nobody answers."""
        self.workflow.decision(_travelled(command))

    def looked(self, looked: Looked) -> None:
        """The signal that somebody opened a delivered task."""
        self.workflow.looked(_travelled(looked))

    def swept(self, sweep: Sweep) -> None:
        """The signal that people of tasks are gone."""
        self.workflow.unmanned(_travelled(sweep))

    def orphan(self, key: str) -> None:
        """The signal that nobody waits for a message's answer."""
        self.workflow.orphan(key)

    @property
    def owes(self) -> bool:
        """Whether the engine itself has to write the case to the read model."""
        return not self.workflow.publisher.up_to_date

    def published(self, revision: int) -> None:
        """The activity has written the case at a revision."""
        self.workflow.publisher.published = max(self.workflow.publisher.published, revision)

    def fact(self, fact: Incident | Note | Calendar | Merged | VerdictFoundWrong) -> None:
        """A fact that arrives by itself."""
        match fact:
            case Incident():
                self.workflow.incident_added(_travelled(fact))
            case Note():
                self.workflow.hotline_note(_travelled(fact))
            case Merged():
                self.workflow.merged_in(_travelled(fact))
            case Calendar():
                self.workflow.calendar_edition(_travelled(fact))
            case VerdictFoundWrong():
                self.workflow.verdict_found_wrong(_travelled(fact))

    def _update(
        self, validate: Callable[[Message], None], handle: Callable[[Message], Any], message: Message
    ) -> Receipt:
        """Takes a message; what it is answered is in `results` as soon as the story rests."""

        async def handled() -> None:
            result = await handle(self._arrives(message))
            self.results[message.key] = self._arrives(result)

        before = self.state.model_dump_json() if self._travels else ""
        try:
            if not self.knows:
                validate(self._arrives(message))
        finally:
            assert not self._travels or self.state.model_dump_json() == before, "a validator changed the case"
        handler = Strand(handled())
        handler.resume(self.at)
        self._handlers.append(handler)
        known = message_keys.outcome(self.state, message.key, getattr(message, "task_id", None))
        assert known is not None
        return known.receipt

    def _arrives(self, message: Payload) -> Payload:
        """What the other side gets."""
        return _travelled(message) if self._travels else message

    # --- the engine's part

    def now(self) -> datetime:
        """Where its driver has moved the clock."""
        return self.at.astimezone(UTC)

    def new_id(self) -> str:
        """The next of the driver's."""
        return str(UUID(int=next(self._ids)))

    def run_id(self) -> str:
        """One of the driver's too."""
        return self._run_id

    @types.coroutine
    def wait(
        self, met: Callable[[], bool], timeout: timedelta | None = None, what: str | None = None
    ) -> Generator[Waiting, None, None]:
        """As Temporal has it, also a condition that is met already is first seen when the others are asked."""
        yield Waiting(met, None if timeout is None else self.at + timeout)

    def is_replaying(self) -> bool:
        """It happens once."""
        return False

    def patched(self, change: str) -> bool:
        """Everything that happens here happens under the newest code."""
        return True

    def history(self) -> tuple[int, int]:
        """None is kept."""
        return 0, 0

    def answered(self) -> bool:
        """Whether no handler is under way."""
        return not self._handlers

    async def publish(self, image: Image | None, where: str) -> int | None:
        """Never asked for: the publisher does not run here, `owes` says what it would write."""
        raise AssertionError("the publisher does not run here")

    async def tell(self, dispute_no: str, merged: Merged) -> bool:
        """Never asked for: a run ends here where its story does, and whoever drives several tells the other."""
        raise AssertionError("a run ends here where its story does")

    def shown(self) -> TypedSearchAttributes:
        """What operators see: as it should be."""
        return attributes(self.state)

    def show(self, changed: Sequence[SearchAttributeUpdate[Any]]) -> None:
        """Nobody looks."""

    def offer(self, sheet: Callable[[], str]) -> None:
        """Nobody looks."""


def refused(send: Callable[[Message], Any], message: Message) -> str:
    """The code of the refusal that a message meets; "" where it is taken."""
    try:
        send(message)
    except ApplicationError as refusal:
        return refusal.type or "unnamed"
    return ""


def _plain(update: Any) -> Callable[[Any], Any]:
    """An update's handler as the method that it is; for the SDK's types it is a definition."""
    handler: Callable[[Any], Any] = update
    return handler


def _travelled(message: Payload) -> Payload:
    """What the other side gets: the message through JSON and back."""
    return type(message).model_validate_json(message.model_dump_json())
