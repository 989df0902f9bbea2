"""The case as others see it: the read model, Temporal's own list and the case sheet in Temporal's own UI."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from domain.case.state import DisputeState
from domain.image.growing_lists import Beginning
from domain.image.projection import case_sheet, project
from domain.indicators.events import Tally
from workflows import ports
from workflows.desk import Desk
from workflows.search_attributes import changes

_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(seconds=5),
    non_retryable_error_types=[ports.READ_MODEL_GAP],
)

LONGEST_ID = 200
"""Characters; the engine takes 255."""


class Publisher:
    """Writes each revision to the read model, bursts in one go. It never gives up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tally: list[Tally] | None = None
        self._lists: dict[str, Beginning] = {}
        self.published = 0

    @property
    def up_to_date(self) -> bool:
        """Whether all that happened has been written."""
        return self.published == self._desk.state.revision

    async def publish(self) -> None:
        """Waits until the story rests on something new, and writes it; for as long as the case lives."""
        state = self._desk.state
        while True:
            await workflow.wait_condition(lambda: not self.up_to_date and self._desk.settled)
            self._show_operators()
            image = project(state, since=self.published, published_tally=self._tally, lists=self._lists)
            try:
                self.published = await workflow.execute_activity(
                    ports.publish,
                    image,
                    start_to_close_timeout=timedelta(seconds=10),
                    retry_policy=_RETRY,
                    activity_id=_where_it_stands(state),
                )
                self._tally = image.tally if image.tally is not None else self._tally
                self._lists = image.lists
            except ActivityError as error:
                if not (isinstance(error.cause, ApplicationError) and error.cause.type == ports.READ_MODEL_GAP):
                    raise
                self.published = 0  # the read model lost its past: send everything

    def _show_operators(self) -> None:
        state = self._desk.state
        if changed := changes(state, workflow.info().typed_search_attributes):
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(case_sheet(state))


def _where_it_stands(state: DisputeState) -> str:
    """The activity's id: revision, stage and what is asked, in codes.

    A replay compares it with the one on record, so code under which a case would stand otherwise fails, and can't go on
    from there quietly.
    """
    asked = sorted({task.kind for task in state.pending()})
    return " ".join([str(state.revision), state.stage, *asked])[:LONGEST_ID]
