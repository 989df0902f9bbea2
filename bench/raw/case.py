"""The smallest workflow that still does what a dispute does with a decision: take it, answer, put it on record.

In a module of its own, with all else passed through: the sandbox executes this file again for every case.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from bench.raw.store import Decision, Image, Opened, Store


@workflow.defn
class RawCase:
    """A case that counts decisions. Owns its revision; the row in the table follows it."""

    @workflow.init
    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._revision = self._published = 0
        self._outcome = ""

    @workflow.run
    async def run(self, opened: Opened) -> int:
        """Publish whatever is new, a burst in one go, until the last decision is on record."""
        while self._published < opened.decisions:
            await workflow.wait_condition(lambda: self._revision > self._published)
            image = Image(case_id=opened.case_id, revision=self._revision, outcome=self._outcome)
            await workflow.execute_activity_method(
                Store.publish,
                image,
                start_to_close_timeout=timedelta(seconds=10),
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200)),
            )
            self._published = image.revision
        return self._published

    @workflow.update
    def decide(self, decision: Decision) -> int:
        """Take a decision; answers with the revision it made."""
        self._revision += 1
        self._outcome = decision.outcome
        return self._revision

    @decide.validator
    def _may_decide(self, decision: Decision) -> None:
        """Refuse what was decided on another revision than the present one, and everything after the last decision."""
        if decision.seen != self._revision:
            raise ApplicationError(f"seen {decision.seen}, is {self._revision}", type="stale", non_retryable=True)
        if self._revision >= self._opened.decisions:
            raise ApplicationError("no decision is open", type="closed", non_retryable=True)
