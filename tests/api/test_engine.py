"""The fake engine does what services rely on: it refuses, goes on, publishes, and is away when it is told to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.core.context import Services
from api.core.engine import EndedOutside, NoWorker
from domain.errors import DisputeClosed, KeyReused, NotEntitled, TaskClosed, Unavailable
from domain.people.organisation import Actor
from domain.transitions.decisions import Command
from infra.database.engine import Session
from infra.read_model.disputes import dispute_row
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, may_answer
from workflows.dispute import DisputeInput


async def test_what_is_taken_is_published_before_it_is_answered(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    receipt = await answered(services, number, "confirm_triage", "confirm")
    row = await dispute_row(session, number)
    assert (row.stage, row.revision >= receipt.revision) == ("push_1", True)
    assert await services.revisions.published(number, receipt.revision)
    assert not await services.revisions.published(number, receipt.revision + 100)


async def test_the_rules_refuse_by_name_and_a_key_is_applied_once(services: Services, engine: LivingEngine) -> None:
    number = await dispute(services)
    task = asked(engine, number, "confirm_triage")
    command = Command(key="k.1", task_id=task.task_id, decision="confirm", actor=await may_answer(services, task))
    stranger = command.model_copy(update={"key": "other.1", "actor": Actor(person_id="p", name="路人", posts=[])})
    with pytest.raises(NotEntitled) as refused:
        await engine.update(number, "decide", stranger)
    assert refused.value.by_case
    first = (await engine.update(number, "decide", command)).receipt
    again = (await engine.update(number, "decide", command)).receipt
    assert (again.revision, again.stage) == (first.revision, "push_1")
    assert await engine.outcome(number, "k.1", task.task_id) == again
    assert await engine.outcome(number, "other.1") is None
    with pytest.raises(KeyReused):
        await engine.outcome(number, "k.2")
    with pytest.raises(TaskClosed):
        await engine.update(number, "decide", command.model_copy(update={"key": "again.1"}))


async def test_what_is_left_for_the_worker_is_taken_when_it_is_back(services: Services, engine: LivingEngine) -> None:
    number = await dispute(services)
    task = asked(engine, number, "confirm_triage")
    command = Command(key="k.1", task_id=task.task_id, decision="confirm", actor=await may_answer(services, task))
    engine.mode = "no worker"
    with pytest.raises(NoWorker):
        await engine.update(number, "decide", command)
    await engine.signal(number, "decision", command)
    with pytest.raises(Unavailable):
        await engine.outcome(number, "k.1")
    await engine.worker_back()
    assert (await engine.outcome(number, "k.1", task.task_id)) is not None
    engine.mode = "away"
    with pytest.raises(Unavailable):
        await engine.signal(number, "decision", command)


async def test_a_closed_case_takes_nothing_until_its_next_run(services: Services, engine: LivingEngine) -> None:
    number = await dispute(services)
    engine.end_outside(number)
    with pytest.raises(EndedOutside):
        await answered(services, number, "confirm_triage", "confirm")
    last = await engine.last_run(number)
    await engine.start(last.left, next_run=True)
    assert "recovered" in [entry.kind for entry in engine.state(number).timeline]
    await engine.advance(number, timedelta(days=1))
    assert engine.state(number).ahead == 86_400
    with pytest.raises(DisputeClosed):
        await engine.signal("D2026-999999", "incident_added", engine.state(number).incidents[0])
    await engine.start(DisputeInput(state=engine.state(number)))
