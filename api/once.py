"""A write with an `Idempotency-Key` is done once; a repeat gets the stored answer, a refusal included."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.responses import JSONResponse

from api.context import Services
from api.errors import MEDIA, problem
from domain.errors import KeyReused, Refused
from domain.organisation import Actor
from infra.answers import StoredAnswer, find_answer, store_answer
from infra.ids import new_id


def digest(*parts: Any) -> str:
    """A short digest of values, the same for the same values."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


async def once(
    services: Services,
    actor: Actor,
    what: str,
    key: str | None,
    content: Any,
    do: Callable[[str], Awaitable[tuple[int, Any]]],
) -> JSONResponse:
    """Does a write once for (person, what, key); `do` is given the write's id, the update id of the engine.

    An answer that something was unavailable is not kept: the same key may be sent again.

    Raises:
        KeyReused: the key came with other content before.
    """
    write_id = digest(actor.person_id, what, key or new_id())
    content_digest = digest(content)
    if key:
        stored = await find_answer(services.database, write_id, content_digest)
        if stored:
            return _response(stored)
    try:
        # The engine is told the content too: of two sent at once under one key it takes one, and this tells them apart.
        status, body = await do(f"{write_id}.{content_digest[:12]}")
        answer = StoredAnswer(status=status, body=body)
    except KeyReused:
        raise  # the key's answer is that of the content it came with first
    except Refused as refusal:
        answer = StoredAnswer(status=refusal.status, body=problem(refusal))
    if key and _final(answer):
        await store_answer(services.database, write_id, content_digest, answer)
    return _response(answer)


def _final(answer: StoredAnswer) -> bool:
    """Whether a repeat should get this very answer: not where what it changed could not be seen yet."""
    return not (isinstance(answer.body, dict) and answer.body.get("published") is False)


def _response(answer: StoredAnswer) -> JSONResponse:
    media = MEDIA if answer.status >= 400 else "application/json"
    return JSONResponse(answer.body, status_code=answer.status, media_type=media)
