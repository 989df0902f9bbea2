"""What is entrusted to people by name (`domain.people.duties`), as it is on record now."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from domain.people.duties import Duty
from infra.database.engine import Database
from infra.database.statements import Statement, among
from infra.database.tables.people import DutyRow, PersonRow

_OF_BEATS = Statement(
    lambda dialect: (
        select(col(DutyRow.kind), col(PersonRow.person_id), col(PersonRow.name))
        .join(PersonRow, col(PersonRow.person_id) == col(DutyRow.person_id))
        .where(
            among(col(DutyRow.subject), "beats", dialect),
            col(DutyRow.kind).in_([Duty.BEAT_OFFICER, Duty.BEAT_DEPUTY]),
            col(DutyRow.ended_at).is_(None),
            col(PersonRow.active),
        )
        .distinct()
    )
)


async def who_has(database: Database, beats: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The active people (id, name) who have one of the beats, by kind of duty; each once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, person_id, name in await database.ask(_OF_BEATS, {"beats": sorted(beats)}) if beats else []:
        found.setdefault(kind, []).append((person_id, name))
    return found
