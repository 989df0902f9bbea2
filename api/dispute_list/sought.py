"""A search by a person's marks: what is sought and why, sealed, so that its address shows neither.

The address serves its maker alone, and for a shift: then the purpose is asked for again.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Literal

from cryptography.exceptions import InvalidTag
from pydantic import ValidationError

from domain.base import Strict
from domain.people.need_to_know import SEARCH_LASTS, SearchPurpose
from infra.database.columns import ring

_CONTEXT = b"santui.search"
LONGEST = 2_000
"""Characters of an address that can be one of ours."""
By = Literal["any", "title", "name", "phone", "address"]
KINDS: dict[By, str] = {"any": "全部", "title": "编号、标题", "name": "姓名", "phone": "电话", "address": "地址"}
"""Where the words of a search are looked for."""


class Sought(Strict):
    """What somebody looks for."""

    person_id: str
    words: str
    by: By
    found_by: Literal["marks", "title"] = "marks"
    """where everything was searched and nothing known by these marks is to be seen, the titles are"""
    purpose: SearchPurpose | None = None
    note: str = ""
    at: datetime


def sealed(sought: Sought) -> str:
    """As an address carries it."""
    keys = ring()
    blob = keys.current.encode() + b":" + keys.seal(sought.model_dump_json().encode(), _CONTEXT)
    return base64.urlsafe_b64encode(blob).decode().rstrip("=")


def opened(text: str, person_id: str) -> Sought | None:
    """What an address carries, for him who made it; none where it is nobody's, another's or too old."""
    try:
        key_id, _, blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).partition(b":")
        sought = Sought.model_validate_json(ring().unseal(key_id.decode(), blob, _CONTEXT))
    except (ValueError, KeyError, InvalidTag, binascii.Error, ValidationError):
        return None
    fresh = datetime.now(UTC) - sought.at < SEARCH_LASTS
    return sought if sought.person_id == person_id and fresh else None
