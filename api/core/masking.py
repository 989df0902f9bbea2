"""Personal numbers, masked on their way out."""

from __future__ import annotations

from domain.case.records import Party


def masked(party: Party) -> Party:
    """A party whose telephone and identity numbers show only their ends."""
    return party.model_copy(update={"phone": _ends(party.phone, 3, 4), "id_number": _ends(party.id_number, 3, 2)})


def _ends(number: str | None, head: int, tail: int) -> str | None:
    if not number:
        return None
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]
