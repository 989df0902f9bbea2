"""Personal numbers, masked on their way out."""

from __future__ import annotations

from typing import Any


def masked(party: dict[str, Any]) -> dict[str, Any]:
    """A party whose telephone and identity numbers show only their ends."""
    return {**party, "phone": _stars(party.get("phone"), 3, 4), "id_number": _stars(party.get("id_number"), 3, 2)}


def _stars(number: str | None, head: int, tail: int) -> str | None:
    if not number:
        return None
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]
