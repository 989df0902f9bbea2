"""Tasks: read as a person stands to them, decided once for a key, and what the answer says of it."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.tasks.handover import delegate
from api.tasks.schemas import AcceptedFor, Answering, Decided, DelegateIn, TaskItem
from api.tasks.service import box_sizes, decide, decided_before, inbox_box, whole_task
from domain.case.state import Task
from domain.errors import FieldsInvalid, KeyReused, NotEntitled, NotFound, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.read_model.tasks import InboxFilter
from infra.records.idempotency_store import StoredAnswer
from infra.records.people import actor_named
from tests.api.engine import LivingEngine
from tests.api.support import confirming, somebody

CONFIRM = Answering(decision="confirm")


async def delegated(services: Services, session: Session, task: Task, by: Actor) -> Actor:
    """A colleague to whom a task was delegated."""
    [helper, *_] = (await whole_task(services, session, by, task.task_id)).colleagues
    await delegate(services, session, by, task.task_id, DelegateIn(to=helper.person_id), None)
    async with services.database.read() as other:
        actor = await actor_named(other, helper.person_id)
    assert actor
    return actor


async def test_a_box_holds_what_is_the_persons_to_claim(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    page = await inbox_box(services, session, analyst, "claimable", InboxFilter(), limit=50, cursor=None)
    [item] = [item for item in page.items if item.task_id == task.task_id]
    assert (item.standing, item.state) == ("free", "open")
    assert "standing" not in item.model_dump(), "the contract has it of a whole task only"
    assert (await box_sizes(session, analyst))["claimable"] == len(page.items)
    with pytest.raises(FieldsInvalid):
        await inbox_box(services, session, analyst, "nothing", InboxFilter(), limit=50, cursor=None)


async def test_a_whole_task_says_who_may_answer_it_and_with_what(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    whole = await whole_task(services, session, analyst, task.task_id)
    assert whole.standing == "free"
    assert whole.model_dump(mode="json")["standing"] == "free"
    assert analyst.person_id in [candidate.person_id for candidate in whole.candidates]
    assert {decision.name for decision in whole.decisions} >= {"confirm", "correct"}
    assert [incident.source for incident in whole.brief.incidents] == ["walk_in"]
    assert "dispute" not in whole.model_dump(), "what the page needs beside it is not the contract's"


async def test_a_task_that_is_not_there_is_not_found(services: Services, session: Session) -> None:
    analyst = await somebody(services, "station_chief", "station-gushan")
    with pytest.raises(NotFound):
        await whole_task(services, session, analyst, "none")
    with pytest.raises(NotFound):
        await decide(services, session, analyst, "none", CONFIRM, "k")


async def test_a_decision_is_taken_once_for_its_key(services: Services, session: Session, engine: LivingEngine) -> None:
    _, task, analyst = await confirming(services, engine)
    first = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert first.status == 200
    assert isinstance(first.body, Decided)
    assert isinstance(first.body.task, TaskItem)
    assert (first.body.task.state, first.body.proposed) == ("done", False)
    assert [opened.kind for opened in first.body.opened_tasks] == ["handle_on_scene"]
    sent = len(engine.sent)
    async with services.database.resume(session):
        again = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert again.document() == first.document()
    assert len(engine.sent) == sent, "the stored answer is enough"
    with pytest.raises(KeyReused):
        await decide(services, session, analyst, task.task_id, Answering(decision="correct"), "k")


async def test_a_foreign_task_is_refused_and_the_refusal_repeated(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, _ = await confirming(services, engine)
    stranger = await somebody(services, "department_handler", "market_reg")
    for _ in range(2):
        with pytest.raises(NotEntitled):
            await decide(services, session, stranger, task.task_id, CONFIRM, "k")
    assert engine.sent == []


async def test_without_a_worker_a_decision_is_left_and_takes_effect_later(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    engine.mode = "no worker"
    left = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert left.status == 202
    assert left.document() == {"accepted_for": task.task_id}
    await engine.worker_back()
    async with services.database.resume(session):
        later = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert later.status == 200
    assert isinstance(later.body, Decided)


async def test_what_cannot_be_read_yet_is_answered_from_the_receipt(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    engine.publishes = False
    answer = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    document = answer.document()
    assert document["published"] is False
    assert document["task"]["state"] == "done"
    assert "kind_name" not in document["task"]


async def test_a_delegates_decision_is_a_proposal(services: Services, session: Session, engine: LivingEngine) -> None:
    _, task, analyst = await confirming(services, engine)
    by = await delegated(services, session, task, analyst)
    async with services.database.resume(session):
        answer = await decide(services, session, by, task.task_id, CONFIRM, "k")
    assert isinstance(answer.body, Decided)
    assert answer.body.proposed
    assert "proposed" not in answer.document()
    stored = decided_before(StoredAnswer(status=200, body=answer.document()))
    assert stored.proposed, "the task's record has it"
    async with services.database.resume(session):
        back = await whole_task(services, session, analyst, task.task_id)
    assert (back.standing, back.state) == ("mine", "claimed")


async def test_who_decides_after_a_proposal_has_decided_also_when_the_answer_is_repeated(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    by = await delegated(services, session, task, analyst)
    async with services.database.resume(session):
        await decide(services, session, by, task.task_id, CONFIRM, "theirs")
    for _ in range(2):
        async with services.database.resume(session):
            answer = await decide(services, session, analyst, task.task_id, CONFIRM, "mine")
        assert isinstance(answer.body, Decided)
        assert not answer.body.proposed
    assert not decided_before(StoredAnswer(status=200, body=answer.document())).proposed


async def test_a_delegates_decision_that_is_left_is_a_proposal_too(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    by = await delegated(services, session, task, analyst)
    engine.mode = "no worker"
    async with services.database.resume(session):
        left = await decide(services, session, by, task.task_id, CONFIRM, None)
    assert isinstance(left.body, AcceptedFor)
    assert left.body.proposed


async def test_an_engine_that_is_away_may_have_been_reached(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    engine.mode = "away"
    with pytest.raises(Unavailable) as away:
        await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert away.value.may_take_effect
