"""Files of disputes, as requests and answers have them."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import Shape


class Attachment(Shape):
    """A file of a dispute."""

    attachment_id: str
    name: str
    sha256: str
    media_type: str
    size: int
    at: datetime
    by: str
    pending: bool
    """no answer has it: only its sender sees it, and may remove it"""
    thumbnail: bool
    """whether there is a small picture"""


class Removed(Shape):
    """A file that is gone."""

    attachment_id: str
    removed: bool
