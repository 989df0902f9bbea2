"""An alarm that comes behind the end of a case, while its run still waits to be published, is not swallowed."""

from __future__ import annotations

import uuid
from datetime import timedelta

from domain.case.records import Incident, Party
from domain.people.organisation import Post
from domain.transitions.actions import Act
from infra.temporal.client import TASK_TIMEOUT
from tests.workflows.engine import Engine, actor
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE


async def test_it_starts_the_case_again(working: Engine) -> None:
    handle = await working.open()
    await working.task(handle, "confirm_triage")
    await working.published(handle)
    state = await working.state(handle)
    chief = actor(Post(role="station_chief", path=state.places["station"]))
    act = Act(key=str(uuid.uuid4()), action="withdraw", fields={"reason": "双方自行和解"}, actor=chief)
    again = state.incidents[0].model_copy(
        update={
            "incident_id": str(uuid.uuid4()),
            "source_no": "again",
            "reported_at": state.incidents[0].reported_at + timedelta(hours=1),
            "parties": [Party(name="邻居", side="other")],
        }
    )
    async with working.database.write() as session:
        await session.connection()  # nothing can be published: the run can't end
        await handle.execute_update("act", act, id=act.key)
        assert (await working.state(handle)).closed
        await handle.signal("incident_added", again)
        await handle.signal("incident_added", again)
    await working.task(handle, "confirm_triage")
    await working.published(handle)
    after = await working.state(handle)
    assert (after.stage, after.round, after.outcome, after.late) == ("triage", 2, None, [])
    assert [incident.source_no for incident in after.incidents] == [state.incidents[0].source_no, "again"]
    assert after.parties[-1].name == "邻居"
    rounds = [entry.title for entry in after.timeline if entry.kind == "round"]
    assert rounds == ["第2轮：重新启动（原为撤回）"]
    assert isinstance(after.incidents[1], Incident)


async def test_a_signal_before_the_first_line_of_a_reopened_case_is_part_of_it(office: Engine) -> None:
    """Of two reports of a closed case at once, one starts the next run and the other is a signal to it."""
    async with office.working():
        handle = await office.open()
        await office.task(handle, "confirm_triage")
        await office.act(handle, "withdraw", "station_chief")
        closed = await handle.result()
    first = closed.incidents[0]
    second, third = (
        first.model_copy(
            update={"incident_id": str(uuid.uuid4()), "reported_at": first.reported_at + timedelta(hours=n)}
        )
        for n in (1, 2)
    )
    again = await office.drill.client.start_workflow(
        DisputeWorkflow.run, DisputeInput(state=closed, incident=second), id=handle.id, task_queue=TASK_QUEUE,
        task_timeout=TASK_TIMEOUT,
    )  # fmt: skip
    await again.signal("incident_added", third)
    async with office.working():
        now = office.client.get_workflow_handle(handle.id)
        await office.task(now, "confirm_triage")
        await office.published(now)
        state = await office.state(now)
    joined = [first.incident_id, second.incident_id, third.incident_id]
    assert [incident.incident_id for incident in state.incidents] == joined
    assert state.late == []
