"""What every model of the domain shares."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

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


def china(at: datetime) -> datetime:
    """The same instant, as the clock on a wall in China shows it."""
    return at.astimezone(CHINA)
