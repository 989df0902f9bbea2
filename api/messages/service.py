"""A person's messages: listing them, marking them as read."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.messages.schemas import MessageItem, Messages, ReadAll
from domain.base import china
from domain.errors import NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.messages import MessageRow
from infra.read_model.messages import count_unread, find_message, mark_read, messages_of

_READ_ALL = TypeAdapter(ReadAll)
_MESSAGE = TypeAdapter(MessageItem)


async def list_messages(
    session: Session, actor: Actor, unread: bool | None, limit: int, cursor: str | None
) -> Messages:
    """A page of the person's messages, the newest first; only those unread, or only those read, where that is given."""
    page = await messages_of(session, actor, unread=unread, limit=limit, cursor=cursor)
    count = await count_unread(session, actor)
    return Messages(items=[_message(row) for row in page.rows], next_cursor=page.next_cursor, unread=count)


async def read_all(services: Services, session: Session, actor: Actor, key: str | None) -> Answer[ReadAll]:
    """Marks all the person's messages as read."""

    async def mark(writing: Session) -> Answer[ReadAll]:
        return Answer(200, ReadAll(read=await mark_read(writing, actor), unread=0))

    async def do(_: str) -> Effect[ReadAll]:
        return Effect(mark)

    return await once(services, session, actor, "read-all", key, None, _READ_ALL, do)


async def read_message(
    services: Services, session: Session, actor: Actor, message_id: str, key: str | None
) -> Answer[MessageItem]:
    """Marks a message as read; again changes nothing.

    Raises:
        NotFound: there is none, or not for this person.
    """

    async def mark(writing: Session) -> Answer[MessageItem]:
        await mark_read(writing, actor, message_id)
        row = await find_message(writing, actor, message_id)
        if row is None:
            raise NotFound("没有这条消息")
        return Answer(200, _message(row))

    async def do(_: str) -> Effect[MessageItem]:
        return Effect(mark)

    return await once(services, session, actor, f"read:{message_id}", key, None, _MESSAGE, do)


def _message(row: MessageRow) -> MessageItem:
    return MessageItem(
        message_id=row.message_id,
        at=china(row.at),
        kind=row.kind,
        dispute_no=row.dispute_no,
        read_at=china(row.read_at) if row.read_at else None,
        **row.sealed,
    )
