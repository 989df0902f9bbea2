"""What lies ahead of a case: its own history driven on by the clock alone, as it will go if nobody does anything.

The case is brought to where it stands by a replay: where its story waits, and the ids of its run, are to be had by
nothing else. Then, before the SDK lets go of it, it is handed the activations that are still to come: its timer rings
each time, and what it has written counts as written. Nothing of this reaches the server or a worker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.activity_result import ActivityResolution, Success
from temporalio.bridge.proto.workflow_activation import (
    FireTimer,
    ResolveActivity,
    ResolveSignalExternalWorkflow,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker._workflow_instance import _WorkflowInstanceImpl

from api.histories.replay import replaying, up_to
from domain.case.state import DisputeState, Entry
from workflows.dispute import DisputeWorkflow

MOST_STEPS = 1_000
"""Activations in one look ahead."""
LONGEST = 4.0
"""Seconds of work in one look ahead."""


class NotForeseen(Exception):
    """The history can't be replayed with this code, or the case fails where it is driven on."""


@dataclass
class Course:
    """How a case goes on by itself for a length of its time, from now on."""

    now: Callable[[DisputeState], datetime]
    length: timedelta
    earlier: list[Entry] = field(default_factory=list)
    """its timeline as it stands"""
    entries: list[Entry] = field(default_factory=list)
    """what comes to it; each at the very instant, without the moment that a worker takes"""
    until: datetime | None = None
    """up to where it was followed: its end, or earlier where it was too much work"""
    failure: str | None = None


async def course_of(history: WorkflowHistory, converter: DataConverter, course: Course) -> Course:
    """Fills in the course of a case from the history of its run; one that nobody has worked on yet has none.

    Raises:
        NotForeseen
    """
    async with replaying(converter, _Runner(course)) as replay_one:
        replayed = await replay_one(up_to(history, history.events[-1].event_id))
    if failure := replayed.error or course.failure:
        raise NotForeseen(failure)
    return course


async def course_in_thread(history: WorkflowHistory, converter: DataConverter, course: Course) -> Course:
    """The same in a thread with an event loop of its own: a replay works on the loop it is asked from."""
    return await asyncio.to_thread(asyncio.run, course_of(history, converter, course))


class _Runner(UnsandboxedWorkflowRunner):
    """Runs the one workflow of a replay, and drives it on at the end."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The SDK's instance, with an eye on its timers."""
        return _Driven(det, self._course)  # type: ignore[abstract]


class _Driven(_WorkflowInstanceImpl):
    """A workflow of which is known when its timers ring and what it waits for from outside."""

    def __init__(self, det: WorkflowInstanceDetails, course: Course) -> None:
        super().__init__(det)
        self._course: Course | None = course
        self._stands_at = datetime.min.replace(tzinfo=UTC)
        self._rings: dict[int, datetime] = {}
        self._asked: dict[int, WorkflowActivationJob] = {}
        """what it has called, by number, and how it is answered where all is well"""

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """An activation from the history, or the last: the SDK lets go of it."""
        if not any(job.HasField("remove_from_cache") for job in act.jobs):
            return self._activated(act)
        if course := self._course:
            self._course = None
            try:
                self._follow(course, act.run_id)
            except Exception as failure:  # the SDK would never be rid of it
                course.failure = f"{type(failure).__name__}: {failure}"
        return super().activate(act)

    def _follow(self, course: Course, run_id: str) -> None:
        """Lets time pass from ring to ring, up to the course's end."""
        state = self._dispute.state
        course.earlier = list(state.timeline)
        now = max(self._stands_at, course.now(state))
        until, began = now + course.length, time.monotonic()
        for _ in range(MOST_STEPS):
            if self._asked:
                seq = next(iter(self._asked))
                jobs, at = [self._asked[seq]], self._stands_at
            else:
                seq, at = min(self._rings.items(), key=lambda ring: ring[1], default=(0, until))
                at = max(at, now)
                if state.closed or not self._rings or at > until:
                    break
                jobs = [WorkflowActivationJob(fire_timer=FireTimer(seq=seq))]
            if time.monotonic() - began > LONGEST:
                until = at
                break
            self._driven(run_id, at, jobs)
        else:
            until = self._stands_at
        course.until = until
        course.entries = state.timeline[len(course.earlier) :]

    def _driven(self, run_id: str, at: datetime, jobs: list[WorkflowActivationJob]) -> None:
        """An activation that is yet to come. It counts as replayed: what it says goes nowhere."""
        act = WorkflowActivation(run_id=run_id, is_replaying=True, jobs=jobs)
        act.timestamp.FromDatetime(at)
        completion = self._activated(act)
        if completion.HasField("failed"):
            raise NotForeseen(completion.failed.failure.message)

    def _activated(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """An activation, and what it began and ended of timers and calls."""
        self._stands_at = act.timestamp.ToDatetime(tzinfo=UTC)
        for job in act.jobs:
            match job.WhichOneof("variant"):
                case "fire_timer":
                    self._rings.pop(job.fire_timer.seq, None)
                case "resolve_activity":
                    self._asked.pop(job.resolve_activity.seq, None)
                case "resolve_signal_external_workflow":
                    self._asked.pop(job.resolve_signal_external_workflow.seq, None)
        completion = super().activate(act)
        for command in completion.successful.commands:
            match command.WhichOneof("variant"):
                case "start_timer":
                    timer = command.start_timer
                    self._rings[timer.seq] = self._stands_at + timer.start_to_fire_timeout.ToTimedelta()
                case "cancel_timer":
                    self._rings.pop(command.cancel_timer.seq, None)
                case "schedule_activity":
                    seq = command.schedule_activity.seq
                    self._asked[seq] = _written(seq, self._dispute.state.revision)
                case "signal_external_workflow_execution":
                    seq = command.signal_external_workflow_execution.seq
                    heard = ResolveSignalExternalWorkflow(seq=seq)
                    self._asked[seq] = WorkflowActivationJob(resolve_signal_external_workflow=heard)
        return completion

    @property
    def _dispute(self) -> DisputeWorkflow:
        assert isinstance(self._object, DisputeWorkflow)
        return self._object


def _written(seq: int, revision: int) -> WorkflowActivationJob:
    """The read model has the image of a revision."""
    result = Payload(metadata={"encoding": b"json/plain"}, data=str(revision).encode())
    resolution = ActivityResolution(completed=Success(result=result))
    return WorkflowActivationJob(resolve_activity=ResolveActivity(seq=seq, result=resolution))
