"""A message that lies in a history and was never taken."""

from __future__ import annotations

from typing import Any

from domain.base import Model


class UnprocessedSignal(Model):
    """A signal on record that a run never processed."""

    signal: str
    message: dict[str, Any]
