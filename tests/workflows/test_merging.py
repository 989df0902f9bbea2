"""A dispute merged into another tells it: the alarms go over, once, and nothing is lost where the other has closed."""

from __future__ import annotations

import uuid

from domain.actions import Act
from domain.organisation import Post
from tests.workflows.engine import Engine, Handle, actor, until


async def merge(working: Engine, one: Handle, into: str) -> None:
    """The station's chief merges one dispute into another."""
    chief = actor(Post(role="station_chief", path=(await working.state(one)).places["station"]))
    message = Act(
        key=str(uuid.uuid4()), action="merge_into", fields={"reason": "同一事项", "dispute_no": into}, actor=chief
    )
    await one.execute_update("act", message, id=message.key)


async def test_the_other_dispute_takes_over_the_alarms(working: Engine) -> None:
    one, other = await working.open(), await working.open()
    await working.task(one, "confirm_triage")
    await working.task(other, "confirm_triage")
    await merge(working, one, other.id)
    closed = await one.result()
    assert (closed.outcome, closed.merged_into) == ("merged", other.id)

    async def told() -> bool:
        return len((await working.state(other)).incidents) == 2

    await until(told)
    state = await working.state(other)
    assert state.incidents[1] == closed.incidents[0]
    lines = [entry.kind for entry in state.timeline]
    assert lines[-2:] == ["merged_in", "incident_added"]
    assert [e.detail["dispute_no"] for e in state.timeline if e.kind == "merged_in"] == [one.id]
    await working.published(other)


async def test_a_dispute_that_has_closed_meanwhile_can_not_be_told_and_the_timeline_says_so(working: Engine) -> None:
    one, other = await working.open(), await working.open()
    await working.task(one, "confirm_triage")
    await working.task(other, "confirm_triage")
    await working.act(other, "withdraw", "station_chief")
    await other.result()
    await merge(working, one, other.id)
    closed = await one.result()
    assert closed.outcome == "merged"
    assert closed.timeline[-1].kind == "merge_not_told"
    assert len((await working.state(other)).incidents) == 1
