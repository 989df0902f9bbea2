"""What stands where a message should, when the engine brought something that santui did not send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Foreign:
    """In place of a payload that was not sealed by this installation for this workflow: in the clear, spoilt, or
    another's. Nothing of what it held is kept.
    """

    why: str
    """in codes, as `infra.temporal.envelope.PayloadNotOpened` says it"""
