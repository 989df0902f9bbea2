"""Temporal schedules kept as the code names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

TIME_ZONE = "Asia/Shanghai"
CATCH_UP = timedelta(hours=1)
"""A beat missed by an outage no longer than this is made up for; of older ones the next is enough."""


def every(minutes: int) -> ScheduleSpec:
    """Every so many minutes."""
    return ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=minutes))])


def daily(at: str) -> ScheduleSpec:
    """Once a day at HH:MM by the clock in China."""
    hour, minute = (int(part) for part in at.split(":"))
    calendar = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
    return ScheduleSpec(calendars=[calendar], time_zone_name=TIME_ZONE)


async def keep_schedules(
    client: Client, actions: Mapping[str, tuple[ScheduleSpec, ScheduleActionStartWorkflow]]
) -> None:
    """Makes each schedule, or brings the one that is there up to date. Idempotent; a beat never overtakes the last."""
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP)
    for schedule_id, (spec, action) in actions.items():
        schedule = Schedule(action=action, spec=spec, policy=policy)
        try:
            await client.create_schedule(schedule_id, schedule)
        except ScheduleAlreadyRunningError:

            def replaced(found: ScheduleUpdateInput, schedule: Schedule = schedule) -> ScheduleUpdate:
                schedule.state = found.description.schedule.state  # paused by an operator stays paused
                return ScheduleUpdate(schedule=schedule)

            await client.get_schedule_handle(schedule_id).update(replaced)
