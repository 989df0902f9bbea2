"""A task changes hands: claimed, released, delegated, transferred; each once for its key."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.tasks.handover import claim, delegate, release, transfer
from api.tasks.schemas import DelegateIn, ReleaseIn, TransferIn
from api.tasks.service import whole_task
from domain.errors import ClaimedByOther, FieldsInvalid, TaskClosed, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.read_model.messages import count_unread
from infra.records.people import actor_named
from tests.api.engine import LivingEngine
from tests.api.support import answered, confirming


async def standing_of(services: Services, session: Session, actor: Actor, task_id: str) -> str:
    """How a person stands to a task now."""
    await session.close()
    async with services.database.resume(session):
        return (await whole_task(services, session, actor, task_id)).standing


async def test_a_claim_ties_the_task_and_is_made_once(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    first = await claim(services, session, analyst, task.task_id, "k")
    assert (first.status, first.body.task.state) == (200, "claimed")
    async with services.database.resume(session):
        again = await claim(services, session, analyst, task.task_id, "k")
    assert again.document() == first.document()
    assert await standing_of(services, session, analyst, task.task_id) == "mine"
    await session.close()
    async with services.database.resume(session):
        await release(services, session, analyst, task.task_id, ReleaseIn(), "l")
    assert await standing_of(services, session, analyst, task.task_id) == "free"


async def test_who_comes_second_is_refused(services: Services, session: Session, engine: LivingEngine) -> None:
    _, task, analyst = await confirming(services, engine)
    candidates = (await whole_task(services, session, analyst, task.task_id)).candidates
    other = next(c for c in candidates if c.person_id != analyst.person_id)
    await claim(services, session, analyst, task.task_id, None)
    second = analyst.model_copy(update={"person_id": other.person_id, "name": other.name})
    async with services.database.resume(session):
        with pytest.raises(ClaimedByOther):
            await claim(services, session, second, task.task_id, "k")


async def test_whoever_gets_a_task_gets_a_message(services: Services, session: Session, engine: LivingEngine) -> None:
    _, task, analyst = await confirming(services, engine)
    [helper, *_] = (await whole_task(services, session, analyst, task.task_id)).colleagues
    by = await actor_named(session, helper.username)
    assert by
    unread = await count_unread(session, by)
    done = await delegate(services, session, analyst, task.task_id, DelegateIn(to=helper.username, note="请代拟"), "k")
    assert done.body.task.model_dump()["delegate"] == helper.person_id
    async with services.database.resume(session):
        assert await count_unread(session, by) == unread + 1
        again = await delegate(
            services, session, analyst, task.task_id, DelegateIn(to=helper.username, note="请代拟"), "k"
        )
    assert again.document() == done.document()
    async with services.database.resume(session):
        assert await count_unread(session, by) == unread + 1
    assert await standing_of(services, session, by, task.task_id) == "delegate"


async def test_nobody_of_that_name_is_a_fault_of_the_field(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    with pytest.raises(FieldsInvalid) as refused:
        await transfer(services, session, analyst, task.task_id, TransferIn(to="nobody", reason="轮休"), "k")
    assert [error["field"] for error in refused.value.errors] == ["to"]
    assert engine.sent == []


async def test_a_task_that_ended_changes_no_hands(services: Services, session: Session, engine: LivingEngine) -> None:
    number, task, analyst = await confirming(services, engine)
    await answered(services, number, "confirm_triage", "confirm")
    with pytest.raises(TaskClosed):
        await claim(services, session, analyst, task.task_id, "k")


async def test_without_a_worker_nobody_can_say_whether_it_changed_hands(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    engine.mode = "no worker"
    with pytest.raises(Unavailable) as away:
        await claim(services, session, analyst, task.task_id, "k")
    assert away.value.may_take_effect
