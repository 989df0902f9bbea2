"""Of which beats disputes are: by what each was told, else by its village where one officer had all beats there."""

from __future__ import annotations

from collections.abc import Collection

from api.core.context import Services
from api.people.beats import beats_at
from domain.triage.places import Directory, Kind
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.people.manning import homes_of

_WORDS = {Kind.GRID: "grid", Kind.VILLAGE: "village"}


async def beats_of(services: Services, session: Session, disputes: Collection[DisputeRow]) -> dict[str, list[str]]:
    """Codes of beats by the dispute's number; none where its place is known no closer."""
    known = {row.dispute_no: str((row.sealed.get("beat") or {}).get("code", "")) for row in disputes}
    homes = await homes_of(session, [number for number, code in known.items() if not code])
    directory = await services.directory.read(session)
    return {number: [code] if code else _beats(directory, homes.get(number, [])) for number, code in known.items()}


def _beats(directory: Directory, paths: Collection[str]) -> list[str]:
    listed = [area for path in paths if (area := directory.at(path)) and area.kind in _WORDS]
    return beats_at(directory, {_WORDS[Kind(area.kind)]: area.ref() for area in listed})
