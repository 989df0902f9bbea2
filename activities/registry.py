"""What the worker registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from activities.publish import Publishing
from infra.database import Database


def activities(database: Database) -> list[Callable[..., Any]]:
    """Every activity, bound to what it works on."""
    return [Publishing(database).publish]
