"""Work handed over in the engine: two more updates, whose histories replay, and decisions made on somebody's behalf."""

from __future__ import annotations

import uuid

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.image.projection import project
from domain.image.update_result import UpdateResult
from domain.people.organisation import Actor, Post
from domain.transitions.decisions import Receipt
from domain.transitions.handover import Claim, Handover
from infra.read_model.writer import write_image
from tests.workflows.engine import Engine, Handle
from tests.workflows.test_message_gate import code
from tests.workflows.test_replay import replayer


async def hand(handle: Handle, update: str, message: Claim | Handover) -> Receipt:
    """Sends a claim or a handover."""
    result: UpdateResult = await handle.execute_update(update, message, id=message.key, result_type=UpdateResult)
    return result.receipt


def key() -> str:
    return str(uuid.uuid4())


async def test_a_case_that_went_from_hand_to_hand_replays_and_its_read_model_can_be_rebuilt(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.decide(handle, "handle_on_scene", "unsettled")
    contact = await working.command(handle, "follow_up_responsibly", "contacted")
    mediate = await working.command(handle, "follow_up_responsibly", "request_third_push")
    task_id, owner = contact.task_id, contact.actor
    station = owner.posts[0].path
    helper = Actor(person_id="p-helper", name="助某", posts=[Post(role="command_room", path=station)])
    second = Actor(person_id="p-second", name="接某", posts=owner.posts)

    over = Handover(key=key(), task_id=task_id, actor=owner, to=helper, why="请先联系")
    assert (await hand(handle, "delegate", over)).task_state == "claimed"
    assert (await hand(handle, "delegate", over)).task_state == "claimed"  # the same key once
    await working.send(handle, contact.model_copy(update={"actor": helper, "key": key()}))
    proposed = await working.send(handle, mediate.model_copy(update={"actor": helper, "key": key()}))
    assert (proposed.task_state, proposed.stage) == ("claimed", "push_2")
    await hand(handle, "transfer", Handover(key=key(), task_id=task_id, actor=owner, to=second, why="休假"))
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await hand(handle, "delegate", Handover(key=key(), task_id=task_id, actor=second, to=helper))
    assert code(failure.value) == "task_claimed_by_other"
    await hand(handle, "claim", Claim(key=key(), task_id=task_id, actor=second))
    deputy = Actor(
        person_id="p-deputy", name="代某", posts=second.posts, on_behalf_of="p-second", on_behalf_name="接某"
    )
    receipt = await working.send(handle, mediate.model_copy(update={"actor": deputy, "key": key()}))
    assert receipt.task_state == "done"
    await working.task(handle, "approve_third_push")
    await working.published(handle)

    state = await working.state(handle)
    task = state.task(task_id)
    assert task
    assert [(d.name, d.actor_id, d.proposal) for d in task.record] == [
        ("contacted", "p-helper", False), ("request_third_push", "p-helper", True),
    ]  # fmt: skip
    assert task.decision
    assert (task.decision.actor_id, task.decision.on_behalf_of) == ("p-deputy", "p-second")
    kinds = [entry.kind for entry in state.timeline]
    assert [kinds.count(k) for k in ("delegated", "proposed", "transfer_offered", "transfer_accepted")] == [1] * 4
    await replayer(working).replay_workflow(await working.history(handle))

    grown = await working.rows(handle.id)
    [row] = [row for row in grown["TaskRow"] if row["task_id"] == task_id]
    assert (row["decided_by"], row["decided_for"], row["delegate"]) == ("p-deputy", "p-second", None)
    await working.forget(handle.id)
    await write_image(working.database, project(state))
    assert await working.rows(handle.id) == grown


async def test_a_refused_handover_leaves_nothing_in_the_history(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    await working.published(handle)
    before = len((await working.history(handle)).events)
    stranger = Actor(person_id="p-x", name="某", posts=[Post(role="mediator", path="/elsewhere")])
    for update in ("delegate", "transfer"):
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await hand(handle, update, Handover(key=key(), task_id=command.task_id, actor=command.actor, to=stranger))
        assert code(failure.value) == "fields_invalid"
    assert len((await working.history(handle)).events) == before


async def test_a_proposal_left_by_signal_while_nobody_worked_is_only_proposed(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
        command = await office.command(handle, "confirm_triage", "confirm")
        helper = Actor(person_id="p-helper", name="助某", posts=command.actor.posts)
        await hand(handle, "delegate", Handover(key=key(), task_id=command.task_id, actor=command.actor, to=helper))
        await office.published(handle)
    await handle.signal("decision", command.model_copy(update={"actor": helper, "key": key()}))
    async with office.working():
        await office.published(handle)
        state = await office.state(handle)
    task = state.task(command.task_id)
    assert task
    assert (task.state, task.delegate, [d.proposal for d in task.record]) == ("claimed", None, [True])
    assert state.stage == "triage"
