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

from pydantic import BaseModel, TypeAdapter, ValidationError

from api.core.context import Services
from api.core.errors import problem, refusal_of
from api.core.schemas import JsonObject
from domain.errors import Conflict, KeyReused, Refused, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.idempotency_store import (
    LEFT,
    StoredAnswer,
    find_answer,
    hold_key,
    keep_answer,
    store_answer,
    stored_answer,
)
from infra.records.incidents import Hold

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a write is answered: an HTTP status, and the body as its schema."""

    status: int
    body: T

    def document(self) -> JsonObject:
        """The body as JSON values: what was set, and nothing else."""
        return self.body.model_dump(mode="json", by_alias=True, exclude_unset=True)


@dataclass(frozen=True)
class Effect(Generic[T]):
    """What is to be done in the database, in one transaction with the answer; `lock` as of `Database.write`."""

    apply: Callable[[Session], Awaitable[Answer[T]]]
    lock: str | None = None


class _AnotherWasFirst(Exception):
    """The same key has been answered meanwhile: what was done here is undone."""


def digest(*parts: Any) -> str:
    """A short digest of values, the same for the same values."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


async def once(
    services: Services,
    session: Session,
    actor: Actor,
    operation: str,
    key: str | None,
    content: Any,
    answers: TypeAdapter[T],
    do: Callable[[str], Awaitable[Answer[T] | Effect[T]]],
    did: Callable[[str], Awaitable[Answer[T] | None]] | None = None,
) -> Answer[T]:
    """Does a write once for (person, operation, key).

    `session` is the request's; its connection is given back before anything is written. `content` is what the key was
    sent with, JSON values. `answers` reads a stored body back. `do` does the write, or says what is to be done; it is
    given the write's id, the update id of the engine, and gives the session's connection back before it waits for the
    engine. `did` says what the write of an id did according to the case, none where it was never taken.

    An answer that something was unavailable is not kept: the same key may be sent again. A 202 is kept only until the
    case has taken or refused what was left for it: sent again under its key, the case says which.

    Raises:
        Refused: now, or when the key first came.
        KeyReused: the key came with other content before.
        Unavailable: where it may take effect all the same, the error says so.
    """
    write_id = write_of(actor, operation, key or new_id())
    content_digest = digest(content)
    if key:
        stored = await find_answer(session, write_id, content_digest)
        if stored and not _left(stored):
            return _read(stored, answers)
    fresh: Answer[T] | None = None
    try:
        # The update id names the content too: of two sent at once under one key the engine takes one, and says which.
        done = await _certain(f"{write_id}.{content_digest[:12]}", do, did, keyed=bool(key))
        await session.close()
        if isinstance(done, Effect):
            return await _in_one(services, done, write_id if key else None, content_digest, answers)
        fresh, answer = done, StoredAnswer(status=done.status, body=done.document())
    except KeyReused:
        raise  # the key's answer is that of the content it came with first
    except Refused as refusal:
        if not key:
            raise
        answer = StoredAnswer(status=refusal.status, body=problem(refusal))
        await session.close()
    kept = await store_answer(services.database, write_id, content_digest, answer) if key and _final(answer) else answer
    # Fields that are for the pages only and no part of the JSON are in the answer itself, not in the stored one.
    return fresh if fresh and kept is answer else _read(kept, answers)


def held(actor: Actor, operation: str, key: str | None, content: Any) -> Hold:
    """What keeps a key for its content in the transaction of an effect whose answer is known only later.

    `content` as of `once`; raises KeyReused, which undoes that transaction, where other content was first.
    """

    async def hold(session: Session) -> None:
        if key:
            await hold_key(session, write_of(actor, operation, key), digest(content))

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


async def _certain(
    write: str,
    do: Callable[[str], Awaitable[Answer[T] | Effect[T]]],
    did: Callable[[str], Awaitable[Answer[T] | None]] | None,
    *,
    keyed: bool,
) -> Answer[T] | Effect[T]:
    """Does it; what is not the case's own word is not said before the case was asked what the key did."""
    try:
        return await do(write)
    except (Refused, Unavailable) as error:
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
    services: Services, effect: Effect[T], answer_id: str | None, content_digest: str, answers: TypeAdapter[T]
) -> Answer[T]:
    """Effect and answer in one transaction. Of the same key at once, here or in another process, the second waits
    for the first's commit, is undone, and gets its answer."""
    try:
        async with services.database.write(effect.lock) as session:
            answer = await effect.apply(session)
            stored = StoredAnswer(status=answer.status, body=answer.document())
            if answer_id and not await keep_answer(session, answer_id, content_digest, stored):
                raise _AnotherWasFirst
    except _AnotherWasFirst:
        assert answer_id
        async with services.database.read() as session:
            first = await find_answer(session, answer_id, content_digest)
        assert first, "answers of the last minute are not deleted"
        return _read(first, answers)
    return answer


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


def _left(answer: StoredAnswer) -> bool:
    """Whether nobody knew yet what came of it: a decision left for the worker. A job's 202 is all it will say."""
    return answer.status == LEFT and isinstance(answer.body, dict) and "accepted_for" in answer.body
