"""How much a case may hold, so that what the engine carries of it always fits (docs/adr/0012).

The engine takes 2 MiB a value, 50 MB and 51,200 events a history. A case is carried whole when it closes, when it is
opened again and when the read model has lost it, and a text stands in it several times; so what people send is counted
as it is taken, and long texts are refused before they would not fit. Counted are bytes of JSON in UTF-8.

What is not text (tasks, clocks, lines of the timeline) grows with decisions. Where all of it comes near the engine's
limits, only an ending is taken: that is measured, and asked by validators only, whose answers no history holds.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from pydantic import BaseModel

from domain.case.records import Incident, Party
from domain.case.state import DisputeState
from domain.errors import Conflict, FieldsInvalid

MAX_MESSAGE = 64 * 1024
"""Bytes of the largest message that is sent to a case: some 20,000 Chinese characters."""
MAX_CASE = 256 * 1024
"""Bytes of what a case takes in before only short answers are taken: some 85,000 Chinese characters."""
SHORT = 1024
"""Bytes that an answer may always have, so that a full case still goes on to its end: some 300 characters."""
KEPT_CHARACTERS = 200
"""Characters that a full case keeps of an alarm's narrative."""
MAX_INCIDENTS = 200
"""Alarms that a case keeps; later ones are counted on its timeline, and kept where they were received."""
MAX_WHOLE_INCIDENTS = 20
"""Alarms that a case keeps with all their words; of later ones it keeps the beginning."""
MAX_PARTIES = 100
"""People that a case keeps as parties: each is visited after it is resolved."""

MEASURED_FROM = 1000
"""Tasks, clocks and lines from which a case is measured: fewer never come near."""
MAX_COMPRESSED = 1024 * 1024
MAX_HISTORY = 40 * 1000 * 1000
MAX_EVENTS = 45_000
"""Where only endings are taken: half of the engine's value, four fifths of its history, and of its events."""

_ENVELOPE = {"key", "seen", "actor", "to", "task_id", "organisations", "labels", "people", "into"}
"""What a message says of itself: who and which, never a text of its own."""


def size_of(message: BaseModel) -> int:
    """The bytes a message brings into a case."""
    return _bytes(message.model_dump(mode="json", exclude=_ENVELOPE))


def check_room(state: DisputeState, message: BaseModel) -> None:
    """Whether the case can take so much more.

    Raises:
        FieldsInvalid: it is full, and the message is not short.
    """
    if size_of(message) <= max(SHORT, MAX_CASE - state.held):
        return
    words = f"本案文字已近上限，请将本次填写压缩到{SHORT // 3 // 100 * 100}字以内，详细材料请作为附件上传"
    raise FieldsInvalid(words, errors=[{"field": "body", "message": words}])


def check_growth(state: DisputeState, *, history: int, events: int) -> None:
    """Whether the case may still grow; `history` is the run's length in bytes. For validators only.

    Raises:
        Conflict: it may only be ended.
    """
    if history < MAX_HISTORY and events < MAX_EVENTS:
        if len(state.tasks) + len(state.clocks) + len(state.timeline) < MEASURED_FROM:
            return
        if len(zlib.compress(state.model_dump_json().encode(), 1)) < MAX_COMPRESSED:
            return
    raise Conflict("本案办理记录已达系统上限，只能办结；后续事项请另立新案")


def count_in(state: DisputeState, message: BaseModel) -> None:
    """Counts what was taken."""
    state.held += size_of(message)


def admits(state: DisputeState, fact: BaseModel) -> bool:
    """Whether a fact finds room whole, and counts it: a fact is not refused, the case then keeps less of it."""
    if size_of(fact) > MAX_CASE - state.held:
        return False
    count_in(state, fact)
    return True


def admits_incident(state: DisputeState, incident: Incident) -> bool:
    """Whether an alarm finds room with all its words, and counts it."""
    return len(state.incidents) < MAX_WHOLE_INCIDENTS and admits(state, incident)


def abridged(incident: Incident) -> Incident:
    """An alarm as a full case keeps it: its beginning, and who was in it."""
    parties = [Party(name=party.name[:50], side=party.side) for party in incident.parties[:4]]
    narrative = shortened(incident.narrative)
    kept = {"address": incident.address[:60], "narrative": narrative, "parties": parties, "particulars": {}}
    return incident.model_copy(update=kept)


def shortened(text: str) -> str:
    """The beginning of a text that finds no room."""
    return text if len(text) <= KEPT_CHARACTERS else f"{text[:KEPT_CHARACTERS]}…（案卷文字已满，全文见接报记录）"


def keeps_incident(state: DisputeState) -> bool:
    """Whether the case keeps another alarm with its words."""
    return len(state.incidents) < MAX_INCIDENTS


def parties_kept(state: DisputeState, parties: list[Party]) -> list[Party]:
    """Of further parties those that the case still lists."""
    return parties[: max(0, MAX_PARTIES - len(state.parties))]


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
