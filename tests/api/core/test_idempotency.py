"""The runner of idempotent writes: an effect and its answer are one, a key says the same thing for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic import BaseModel, TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from domain.errors import ClaimedByOther, KeyReused, NotEntitled, TaskClosed, Unavailable
from domain.people.organisation import Actor
from domain.transitions.decisions import Command
from infra.database.engine import Session
from infra.records.messages import watch, watches
from tests.api.engine import LivingEngine
from tests.api.support import confirming, dispute


class Counted(BaseModel):
    """An answer that differs each time the work is done."""

    times: int
    published: bool | None = None


class Left(BaseModel):
    """An answer of what was left for the worker."""

    accepted_for: str


ANSWERS: TypeAdapter[Counted | Left] = TypeAdapter(Counted | Left)
Do = Callable[[str], Awaitable[Answer[Counted | Left] | Effect[Counted | Left]]]
"""As `once` takes it."""


class Work:
    """A write that counts how often it is done, and notes under which ids."""

    def __init__(self, *, status: int = 200, raises: Exception | None = None, published: bool | None = None) -> None:
        self.ids: list[str] = []
        self.status, self.raises = status, raises
        self._more = {} if published is None else {"published": published}

    async def __call__(self, write: str) -> Answer[Counted | Left]:
        """Does it once more."""
        self.ids.append(write)
        if self.raises:
            raise self.raises
        return Answer(self.status, Counted(times=len(self.ids), **self._more))


@pytest.fixture
def who() -> Actor:
    """Who writes."""
    return Actor(person_id="p-1", name="张某", posts=[])


async def test_a_repeat_gets_the_stored_answer_and_nothing_is_done_again(
    services: Services, session: Session, who: Actor
) -> None:
    work = Work(status=201)
    first = await once(services, session, who, "write", "k", {"a": 1}, ANSWERS, work)
    again = await once(services, session, who, "write", "k", {"a": 1}, ANSWERS, work)
    assert (first, len(work.ids)) == (again, 1)
    assert again == Answer(201, Counted(times=1))
    other = Actor(person_id="p-2", name="李某", posts=[])
    for person, operation, key in ((other, "write", "k"), (who, "another", "k"), (who, "write", None)):
        await once(services, session, person, operation, key, {"a": 1}, ANSWERS, work)
    assert len(set(work.ids)) == 4


async def test_other_content_under_a_key_is_refused_and_changes_nothing(
    services: Services, session: Session, who: Actor
) -> None:
    work = Work()
    await once(services, session, who, "write", "k", {"a": 1}, ANSWERS, work)
    with pytest.raises(KeyReused):
        await once(services, session, who, "write", "k", {"a": 2}, ANSWERS, work)
    assert await once(services, session, who, "write", "k", {"a": 1}, ANSWERS, work) == Answer(200, Counted(times=1))


async def test_a_refusal_is_repeated_as_it_was(services: Services, session: Session, who: Actor) -> None:
    work = Work(raises=ClaimedByOther("该待办已由李某签收"))
    with pytest.raises(ClaimedByOther):
        await once(services, session, who, "write", "k", {}, ANSWERS, work)
    work.raises = None
    with pytest.raises(ClaimedByOther, match="李某"):
        await once(services, session, who, "write", "k", {}, ANSWERS, work)
    assert len(work.ids) == 1


@pytest.mark.parametrize("published", [True, False])
async def test_an_answer_that_nobody_could_see_yet_is_not_final(
    services: Services, session: Session, who: Actor, published: bool
) -> None:
    work = Work(published=published)
    for _ in range(2):
        await once(services, session, who, "write", "k", {}, ANSWERS, work)
    assert len(work.ids) == (1 if published else 2)
    assert len(set(work.ids)) == 1, "the engine knows the repeat by its id"


async def test_what_was_unavailable_may_be_sent_again(services: Services, session: Session, who: Actor) -> None:
    work = Work(raises=Unavailable())
    with pytest.raises(Unavailable):
        await once(services, session, who, "write", "k", {}, ANSWERS, work)
    work.raises = None
    assert (await once(services, session, who, "write", "k", {}, ANSWERS, work)).status == 200


async def test_an_effect_and_its_answer_are_one_transaction(services: Services, session: Session, who: Actor) -> None:
    number = await dispute(services)

    async def fails(write: str) -> Effect[Counted | Left]:
        async def apply(session: Session) -> Answer[Counted | Left]:
            await watch(session, number, who.person_id)
            raise NotEntitled

        return Effect(apply)

    async def works(write: str) -> Effect[Counted | Left]:
        async def apply(session: Session) -> Answer[Counted | Left]:
            await watch(session, number, who.person_id)
            return Answer(200, Counted(times=1))

        return Effect(apply)

    with pytest.raises(NotEntitled):
        await once(services, session, who, "effect", "bad", {}, ANSWERS, fails)
    async with services.database.read() as own:
        assert not await watches(own, number, who.person_id)
    both = await asyncio.gather(*(_in_own_session(services, who, works) for _ in range(5)))
    assert both == [Answer(200, Counted(times=1))] * 5


async def _in_own_session(services: Services, who: Actor, do: Do) -> Answer[Counted | Left]:
    async with services.database.read() as session:
        return await once(services, session, who, "effect", "good", {}, ANSWERS, do)


async def test_what_was_left_for_the_worker_is_asked_of_the_case_again(
    services: Services, session: Session, engine: LivingEngine, who: Actor
) -> None:
    came: list[Answer[Counted | Left]] = []

    async def do(write: str) -> Answer[Counted | Left]:
        return came[0] if came else Answer(202, Left(accepted_for="t-1"))

    first = await once(services, session, who, "decide", "k", {}, ANSWERS, do)
    assert (first.status, first.document()) == (202, {"accepted_for": "t-1"})
    came.append(Answer(200, Counted(times=1)))
    assert (await once(services, session, who, "decide", "k", {}, ANSWERS, do)).status == 200
    came.clear()
    assert (await once(services, session, who, "decide", "k", {}, ANSWERS, do)).status == 200, "now it is final"


async def test_the_case_is_asked_before_somebody_is_refused_what_he_did(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """A decision is taken and its answer lost; sent again, it meets a task that is closed, by itself."""
    number, task, who = await confirming(services, engine)
    writes: list[str] = []

    async def do(write: str) -> Answer[Counted | Left]:
        if not writes:
            writes.append(write)
            command = Command(key=write, task_id=task.task_id, decision="confirm", actor=who)
            await engine.update(number, "decide", command)
        raise TaskClosed

    async def did(write: str) -> Answer[Counted | Left] | None:
        receipt = await engine.outcome(number, write, task.task_id)
        return Answer(200, Counted(times=receipt.revision)) if receipt else None

    answer = await once(services, session, who, "decide", "k", {"a": 1}, ANSWERS, do, did)
    assert answer.status == 200
    assert engine.state(number).stage == "push_1"
    with pytest.raises(TaskClosed):  # a key that the case never took did nothing
        await once(services, session, who, "decide", "another", {"a": 1}, ANSWERS, do, did)


async def test_nobody_asks_the_case_about_its_own_word(services: Services, session: Session, who: Actor) -> None:
    refusal = ClaimedByOther()
    refusal.by_case = True

    async def did(write: str) -> Answer[Counted | Left] | None:
        raise AssertionError("the case has answered")

    with pytest.raises(ClaimedByOther):
        await once(services, session, who, "decide", "k", {}, ANSWERS, Work(raises=refusal), did)
