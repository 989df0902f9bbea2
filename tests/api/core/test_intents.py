"""Intents: what was sent to the engine is never lost to the read model, whoever dies or can't write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.core import intents
from api.core.context import Services
from api.core.idempotency import content_digest, write_of
from api.tasks.handover import claim
from api.tasks.schemas import Answering, Decided, TaskItem
from api.tasks.service import decide, whole_task
from domain.errors import KeyReused, NotEntitled, StoreUnavailable, TaskClosed, Unavailable
from domain.image.projection import project
from domain.policy.stages import Stage
from domain.transitions.message import Seen
from infra.database.engine import Session
from infra.database.tables.operations import AnswerRow
from infra.database.transactions import Work
from infra.read_model.disputes import revision_of
from infra.read_model.writer import rows_of, stored_rows
from tests.api.engine import LivingEngine
from tests.api.support import asked, confirming, dispute, may_answer, somebody

CONFIRM = Answering(decision="confirm")
SEEN = Seen(revision=1, stage=Stage.TRIAGE, round=1)


async def on_record(services: Services) -> list[AnswerRow]:
    """The intents that nobody has ended."""
    async with services.database.read() as session:
        query = select(AnswerRow).where(AnswerRow.seen.is_not(None))  # type: ignore[union-attr]
        return list((await session.execute(query)).scalars())


async def sweep(services: Services) -> None:
    """What any process does every second, as two seconds later."""
    await services.intents.sweep(datetime.now(UTC) + timedelta(seconds=2))


async def revision(services: Services, number: str) -> int:
    """Where the read model stands."""
    async with services.database.read() as session:
        return await revision_of(session, number)


@pytest.mark.parametrize("key", ["k", None])
async def test_the_answer_is_written_with_what_it_tells_and_leaves_no_intent(
    services: Services, session: Session, engine: LivingEngine, key: str | None
) -> None:
    number, task, analyst = await confirming(services, engine)
    seen = await revision(services, number)
    answer = await decide(services, session, analyst, task.task_id, CONFIRM, key)
    [(_, _, sent)] = [each for each in engine.sent if each[1] == "decide"]
    assert sent.model_dump()["seen"]["revision"] == seen
    assert await revision(services, number) == engine.state(number).revision == answer.document()["dispute"]["revision"]
    assert not await on_record(services)
    async with services.database.read() as other:
        stored = list((await other.execute(select(AnswerRow))).scalars())
        rows = await stored_rows(other, number)
    assert [row.status for row in stored] == ([200] if key else [])
    expected = rows_of(project(engine.state(number)))
    assert {table: len(found) for table, found in rows.items()} == {t: len(found) for t, found in expected.items()}


async def test_the_answer_is_what_the_read_model_shows(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    answer = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert isinstance(answer.body, Decided)
    assert isinstance(answer.body.task, TaskItem)
    async with services.database.resume(session):
        [opened] = answer.body.opened_tasks
        for item in (answer.body.task, opened):
            shown = (await whole_task(services, session, analyst, item.task_id)).model_dump(mode="json")
            said = item.model_dump(mode="json")
            assert {name: shown[name] for name in said} == said


async def test_what_cannot_be_written_stays_on_record_until_the_case_has_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task, analyst = await confirming(services, engine)
    engine.publishes = False
    answer = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert answer.document()["published"] is False
    [intent] = await on_record(services)
    assert (intent.dispute_no, intent.status) == (number, None)
    assert await revision(services, number) == 0
    engine.publishes = True
    await sweep(services)
    assert await revision(services, number) == engine.state(number).revision
    assert not await on_record(services)
    async with services.database.resume(session):
        again = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert again.status == 200
    assert "published" not in again.document()


async def test_the_answer_that_was_lost_is_written_by_the_case(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """The engine took it, and its answer never came: kill -9 of this process leaves the same."""
    number, task, analyst = await confirming(services, engine)
    before = await revision(services, number)
    engine.loses_answers, engine.mode = True, "up"
    with pytest.raises(Unavailable):
        await decide(services, session, analyst, task.task_id, CONFIRM, None)
    assert await revision(services, number) == before < engine.state(number).revision
    await sweep(services)
    assert await revision(services, number) == engine.state(number).revision
    assert not await on_record(services)


async def test_what_never_arrived_is_waited_for_by_the_case(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task, analyst = await confirming(services, engine)
    engine.mode = "no worker"
    with pytest.raises(Unavailable):
        await claim(services, session, analyst, task.task_id, "k")
    assert len(await on_record(services)) == 1
    engine.mode = "up"
    await sweep(services)
    write = f"{write_of(analyst, f'claim:{task.task_id}', 'k')}.{content_digest(None)}"
    assert engine.state(number).orphans == [write]
    async with services.database.resume(session):
        assert (await claim(services, session, analyst, task.task_id, "k")).status == 200
    assert engine.state(number).orphans == []
    assert await revision(services, number) == engine.state(number).revision


async def test_an_engine_that_is_away_keeps_the_intent(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    task = asked(engine, number, "confirm_triage")
    engine.mode = "away"
    with pytest.raises(Unavailable):
        await decide(services, session, await may_answer(services, task), task.task_id, CONFIRM, "k")
    with pytest.raises(Unavailable):
        await sweep(services)
    assert len(await on_record(services)) == 1


async def test_what_is_refused_or_left_leaves_no_intent(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    for key in ("k", None):
        engine.refuses = TaskClosed()
        async with services.database.resume(session):
            with pytest.raises(TaskClosed):
                await decide(services, session, analyst, task.task_id, CONFIRM, key)
    assert not await on_record(services)
    engine.refuses, engine.mode = None, "no worker"
    for key in ("left", None):
        async with services.database.resume(session):
            assert (await decide(services, session, analyst, task.task_id, CONFIRM, key)).status == 202
    assert not await on_record(services)
    engine.mode = "up"
    stranger = await somebody(services, "department_handler", "market_reg")
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):
            await decide(services, session, stranger, task.task_id, CONFIRM, "k")


async def test_an_orphan_of_a_case_that_is_over_is_ended(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    await services.intents.begin("w.c", number, SEEN)
    services.intents.end("w.c")
    engine.end_outside(number)
    await sweep(services)
    assert not await on_record(services)


async def test_what_this_process_still_works_on_is_no_orphan(services: Services, engine: LivingEngine) -> None:
    number = await dispute(services)
    await services.intents.begin("w.c", number, SEEN)
    await sweep(services)
    assert len(await on_record(services)) == 1
    assert engine.state(number).orphans == []


async def test_where_no_intent_can_be_kept_the_engine_writes(
    services: Services, session: Session, engine: LivingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that can't be written for a moment does not keep a decision from being taken."""
    number, task, analyst = await confirming(services, engine)

    def unwritable(*_: object) -> Work[bool]:
        raise StoreUnavailable

    monkeypatch.setattr(intents, "intent_kept", unwritable)
    answer = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    [(_, _, sent)] = [each for each in engine.sent if each[1] == "decide"]
    assert sent.model_dump()["seen"] is None
    assert answer.status == 200
    assert await revision(services, number) == engine.state(number).revision


async def test_a_key_under_way_with_other_content_is_for_the_engine_to_judge(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """Typed again after a 503, under the form's key: not refused for an answer that nobody has."""
    number, task, analyst = await confirming(services, engine)
    engine.mode = "no worker"
    with pytest.raises(Unavailable):
        await claim(services, session, analyst, task.task_id, "k")
    write = write_of(analyst, f"decide:{task.task_id}", "k")
    await services.intents.begin(f"{write}.{content_digest('other')}", number, SEEN)
    engine.mode = "up"
    async with services.database.resume(session):
        answer = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert answer.status == 200
    assert await revision(services, number) == engine.state(number).revision


async def test_a_fresh_key_is_not_looked_up(services: Services, session: Session, engine: LivingEngine) -> None:
    _, task, analyst = await confirming(services, engine)
    sent: list[str] = []
    with services.database.heard(lambda text, _: sent.append(text)):
        await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    assert not [text for text in sent if text.startswith("SELECT") and "FROM answer" in text]


async def test_a_repeat_of_who_is_entitled_no_longer_is_answered_and_no_try(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, analyst = await confirming(services, engine)
    first = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
    moved = analyst.model_copy(update={"posts": (await somebody(services, "department_handler", "market_reg")).posts})
    noted = services.access.backlog
    async with services.database.resume(session):
        again = await decide(services, session, moved, task.task_id, CONFIRM, "k")
        with pytest.raises(KeyReused):
            await decide(services, session, moved, task.task_id, Answering(decision="confirm", note="另一件事"), "k")
    assert again.document() == first.document()
    assert services.access.backlog == noted
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):
            await decide(services, session, moved, task.task_id, CONFIRM, "another")
    assert services.access.backlog == noted + 1


async def test_a_repeat_is_answered_where_no_intent_can_be_kept(
    services: Services, session: Session, engine: LivingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, task, analyst = await confirming(services, engine)
    first = await decide(services, session, analyst, task.task_id, CONFIRM, "k")

    def unwritable(*_: object) -> Work[bool]:
        raise StoreUnavailable

    monkeypatch.setattr(intents, "intent_kept", unwritable)
    sent = len(engine.sent)
    async with services.database.resume(session):
        again = await decide(services, session, analyst, task.task_id, CONFIRM, "k")
        with pytest.raises(KeyReused):
            await decide(services, session, analyst, task.task_id, Answering(decision="confirm", note="另一件事"), "k")
    assert (again.document(), len(engine.sent)) == (first.document(), sent)
