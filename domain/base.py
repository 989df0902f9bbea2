"""What every model of the domain shares."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TypeVar, cast

from pydantic import BaseModel, ConfigDict

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without summer time since 1992; a fixed one needs no zone database inside a workflow."""


class Model(BaseModel):
    """A value that may sit in a case's state or travel in a message.

    Running cases outlive the code: unknown fields of a newer writer are ignored, and every field added later has a
    default, so that old histories still decode.
    """

    model_config = ConfigDict(extra="ignore", validate_assignment=False)


class Strict(BaseModel):
    """A value that people write (playbooks, fields of a decision): a misspelt key is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def absent(value: object) -> bool:
    """Whether a field is left out where it is written down (`exclude_if`): what is nothing costs no bytes."""
    return value is None or value in ("", {}, [])


M = TypeVar("M", bound=BaseModel)
_KNOWN: dict[tuple[type[BaseModel], str], BaseModel] = {}
_STANDING: set[int] = set()
"""the ids of the objects that stand for others; they are held for ever, so no other object ever has one of these"""


def shared(value: M) -> M:
    """The one object that stands for all equal values: a worker that holds a thousand cases holds few mechanisms.

    For values that are never changed and of which there are few different ones: processes, calendars, organisations.
    """
    if id(value) in _STANDING:
        return value
    known = _KNOWN.setdefault((type(value), value.model_dump_json()), value)
    _STANDING.add(id(known))
    return cast(M, known)


def china(at: datetime) -> datetime:
    """The same instant, as the clock on a wall in China shows it."""
    return at.astimezone(CHINA)


def wall_time(at: datetime) -> str:
    """The same in words, as people are told it: `2026-11-26 09:30`."""
    return f"{china(at):%Y-%m-%d %H:%M}"
