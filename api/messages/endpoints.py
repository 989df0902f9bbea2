"""Messages (消息) of the signed-in person."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.messages import service
from api.messages.schemas import MessageItem, Messages, ReadAll

router = APIRouter(prefix="/v1/messages", tags=["messages"])


@router.get("", response_model=Messages, response_model_exclude_unset=True, responses=problems(READ))
async def get_messages(
    session: SessionDep, actor: ActorDep, unread: bool | None = None, limit: LimitDep = 50, cursor: CursorDep = None
) -> Messages:
    """The person's messages, the newest first, and how many are unread. `kind` is `mention`, `digest`, `handed`
    or `offered`.
    """
    return await service.list_messages(session, actor, unread, limit, cursor)


@router.post("/read", response_model=ReadAll, responses=problems(WRITE))
async def post_read_all(
    services: ServicesDep, session: SessionDep, actor: ActorDep, key: KeyDep = None
) -> JSONResponse:
    """Marks all the person's messages as read; answers how many were not."""
    return as_response(await service.read_all(services, session, actor, key))


@router.post("/{message_id}/read", response_model=MessageItem, responses=problems(WRITE))
async def post_read(
    services: ServicesDep, session: SessionDep, actor: ActorDep, message_id: str, key: KeyDep = None
) -> JSONResponse:
    """Marks a message as read; again changes nothing."""
    return as_response(await service.read_message(services, session, actor, message_id, key))
