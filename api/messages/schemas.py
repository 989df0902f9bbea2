"""Messages (消息), as they are answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from api.core.schemas import Listed, Shape


class MessageItem(Shape):
    """Something a person was told; what it says beside depends on its kind."""

    model_config = ConfigDict(extra="allow")

    message_id: str
    at: datetime
    kind: str
    dispute_no: str | None
    read_at: datetime | None


class Messages(Listed[MessageItem]):
    """A page of messages, and how many are unread in all."""

    unread: int


class ReadAll(Shape):
    """How many messages were unread before, and are now."""

    read: int
    unread: int
