"""What rings is told to those at whose desks it does, answered once, and first looks are on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from api.core.context import Services
from api.tasks.handover import acknowledge
from api.tasks.schemas import TaskItem
from api.tasks.service import ringing, whole_task
from domain.errors import NotEntitled
from domain.policy.addressing import Addressing
from domain.policy.rungs import Ring
from domain.policy.spans import Span
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import asked, dispute, may_answer, somebody

KIND = "confirm_triage"
RING = Ring(again_after={"red": Span(minutes=5), "yellow": Span(minutes=5), "blue": Span(minutes=5)},
            then=[Addressing(role="supervisor", at="county")])  # fmt: skip


def with_a_bell(services: Services) -> Services:
    """Under a mechanism whose first question rings."""
    book = services.policy.playbook.model_copy(deep=True)
    book.process.tasks[KIND] = book.process.tasks[KIND].model_copy(update={"ring": RING, "known_after": Span(hours=9)})
    return replace(services, policy=replace(services.policy, playbook=book))


async def test_it_rings_at_the_desk_until_it_is_answered_and_once_for_its_key(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    services = with_a_bell(services)
    number = await dispute(services)
    task = asked(engine, number, KIND)
    analyst = await may_answer(services, task)
    assert [item.task_id for item in await ringing(session, analyst)] == [task.task_id]
    await session.close()
    async with services.database.resume(session):
        first = await acknowledge(services, session, analyst, task.task_id, "k")
    assert isinstance(first.body.task, TaskItem)
    assert (first.status, first.body.task.state, first.body.task.ringing) == (200, "open", False)
    async with services.database.resume(session):
        again = await acknowledge(services, session, analyst, task.task_id, "k")
    assert again.document() == first.document()
    async with services.database.resume(session):
        assert await ringing(session, analyst) == []
        whole = await whole_task(services, session, analyst, task.task_id)
    assert whole.delivery
    assert [bell.acknowledged_name for bell in whole.delivery.rung] == [analyst.name]


async def test_a_level_above_hears_it_in_time_and_a_stranger_never(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    services = with_a_bell(services)
    number = await dispute(services)
    task = asked(engine, number, KIND)
    supervisor, officer = [await somebody(services, *who) for who in
                           (("supervisor", "county"), ("responsible_officer", "station-gushan"))]  # fmt: skip
    assert await ringing(session, supervisor) == []
    await session.close()
    await engine.advance(number, timedelta(minutes=6))
    async with services.database.resume(session):
        assert [item.task_id for item in await ringing(session, supervisor)] == [task.task_id]
        assert await ringing(session, officer) == []
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):
            await acknowledge(services, session, officer, task.task_id, "o")


async def test_the_first_look_of_one_who_is_asked_is_on_record_and_nobody_else_s(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    services = with_a_bell(services)
    number = await dispute(services)
    task = asked(engine, number, KIND)
    analyst, supervisor = await may_answer(services, task), await somebody(services, "supervisor", "county")
    for reader in (supervisor, analyst, analyst):
        await session.close()
        async with services.database.resume(session):
            await whole_task(services, session, reader, task.task_id)
    found = asked(engine, number, KIND).delivery
    assert found
    assert found.seen_name == analyst.name
    assert [signal for _, signal, _ in engine.sent].count("looked") == 1


async def test_a_task_is_read_where_the_engine_is_away(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    services = with_a_bell(services)
    number = await dispute(services)
    task = asked(engine, number, KIND)
    analyst = await may_answer(services, task)
    engine.mode = "away"
    whole = await whole_task(services, session, analyst, task.task_id)
    assert whole.delivery
    assert whole.ringing
    assert whole.delivery.seen_at is None
