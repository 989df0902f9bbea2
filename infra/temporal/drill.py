"""The drill (演练): one dispute's clock is moved forward, from one thing that falls due to the next.

The engine skips whatever time nothing waits for. Told to skip a month at once it may, on a busy machine, pass over the
moment between a timer that rang and the next one that is set, and all that should have rung in between rings at the
end. So it is told to skip to the next thing that falls due, and the case is let come to rest before it is told again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

PAST = timedelta(milliseconds=50)
"""How far behind the instant at which something falls due the clock is moved."""
SOON = timedelta(seconds=3)
"""What falls due so soon is waited for. Told to skip to an instant that passes meanwhile, the engine skips to the next
thing that falls due instead."""


async def pass_time(
    drill: TimeSkipper,
    case: WorkflowHandle[Any, Any],
    length: timedelta,
    next_due: Callable[[], Awaitable[datetime | None]],
) -> None:
    """Moves a case's clock forward by `length`.

    Args:
        next_due: lets the case come to rest, and says when something falls due in it next, if anything does.
    """
    begin = now = await _time_of(drill, case)
    target = now + length
    while now < target:
        due = await next_due()
        stop = target if due is None else min(target, max(due, now) + PAST)
        try:
            if stop - now < SOON:
                await asyncio.sleep((stop - now).total_seconds())
            elif not await drill.fast_forward(case, stop - now):
                return  # it has ended
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND and now > begin:
                return  # it ended by what fell due
            raise
        now = max(stop, await _time_of(drill, case))


async def _time_of(drill: TimeSkipper, case: WorkflowHandle[Any, Any]) -> datetime:
    """The case's own time."""
    info = await drill.get_time_skipping_info(case)
    return info.current_time.ToDatetime(UTC) if info and info.HasField("current_time") else datetime.now(UTC)
