"""Messages (消息): what the signed-in person is told in words."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep
from api.core.old_idempotency import Done, Effect, once
from api.disputes.presenters import message_item
from domain.errors import NotFound
from infra.database.engine import Session
from infra.records.messages import count_unread, find_message, mark_read, messages_of

router = APIRouter(prefix="/v1/messages", tags=["messages"])


@router.get("")
async def get_messages(
    services: ServicesDep, actor: ActorDep, unread: bool | None = None, limit: LimitDep = 50, cursor: CursorDep = None
) -> dict[str, Any]:
    """The person's messages, the newest first, and how many are unread. `kind` is `mention`, `digest`, `handed`
    or `offered`.
    """
    async with services.database.read() as session:
        page = await messages_of(session, actor, unread=unread, limit=limit, cursor=cursor)
        count = await count_unread(session, actor)
    return {"items": [message_item(row) for row in page.rows], "next_cursor": page.next_cursor, "unread": count}


@router.post("/read")
async def post_read_all(services: ServicesDep, actor: ActorDep, key: KeyDep = None) -> JSONResponse:
    """Marks all the person's messages as read; answers how many were not."""

    async def do(_: str) -> Effect:
        async def mark(session: Session) -> Done:
            return 200, {"read": await mark_read(session, actor), "unread": 0}

        return Effect(mark)

    return await once(services, actor, "read-all", key, None, do)


@router.post("/{message_id}/read")
async def post_read(services: ServicesDep, actor: ActorDep, message_id: str, key: KeyDep = None) -> JSONResponse:
    """Marks a message as read; again changes nothing."""

    async def do(_: str) -> Effect:
        async def mark(session: Session) -> Done:
            await mark_read(session, actor, message_id)
            row = await find_message(session, actor, message_id)
            if row is None:  # there is none, or it is somebody else's
                raise NotFound("没有这条消息")
            return 200, message_item(row)

        return Effect(mark)

    return await once(services, actor, f"read:{message_id}", key, None, do)
