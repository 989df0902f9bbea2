"""Idempotent writes: a write with an `Idempotency-Key` is done once; a repeat gets the stored answer, a refusal
included, or, of what was left for the worker, what has come of it since.

The key is kept with the effect, never behind it. What the database does, it does in one transaction with the answer
(`Effect`). What the engine does, the case keeps the key of: the answer stored here is only the quicker way to it, and
before somebody is refused what he may have done already, the case is asked (`did`).

Services run their writes through `once` and answer an `Answer`; `api.core.responses` makes HTTP of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.core.context import Services
from api.core.errors import problem, refusal_of
from api.core.intents import NotFree
from api.core.schemas import JsonObject
from domain.errors import Conflict, KeyReused, Refused, StoreUnavailable, Unavailable
from domain.image.projection import Image
from domain.people.organisation import Actor
from domain.transitions import message_keys
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.audit import AccessRow
from infra.database.transactions import Work
from infra.read_model.stored_state import StoredState
from infra.read_model.writer import ReadModelGap, image_written
from infra.records.access_log.log import entries_written, gathered
from infra.records.idempotency_store import (
    StoredAnswer,
    answer_settled,
    find_answer,
    intent_ended,
    keep_answer,
    key_held,
    store_answer,
    stored_answer,
)
from infra.records.incidents import Hold

T = TypeVar("T", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel, covariant=True)
log = structlog.get_logger()


@dataclass(frozen=True)
class Answer(Generic[Body]):
    """What a write is answered: an HTTP status, and the body as its schema."""

    status: int
    body: Body

    def document(self) -> JsonObject:
        """The body as JSON values: what was set, and nothing else."""
        return self.body.model_dump(mode="json", by_alias=True, exclude_unset=True)


@dataclass(frozen=True)
class Effect(Generic[T]):
    """What is to be done in the database, in one transaction with the answer; `lock` as of `Database.write`."""

    apply: Callable[[Session], Awaitable[Answer[T]]]
    lock: str | None = None


@dataclass(frozen=True)
class Taken(Generic[Body]):
    """What the engine took and answered with: the image is written in one transaction with the answer."""

    image: Image
    answer: Answer[Body]
    unpublished: Answer[Body]
    """where the image can't be written now: the case will do so by itself"""
    found: StoredState | None = None
    """how the read model had the dispute before, if that was looked up"""


class _AnotherWasFirst(Exception):
    """The same key has been answered meanwhile: what was done here is undone."""


def digest(*parts: Any) -> str:
    """A short digest of values, the same for the same values."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def content_digest(content: Any) -> str:
    """What a write's content is known by: as long as it takes for a person not to meet the same twice."""
    return digest(content)[:12]


async def once(
    services: Services,
    session: Session,
    actor: Actor,
    operation: str,
    key: str | None,
    content: Any,
    answers: TypeAdapter[T],
    do: Callable[[str], Awaitable[Answer[T] | Effect[T] | Taken[T]]],
    did: Callable[[str], Awaitable[Answer[T] | None]] | None = None,
    *,
    intended: bool = False,
) -> Answer[T]:
    """Does a write once for (person, operation, key).

    `session` is the request's; its connection is given back before anything is written. `content` is what the key was
    sent with, JSON values. `answers` reads a stored body back. `do` does the write, or says what is to be done, or what
    the engine took; it is given the write's id, the update id of the engine, and gives the session's connection back
    before it waits for the engine. `did` says what the write of an id did according to the case, none where it was
    never taken. `intended`: `do` begins with an intent, and that says whether the key is free; so it is looked up only
    where `do` does not come as far.

    An answer that something was unavailable is not kept: the same key may be sent again. A 202 is kept only until the
    case has taken or refused what was left for it: sent again under its key, the case says which.

    Raises:
        Refused: now, or when the key first came.
        KeyReused: the key came with other content before.
        Unavailable: where it may take effect all the same, the error says so.
    """
    answer_id, content_id = write_of(actor, operation, key or new_id()), content_digest(content)
    # The update id names the content too: of two sent at once under one key the engine takes one, and says which.
    write = f"{answer_id}.{content_id}"
    fresh: Answer[T] | None = None
    try:
        if key and not intended:
            await services.intents.look_up(session, write)
        done, noted = await _noting(services, _certain(services, session, write, do, did, keyed=bool(key)))
        await session.close()
        if isinstance(done, Effect):
            return await _in_one(services, done, answer_id if key else None, content_id, answers)
        if isinstance(done, Taken):
            return await _shown_in_one(services, done, write, answers, noted, keyed=bool(key))
        fresh, answer = done, StoredAnswer(status=done.status, body=done.document())
    except NotFree as known:
        if isinstance(known.first, KeyReused):
            raise known.first from known
        return _read(known.first, answers)
    except KeyReused:
        raise  # the key's answer is that of the content it came with first
    except Refused as refusal:
        await session.close()
        if not key:
            await services.intents.withdraw(write)
            raise
        answer = StoredAnswer(status=refusal.status, body=problem(refusal))
    else:
        if not key and _final(answer):
            await services.intents.withdraw(write)
    finally:
        services.intents.end(write)
    kept = await store_answer(services.database, answer_id, content_id, answer) if key and _final(answer) else answer
    # Fields that are for the pages only and no part of the JSON are in the answer itself, not in the stored one.
    return fresh if fresh and kept is answer else _read(kept, answers)


def held(actor: Actor, operation: str, key: str | None, content: Any) -> Hold:
    """What keeps a key for its content in the transaction of an effect whose answer is known only later.

    `content` as of `once`; raises KeyReused, which undoes that transaction, where other content was first.
    """

    def hold() -> Work[None]:
        if key:
            yield from key_held(write_of(actor, operation, key), content_digest(content))

    return hold


def write_of(actor: Actor, operation: str, key: str) -> str:
    """The id of a person's write under a key."""
    return digest(actor.person_id, operation, key)


async def taken(
    services: Services, actor: Actor, operation: str, key: str, dispute_no: str, task_id: str | None = None
) -> bool:
    """Whether a write to a dispute has taken effect under a key, whichever content it came with.

    Raises:
        Unavailable: nobody can say now.
    """
    found = await services.engine.known_outcome(dispute_no, write_of(actor, operation, key), task_id) if key else None
    return found is not None and found.refused is None


async def first_answer(session: Session, actor: Actor, operation: str, key: str) -> StoredAnswer | None:
    """What was answered to a key, whatever content it came with; none where that is not known."""
    return await stored_answer(session, write_of(actor, operation, key))


async def _noting(
    services: Services, doing: Awaitable[Answer[T] | Effect[T] | Taken[T]]
) -> tuple[Answer[T] | Effect[T] | Taken[T], list[AccessRow]]:
    """What came of it, and what was noted of what the engine took, to be written with it; all else is written soon."""
    with gathered() as noted:
        try:
            done = await doing
        except BaseException:
            services.access.queue(noted)
            raise
    if not isinstance(done, Taken):
        services.access.queue(noted)
        noted = []
    return done, noted


async def _certain(
    services: Services,
    session: Session,
    write: str,
    do: Callable[[str], Awaitable[Answer[T] | Effect[T] | Taken[T]]],
    did: Callable[[str], Awaitable[Answer[T] | None]] | None,
    *,
    keyed: bool,
) -> Answer[T] | Effect[T] | Taken[T]:
    """Does it; what is not the case's own word is not said before the case was asked what the key did.

    Raises:
        NotFree: of a key that is not free now, whatever else speaks against the write.
    """
    try:
        return await do(write)
    except (Refused, Unavailable) as error:
        if keyed and not services.intents.begun(write):
            await services.intents.look_up(session, write)
        if did is None or not _in_doubt(error, keyed=keyed):
            raise
        done = await did(write)
        if done is None:
            raise
        return done


def _in_doubt(error: Refused | Unavailable, *, keyed: bool) -> bool:
    """Whether the write may have been done although it failed now.

    Without a key only where the case has moved on: what moved it may have been this very request, out of patience.
    With one also where something was away: another request with this key may have done it. An error that says
    `may_take_effect` has said so already.
    """
    if isinstance(error, Refused):
        return not error.by_case and (keyed or isinstance(error, Conflict))
    return keyed and not error.may_take_effect


async def _in_one(
    services: Services, effect: Effect[T], answer_id: str | None, content_id: str, answers: TypeAdapter[T]
) -> Answer[T]:
    """Effect and answer in one transaction. Of the same key at once, here or in another process, the second waits
    for the first's commit, is undone, and gets its answer."""
    try:
        async with services.database.write(effect.lock) as session:
            async with services.access.within(session):
                answer = await effect.apply(session)
            stored = StoredAnswer(status=answer.status, body=answer.document())
            if answer_id and not await keep_answer(session, answer_id, content_id, stored):
                raise _AnotherWasFirst
    except _AnotherWasFirst:
        assert answer_id
        async with services.database.read() as session:
            first = await find_answer(session, answer_id, content_id)
        assert first, "answers of the last minute are not deleted"
        return _read(first, answers)
    return answer


async def _shown_in_one(
    services: Services,
    taken: Taken[T],
    write: str,
    answers: TypeAdapter[T],
    noted: list[AccessRow],
    *,
    keyed: bool,
) -> Answer[T]:
    """What the engine took, its answer, the intent's end and who did it in one transaction; the first answer of a key
    stays.

    What can't be written now leaves the intent: the case writes by itself, and the answer says so.
    """
    try:
        work = _shown(taken, write, noted, keyed=keyed)
        first = await services.database.transact(work, taken.image.dispute_no)
    except (ReadModelGap, StoreUnavailable) as error:
        services.access.queue(noted)
        log.warning("answer_not_shown", dispute_no=taken.image.dispute_no, error=type(error).__name__)
        return taken.unpublished
    services.database.wakeups.published(taken.image.dispute_no, taken.image.revision)
    if first:
        return taken.answer
    async with services.database.read() as session:
        stored = await stored_answer(session, message_keys.write(write))
    return _read(stored, answers) if stored else taken.answer


def _shown(taken: Taken[T], write: str, noted: list[AccessRow], *, keyed: bool) -> Work[bool]:
    yield from image_written(taken.image, taken.found)
    yield from entries_written(noted)
    answer_id = message_keys.write(write)
    if not keyed:
        yield from intent_ended(answer_id)
        return True
    stored = StoredAnswer(status=taken.answer.status, body=taken.answer.document())
    return (yield from answer_settled(answer_id, message_keys.content(write), stored))


def _read(stored: StoredAnswer, answers: TypeAdapter[T]) -> Answer[T]:
    """A stored answer as it was given.

    Raises:
        Refused: that was the answer.
    """
    try:
        return Answer(stored.status, answers.validate_python(stored.body))
    except ValidationError:
        if stored.status < 400:
            raise
    raise refusal_of(stored.body)


def _final(answer: StoredAnswer) -> bool:
    """Whether a repeat should get this very answer: not where what it changed could not be seen yet."""
    return not (isinstance(answer.body, dict) and answer.body.get("published") is False)
