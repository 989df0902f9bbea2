"""The doors of a case: a decision by update and by signal counts once, and facts arrive by signals."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.case.records import Incident, Party
from domain.case.state import DisputeState
from domain.people.organisation import Post
from domain.policy.spans import Calendar
from domain.transitions.actions import Act
from domain.transitions.facts import Note
from domain.transitions.message_keys import outcome
from tests.workflows.engine import Engine, Handle, actor, until
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.messages import gate as door
from workflows.ports import TASK_QUEUE


def decisions(state: DisputeState) -> list[str]:
    """The decisions on record, in order."""
    return [entry.detail["decision"] for entry in state.timeline if entry.kind == "decision"]


def code(failure: WorkflowUpdateFailedError) -> str:
    """The code of a refusal."""
    assert isinstance(failure.cause, ApplicationError)
    return str(failure.cause.type)


async def after(working: Engine, handle: Handle, kind: str) -> DisputeState:
    """The state once the timeline has an entry of a kind."""

    async def there() -> bool:
        return any(entry.kind == kind for entry in (await working.state(handle)).timeline)

    await until(there)
    await working.published(handle)
    return await working.state(handle)


async def test_the_same_key_by_signal_and_then_by_update_counts_once(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    await handle.signal("decision", command)
    receipt = await working.send(handle, command)
    assert (receipt.task_state, receipt.stage) == ("done", "push_1")
    await working.published(handle)
    assert decisions(await working.state(handle)) == ["confirm"]


async def test_the_same_key_by_update_and_then_by_signal_counts_once(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    receipt = await working.send(handle, command)
    await handle.signal("decision", command)
    await handle.signal("hotline_note", Note(key="n", source="12345", text="来电询问"))  # behind it in the queue
    state = await after(working, handle, "hotline_note")
    assert decisions(state) == ["confirm"]
    assert not any(entry.kind == "decision_refused" for entry in state.timeline)
    assert (await working.send(handle, command)).revision == receipt.revision


async def test_a_life_of_very_many_decisions_is_looked_at_once(
    working: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "TOO_MANY_DECISIONS", 2)
    handle = await working.open()
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"), ("follow_up_responsibly",
                           "contacted")):  # fmt: skip
        await working.decide(handle, kind, decision)
    state = await working.state(handle)
    assert [supervision.cause for supervision in state.supervisions] == ["size"]


async def test_both_doors_at_once_while_nobody_works_count_once(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
        command = await office.command(handle, "confirm_triage", "confirm")
        await office.published(handle)
    waiting = asyncio.create_task(office.send(handle, command))
    await asyncio.sleep(0.2)
    for _ in range(2):
        await handle.signal("decision", command)
    async with office.working():
        receipt = await waiting
        await office.published(handle)
        assert receipt.task_state == "done"
        assert decisions(await office.state(handle)) == ["confirm"]


async def test_a_decision_refused_behind_the_signal_is_on_the_timeline_with_its_reason(working: Engine) -> None:
    handle = await working.open()
    first = await working.command(handle, "confirm_triage", "confirm")
    late = first.model_copy(update={"key": str(uuid.uuid4())})
    await working.send(handle, first)
    await handle.signal("decision", late)
    state = await after(working, handle, "decision_refused")
    refused = next(entry for entry in state.timeline if entry.kind == "decision_refused")
    assert refused.detail["code"] == "task_closed"
    assert refused.detail["reason"]
    assert refused.actor_id == late.actor.person_id
    assert decisions(state) == ["confirm"]
    with pytest.raises(WorkflowUpdateFailedError) as failure:  # the same key later gets the refusal it got
        await working.send(handle, late)
    assert code(failure.value) == "task_closed"


async def test_a_refused_update_leaves_nothing_in_the_history(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    await working.published(handle)
    before = len((await working.history(handle)).events)
    stranger = command.actor.model_copy(update={"posts": []})
    with pytest.raises(WorkflowUpdateFailedError):
        await working.send(handle, command.model_copy(update={"key": "stranger", "actor": stranger}))
    assert len((await working.history(handle)).events) == before


async def test_thirty_updates_of_one_case_at_once_are_all_answered(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    people = [command.actor.model_copy(update={"person_id": f"p-{n}"}) for n in range(30)]

    async def send(n: int) -> str:
        message = command.model_copy(update={"key": f"{handle.id}-{n}", "actor": people[n]})
        while True:
            try:
                return (await working.send(handle, message)).task_state or ""
            except WorkflowUpdateFailedError as error:
                return code(error)
            except RPCError as error:  # at most ten are under way at once
                if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
                    raise
                await asyncio.sleep(0.02)

    answers = sorted(await asyncio.gather(*(send(n) for n in range(30))))
    assert answers == ["done"] + ["task_closed"] * 29


async def test_facts_arrive_by_signal_and_are_on_record(working: Engine) -> None:
    handle = await working.open()
    await working.task(handle, "confirm_triage")
    first = (await working.state(handle)).incidents[0]
    again = first.model_copy(
        update={"incident_id": "i-2", "source_no": "again", "parties": [Party(name="邓某", side="b")]}
    )
    await handle.signal("hotline_note", Note(key="n-1", source="12345", text="来电催办"))
    await handle.signal("calendar_edition", Calendar(edition="2027"))
    await handle.signal("calendar_edition", Calendar(edition="2027"))
    for _ in range(2):
        await handle.signal("incident_added", Incident.model_validate(again.model_dump()))
    state = await after(working, handle, "incident_added")
    kinds = [entry.kind for entry in state.timeline]
    assert [kinds.count(k) for k in ("hotline_note", "calendar_edition", "incident_added")] == [1] * 3
    assert state.calendar.edition == "2027"
    assert {(p.name, p.phone) for p in state.parties} == {("李某", None), ("罗某", None), ("邓某", None)}
    assert len(state.incidents) == 2


async def test_a_fact_changes_no_deadline_that_was_told(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    before = [(c.name, c.due_at) for c in (await working.state(handle)).clocks]
    await handle.signal("calendar_edition", Calendar(edition="2027", holidays=[]))
    assert [(c.name, c.due_at) for c in (await after(working, handle, "calendar_edition")).clocks] == before


async def test_the_same_key_with_other_content_is_no_repeat(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    first, other = (command.model_copy(update={"key": f"k.{content}"}) for content in ("one", "other"))
    await working.send(handle, first)
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await working.send(handle, other)
    assert code(failure.value) == "idempotency_key_reused"
    await handle.signal("decision", other)
    state = await after(working, handle, "decision_refused")
    assert decisions(state) == ["confirm"]
    assert (await working.send(handle, first)).task_state == "done"


async def test_the_case_says_what_a_key_did_while_it_runs_and_when_it_is_over(working: Engine) -> None:
    handle = await working.open()
    first = await working.command(handle, "confirm_triage", "confirm")
    receipt = await working.send(handle, first)
    assert await handle.query(DisputeWorkflow.outcome, args=["never.sent", None]) is None
    found = await handle.query(DisputeWorkflow.outcome, args=[first.key, first.task_id])
    assert found
    told = found.receipt_for(first.key)
    assert (told.revision, told.task_state) == (receipt.revision, "done")
    last = await working.command(handle, "handle_on_scene", "criminal_case")
    receipt = await working.send(handle, last)
    state = DisputeState.model_validate(await handle.result())
    over = outcome(state, last.key, last.task_id)
    assert over
    assert (over.receipt.revision, over.receipt.stage) == (receipt.revision, "closed")


async def test_a_case_started_again_keeps_the_key_of_the_click_that_did_it(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.decide(handle, "handle_on_scene", "criminal_case")
    state = DisputeState.model_validate(await handle.result())
    click = Act(key="write.content", action="reopen", fields={"reason": "反弹"},
                actor=actor(Post(role="supervisor", path="/county")))  # fmt: skip
    again = await working.client.start_workflow(
        DisputeWorkflow.run, DisputeInput(state=state, reopened=click), id=handle.id, task_queue=TASK_QUEUE
    )
    await working.published(again)
    assert await again.query(DisputeWorkflow.outcome, args=[click.key, None])
    assert [a.key for a in (await working.state(again)).applied][2:] == [click.key]
