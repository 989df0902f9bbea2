"""Files of disputes, as requests and answers have them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.core.schemas import Shape
from domain.base import Strict
from domain.policy.fields import DISPUTE_NO


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


class UploadIn(Strict):
    """A file that is about to come in pieces."""

    dispute_no: str = Field(pattern=f"^({DISPUTE_NO})?$")
    """none: of a report that is still being written"""
    name: str = Field(max_length=400)
    size: int = Field(ge=1)


class UploadBegun(Shape):
    """How far an upload is: `offset` of `size` bytes are there, the next request brings `piece` at most."""

    upload_id: str
    offset: int
    size: int
    piece: int
