"""A batch of hazards: notified, rectified item by item, verified, cancelled off (“问题整改动态销号”, R-062)."""

from __future__ import annotations

from domain.policy.stages import Stage
from domain.transitions.hazards.items import ask_on, batch_of
from workflows.desk import Desk


async def notice(desk: Desk) -> Stage:
    """Each organisation is asked for its items; who sent them verifies what it answers, and the last one cancelled off
    closes the batch (清零). Nobody waits for the slowest: each item goes its own way.
    """
    desk.case.enter(Stage.NOTICE)
    ask_on(desk.case)
    await desk.over(lambda: bool(batch_of(desk.state).outstanding))
    desk.case.close("cleared")
    return Stage.CLOSED
