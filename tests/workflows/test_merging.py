"""A dispute merged into another tells it: the alarms go over, once, and nothing is lost where the other has closed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from domain.people.organisation import Post
from domain.transitions.actions import Act
from domain.transitions.decisions import ChangeAsked
from tests.domain.support import alarm
from tests.workflows.engine import Engine, Handle, actor, until


async def merge(working: Engine, one: Handle, into: str) -> None:
    """The station's chief merges one dispute into another, and it is approved one level up."""
    chief = actor(Post(role="station_chief", path=(await working.state(one)).places["station"]))
    message = Act(
        key=str(uuid.uuid4()), action="merge_into", fields={"reason": "同一事项", "dispute_no": into}, actor=chief
    )
    receipt = await working.send(one, message, "act")
    assert receipt.change == ChangeAsked(number=1, state="pending")
    await working.decide(one, "approve_change", "approve")


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


async def test_alarms_that_come_while_a_merger_waits_go_over_with_it(working: Engine) -> None:
    one, other = await working.open(), await working.open()
    await working.task(one, "confirm_triage")
    await working.task(other, "confirm_triage")
    command = await working.command(one, "confirm_triage", "duplicate_of", dispute_no=other.id)
    receipt = await working.send(one, command)
    assert (receipt.task_state, receipt.change) == ("open", ChangeAsked(number=1, state="pending"))
    await one.signal("incident_added", alarm(2, datetime.now(UTC)).model_copy(update={"source": "walk_in"}))
    await working.decide(one, "confirm_triage", "confirm")  # nobody waits for the approval: it is pushed
    await working.task(one, "handle_on_scene")
    await working.decide(one, "approve_change", "approve")
    closed = await one.result()
    assert (closed.outcome, len(closed.incidents)) == ("merged", 2)

    async def told() -> bool:
        return len((await working.state(other)).incidents) == 3

    await until(told)


async def test_a_merger_that_the_other_dispute_can_not_be_told_of_is_undone_and_the_case_goes_on(
    working: Engine,
) -> None:
    one, other = await working.open(), await working.open()
    await working.task(one, "confirm_triage")
    await working.task(other, "confirm_triage")
    await working.act(other, "withdraw", "station_chief")
    await other.result()
    await merge(working, one, other.id)

    async def again() -> bool:
        return (await working.state(one)).round == 2

    await until(again)
    state = await working.state(one)
    lines = [entry.kind for entry in state.timeline]
    assert lines[lines.index("merge_not_told") :][:2] == ["merge_not_told", "round"]
    assert (state.stage, state.outcome, state.merged_into, state.closed_at) == ("triage", None, None, None)
    await working.task(one, "confirm_triage")
    assert len((await working.state(other)).incidents) == 1
