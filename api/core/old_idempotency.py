"""A write with an `Idempotency-Key` is done once; a repeat gets the stored answer, a refusal included, or, of what was
left for the worker, what has come of it since.

The key is kept with the effect, never behind it. What the database does, it does in one transaction with the answer
(`Effect`). What the engine does, the case keeps the key of: the answer stored here is only the quicker way to it, and
before somebody is refused what he may have done already, the case is asked (`did`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse

from api.core.context import Services
from api.core.errors import MEDIA, problem
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

Done = tuple[int, Any]
"""The status and the body of what was done."""


@dataclass(frozen=True)
class Effect:
    """What is to be done in the database, in one transaction with the answer; `lock` as of `Database.write`."""

    apply: Callable[[Session], Awaitable[Done]]
    lock: str | None = None


Do = Callable[[str], Awaitable[Done | Effect]]
"""Does a write, or says what is to be done; given the write's id, the update id of the engine."""
Did = Callable[[str], Awaitable[Done | None]]
"""What the write of an id did according to the case; none where it was never taken."""


class _AnotherWasFirst(Exception):
    """The same key has been answered meanwhile: what was done here is undone."""


def digest(*parts: Any) -> str:
    """A short digest of values, the same for the same values."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


async def once(
    services: Services, actor: Actor, what: str, key: str | None, content: Any, do: Do, did: Did | None = None
) -> JSONResponse:
    """Does a write once for (person, what, key).

    An answer that something was unavailable is not kept: the same key may be sent again. A 202 is kept only until the
    case has taken or refused what was left for it: sent again under its key, the case says which.

    Raises:
        KeyReused: the key came with other content before.
        Unavailable: where it may take effect all the same, the error says so.
    """
    write_id = write_of(actor, what, key or new_id())
    content_digest = digest(content)
    if key:
        async with services.database.read() as session:
            stored = await find_answer(session, write_id, content_digest)
        if stored and not _left(stored):
            return _response(stored)
    try:
        # The engine is told the content too: of two sent at once under one key it takes one, and this tells them apart.
        done = await _truly(f"{write_id}.{content_digest[:12]}", do, did, keyed=bool(key))
        if isinstance(done, Effect):
            return _response(await _in_one(services, done, write_id if key else None, content_digest))
        answer = StoredAnswer(status=done[0], body=done[1])
    except KeyReused:
        raise  # the key's answer is that of the content it came with first
    except Refused as refusal:
        answer = StoredAnswer(status=refusal.status, body=problem(refusal))
    if key and _final(answer):
        answer = await store_answer(services.database, write_id, content_digest, answer)
    return _response(answer)


def held(actor: Actor, what: str, key: str | None, content: Any) -> Hold:
    """What keeps a key for its content in the transaction of an effect whose answer is known only later.

    `content` as of `once`; raises KeyReused, which undoes that transaction, where other content was first.
    """

    async def hold(session: Session) -> None:
        if key:
            await hold_key(session, write_of(actor, what, key), digest(content))

    return hold


def write_of(actor: Actor, what: str, key: str) -> str:
    """The id of a person's write under a key."""
    return digest(actor.person_id, what, key)


async def taken(
    services: Services, actor: Actor, what: str, key: str, dispute_no: str, task_id: str | None = None
) -> bool:
    """Whether a write to a dispute has taken effect under a key, whichever content it came with.

    Raises:
        Unavailable: nobody can say now.
    """
    found = await services.engine.known_outcome(dispute_no, write_of(actor, what, key), task_id) if key else None
    return found is not None and found.refused is None


async def _truly(write: str, do: Do, did: Did | None, *, keyed: bool) -> Done | Effect:
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


async def _in_one(services: Services, effect: Effect, answer_id: str | None, content_digest: str) -> StoredAnswer:
    """Effect and answer in one transaction. Of the same key at once, here or in another process, the second waits
    for the first's commit, is undone, and gets its answer."""
    try:
        async with services.database.write(effect.lock) as session:
            status, body = await effect.apply(session)
            answer = StoredAnswer(status=status, body=body)
            if answer_id and not await keep_answer(session, answer_id, content_digest, answer):
                raise _AnotherWasFirst
    except _AnotherWasFirst:
        assert answer_id
        async with services.database.read() as session:
            first = await find_answer(session, answer_id, content_digest)
        assert first, "answers of the last minute are not deleted"
        return first
    return answer


async def first_answer(services: Services, actor: Actor, what: str, key: str) -> StoredAnswer | None:
    """What was answered to a key, whatever content it came with; none where that is not known."""
    async with services.database.read() as session:
        return await stored_answer(session, write_of(actor, what, key))


def _final(answer: StoredAnswer) -> bool:
    """Whether a repeat should get this very answer: not where what it changed could not be seen yet."""
    return not (isinstance(answer.body, dict) and answer.body.get("published") is False)


def _left(answer: StoredAnswer) -> bool:
    """Whether nobody knew yet what came of it: a decision left for the worker. A job's 202 is all it will say."""
    return answer.status == LEFT and isinstance(answer.body, dict) and "accepted_for" in answer.body


def _response(answer: StoredAnswer) -> JSONResponse:
    media = MEDIA if answer.status >= 400 else "application/json"
    return JSONResponse(answer.body, status_code=answer.status, media_type=media)
