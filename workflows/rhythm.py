"""Scheduled work beside the disputes: archiving, the morning's digests, learning and the doctor at
night. A beat is a run.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from domain.base import Model

LONGEST = timedelta(hours=2)
SILENT_FOR = timedelta(minutes=2)


class Beat(Model):
    """One piece of scheduled work: the activity's name, and how often or at what hour of the day in China."""

    activity: str
    every_minutes: int | None = None
    daily_at: str | None = None
    """HH:MM, Asia/Shanghai"""


BEATS: tuple[Beat, ...] = (
    Beat(activity="archive", every_minutes=10),
    Beat(activity="digest", daily_at="08:00"),
    Beat(activity="learn", daily_at="03:30"),
    Beat(activity="examine", daily_at="02:30"),
)


@workflow.defn(name="Rhythm")
class RhythmWorkflow:
    """One beat: the activity does the work, is heard of while it does, and may be given to another worker."""

    @workflow.run
    async def run(self, beat: Beat) -> int:
        """Answers how many things were done."""
        done: int = await workflow.execute_activity(
            beat.activity,
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=SILENT_FOR,
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5)),
            result_type=int,
        )
        return done
