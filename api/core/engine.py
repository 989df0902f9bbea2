"""The engine as the services use it: a port with two adapters, `workflow_client.WorkflowClient` on Temporal and, in the
tests of services, one that keeps its cases in memory."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from pydantic import BaseModel

from domain.errors import Refused, Unavailable
from domain.image.update_result import UpdateResult
from domain.transitions.decisions import Receipt
from domain.transitions.message import Message
from domain.transitions.message_keys import Outcome
from workflows.dispute import DisputeInput

UpdateName = Literal["decide", "claim", "delegate", "transfer", "acknowledge", "act"]
"""The updates of `workflows.dispute`: a person's message, answered with a receipt or refused."""
SignalName = Literal[
    "decision", "incident_added", "hotline_note", "calendar_edition", "looked", "unmanned", "verdict_found_wrong"
]
"""The signals that services send: a decision while no worker answers, a repeat alarm, a first look at what rings, tasks
whose people are gone."""


class NoWorker(Exception):
    """Nobody answered the update in time; it may still be taken."""


class EndedOutside(Unavailable):
    """The case's run was ended from outside: the case is not over, and takes messages again once it is recovered."""


@dataclass(frozen=True)
class LastRun:
    """The run that a case was in last, and what the next one starts with."""

    run_id: str
    left: DisputeInput


class Engine(Protocol):
    """Starts disputes, sends them messages, and says what became of a message."""

    @abstractmethod
    async def start(self, dispute: DisputeInput, *, next_run: bool = False) -> None:
        """Starts a life, which is left alone if it runs already, or the next run of a closed one.

        Raises:
            ActionNotAllowed: somebody else started the next run first.
            TooLarge: the case is larger than the engine takes.
            Unavailable: the engine does not answer; it may have been reached all the same.
        """

    @abstractmethod
    async def update(self, dispute_no: str, update: UpdateName, message: Message) -> UpdateResult:
        """Sends an update under the message's key and waits for its answer.

        Raises:
            Refused: the case's refusal, as the same error the rule raised; TooLarge before it is sent.
            NoWorker: no answer in time.
            EndedOutside: the run is over, the case is not.
            Unavailable: the engine does not answer at all; it may have been reached all the same.
        """

    @abstractmethod
    async def signal(self, dispute_no: str, signal: SignalName, message: BaseModel) -> None:
        """Sends a signal; it is durable when this returns.

        Raises:
            DisputeClosed: the life is over.
            EndedOutside: its run is, the life is not.
            TooLarge: the message is larger than a case takes.
            Unavailable: the engine does not answer.
        """

    @abstractmethod
    async def orphan(self, dispute_no: str, key: str) -> None:
        """Has the case write by itself what the message of a key changed, or changes when it comes; durable on return.

        Raises:
            DisputeClosed: no run takes it: it has written all, or its next one will.
            Unavailable: the engine does not answer.
        """

    @abstractmethod
    async def known_outcome(self, dispute_no: str, key: str, task_id: str | None = None) -> Outcome | None:
        """What became of the write of a key, whichever content it came with; none where it was never taken.

        Raises:
            Unavailable: nobody can say now; it may have taken effect.
        """

    async def outcome(self, dispute_no: str, key: str, task_id: str | None = None) -> Receipt | None:
        """What a key did, according to the case, which may be over or in its next run; none where it was never taken.

        Raises:
            Refused: what the key was refused with, or that it came with other content.
            Unavailable: nobody can say now; it may have taken effect.
        """
        found = await self.known_outcome(dispute_no, key, task_id)
        if found is None:
            return None
        try:
            return found.receipt_for(key)
        except Refused as refusal:
            refusal.by_case = True
            raise

    @abstractmethod
    async def last_run(self, dispute_no: str) -> LastRun:
        """The last run of a case that is closed, or whose run was ended from outside.

        Raises:
            Unavailable: the engine does not answer, or the case has begun its next run.
        """

    @abstractmethod
    async def ended_outside(self, dispute_no: str) -> bool:
        """Whether the run of a case was ended from outside.

        Raises:
            NotFound: the engine knows no such case.
            Unavailable: the engine does not answer.
        """

    @abstractmethod
    async def advance(self, dispute_no: str, length: timedelta) -> int:
        """Moves a dispute's clock (演练); answers the revision once everything that fell due is published.

        Raises:
            Conflict: it is being moved already.
            DisputeClosed
            Unavailable: the clock may have been moved, or be moved yet.
        """

    @abstractmethod
    async def answers(self) -> bool:
        """Whether the engine answers at all, within seconds."""
