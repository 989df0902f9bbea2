"""What a case asks of the engine it runs on: Temporal in production, the harness where it runs without a server.

All that workflow code takes from `temporalio.workflow`, but for the words by which Temporal finds the code, is here; so
a case can be driven by something else in the same process without a patch (docs/adr/0027). Nothing is added to what
Temporal does: one call more, and no state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeUpdate, TypedSearchAttributes
from temporalio.exceptions import ActivityError, ApplicationError

from domain.foreign import Foreign
from domain.image.projection import Image
from domain.transitions.facts import Merged
from workflows import ports

_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(seconds=5),
    non_retryable_error_types=[ports.READ_MODEL_GAP],
)
METADATA = "__temporal_workflow_metadata"
"""The SDK's own query by which Temporal's pages ask what a workflow is and where it stands."""


class Engine(Protocol):
    """The engine as one run of a case meets it."""

    def now(self) -> datetime:
        """The instant of the activation; time does not pass within one."""
        ...

    def new_id(self) -> str:
        """An id that nothing else has, the same one in each replay."""
        ...

    def run_id(self) -> str:
        """Which run this is."""
        ...

    async def wait(self, met: Callable[[], bool], timeout: timedelta | None = None, what: str | None = None) -> None:
        """Waits until a condition is met; `what` is the timer's name in Temporal's own pages.

        Raises:
            TimeoutError: the time is over first.
        """
        ...

    def is_replaying(self) -> bool:
        """Whether what is done has been done before; may be asked for what no command depends on, and nothing else."""
        ...

    def patched(self, change: str) -> bool:
        """Whether a guarded change is in force (docs/changing-the-process.md)."""
        ...

    def history(self) -> tuple[int, int]:
        """How long this run's history is by now: bytes, events."""
        ...

    def answered(self) -> bool:
        """Whether every update has its answer and no handler is under way."""
        ...

    async def publish(self, image: Image | None, where: str) -> int | None:
        """Has an image written to the read model; the revision it has then, none where it lacks what was before, or
        where it is not known because the answer was not ours.

        `where` says where the case stands, in codes; a replay compares it.
        """
        ...

    async def tell(self, dispute_no: str, merged: Merged) -> bool:
        """Has another dispute take over what was merged into it; whether it is there to do so."""
        ...

    def shown(self) -> TypedSearchAttributes:
        """What operators see in the engine's own list."""
        ...

    def show(self, changed: Sequence[SearchAttributeUpdate[Any]]) -> None:
        """Changes what operators see."""
        ...

    def offer(self, sheet: Callable[[], str]) -> None:
        """Has the engine's own pages show a sheet, written when somebody looks."""
        ...


class Temporal:
    """Temporal, by its own functions."""

    def now(self) -> datetime:
        """The instant of the workflow task."""
        return workflow.now()

    def new_id(self) -> str:
        """From the run's own seed."""
        return str(workflow.uuid7())

    def run_id(self) -> str:
        """Temporal's."""
        return workflow.info().run_id

    async def wait(self, met: Callable[[], bool], timeout: timedelta | None = None, what: str | None = None) -> None:
        """Through a durable timer where there is a time-out."""
        await workflow.wait_condition(met, timeout=timeout, timeout_summary=what)

    def is_replaying(self) -> bool:
        """Also where a cached case catches up with what another worker did."""
        return workflow.unsafe.is_replaying()

    def patched(self, change: str) -> bool:
        """By a marker in the history."""
        return workflow.patched(change)

    def history(self) -> tuple[int, int]:
        """As of the workflow task's start."""
        run = workflow.info()
        return run.get_current_history_size(), run.get_current_history_length()

    def answered(self) -> bool:
        """As Temporal would warn about at the run's end."""
        return workflow.all_handlers_finished()

    async def publish(self, image: Image | None, where: str) -> int | None:
        """By the activity, which never gives up: whatever else it fails with was said by somebody who reaches the
        engine, and lets anybody answer for an activity by its id.
        """
        try:
            written: int | Foreign = await workflow.execute_activity(
                ports.publish,
                args=[image],
                start_to_close_timeout=timedelta(seconds=10),
                retry_policy=_RETRY,
                activity_id=where,
            )
        except ActivityError as error:
            if not isinstance(error.cause, ApplicationError):
                raise
            return None
        return None if isinstance(written, Foreign) else written

    async def tell(self, dispute_no: str, merged: Merged) -> bool:
        """By a signal to the other workflow."""
        try:
            await workflow.get_external_workflow_handle(dispute_no).signal("merged_in", merged)
        except ApplicationError:
            return False
        return True

    def shown(self) -> TypedSearchAttributes:
        """The run's search attributes."""
        return workflow.info().typed_search_attributes

    def show(self, changed: Sequence[SearchAttributeUpdate[Any]]) -> None:
        """One event."""
        workflow.upsert_search_attributes(changed)

    def offer(self, sheet: Callable[[], str]) -> None:
        """Has the SDK's own query answer it, as `workflow.set_current_details` would at every change."""
        answered = workflow.get_query_handler(METADATA)

        def metadata() -> Any:
            told = answered() if answered else None
            if told is not None:
                told.current_details = sheet()
            return told

        workflow.set_query_handler(METADATA, metadata)


TEMPORAL = Temporal()
