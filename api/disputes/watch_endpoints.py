"""Watching a dispute (关注): its open tasks stand in the box `watched`, and its events are told."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep
from api.core.old_idempotency import Done, Effect, once
from api.disputes.access import seen
from infra.database.engine import Session
from infra.records.watchers import unwatch, watch

router = APIRouter(prefix="/v1/disputes", tags=["disputes"])


@router.post("/{no}/watch")
async def post_watch(services: ServicesDep, actor: ActorDep, no: str, key: KeyDep = None) -> JSONResponse:
    """Watches a dispute that the person may see, for as long as he may; again changes nothing."""

    async def do(_: str) -> Effect:
        await seen(services, actor, no)

        async def begin(session: Session) -> Done:
            await watch(session, no, actor.person_id)
            return 200, {"dispute_no": no, "watched": True}

        return Effect(begin)

    return await once(services, actor, f"watch:{no}", key, None, do)


@router.delete("/{no}/watch")
async def delete_watch(services: ServicesDep, actor: ActorDep, no: str, key: KeyDep = None) -> JSONResponse:
    """Watches a dispute no more; again changes nothing."""

    async def do(_: str) -> Effect:
        await seen(services, actor, no)

        async def end(session: Session) -> Done:
            await unwatch(session, no, actor.person_id)
            return 200, {"dispute_no": no, "watched": False}

        return Effect(end)

    return await once(services, actor, f"unwatch:{no}", key, None, do)
