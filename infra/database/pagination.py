"""Lists by keyset: pages, and the opaque cursor of the next one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from domain.base import Model, china
from domain.errors import FieldsInvalid
from domain.storable_text import is_fit

_T = TypeVar("_T")


class Page(Model):
    """One page of rows and the cursor of the next; `now` is the instant that a list by urgency goes by."""

    rows: list[Any]
    next_cursor: str | None = None
    now: datetime | None = None


def cursor_of(*parts: Any) -> str:
    """An opaque cursor: where the last row stood."""
    text = json.dumps([p.isoformat() if isinstance(p, datetime) else p for p in parts])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *parts: type) -> list[Any]:
    """What `cursor_of` made, of parts of these types.

    Raises:
        FieldsInvalid: it is none of ours.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or [type(value) for value in values] != list(parts):
            raise ValueError
        if not all(is_fit(v) if isinstance(v, str) else abs(v) < 2**63 for v in values):  # as no table has any
            raise ValueError
    except (ValueError, RecursionError) as error:
        raise FieldsInvalid(errors=[{"field": "cursor", "message": "分页标记无效"}]) from error
    return values


def page_of(
    listed: Iterable[_T], key: Callable[[_T], str], *, limit: int, cursor: str | None
) -> tuple[list[_T], str | None]:
    """A page of what is at hand already, in the order of its keys, and the cursor of the next.

    Raises:
        FieldsInvalid: the cursor is none of ours.
    """
    after = read_cursor(cursor, str)[0] if cursor else ""
    rest = sorted((each for each in listed if key(each) > after), key=key)
    return rest[:limit], cursor_of(key(rest[limit - 1])) if len(rest) > limit else None


def read_instant(value: str) -> datetime:
    """An instant out of a cursor.

    Raises:
        FieldsInvalid: it is none of ours.
    """
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError
        return china(at)
    except (ValueError, OverflowError) as error:
        raise FieldsInvalid(errors=[{"field": "cursor", "message": "分页标记无效"}]) from error
