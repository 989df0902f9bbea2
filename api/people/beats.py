"""The beat of a place and who has it (警格与管区民警)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from api.core.context import Services
from domain.case.records import Beat, Named
from domain.people.duties import Duty
from domain.people.organisation import OrganisationRef, within
from domain.triage.places import Directory, Kind
from infra.records.duties import who_has

LOCAL = ("grid", "village")


async def beat_of(services: Services, places: Mapping[str, OrganisationRef]) -> Beat:
    """Whose beat a dispute's place is: of its grid, else of its village where all beats there are one officer's.

    Empty where the place is known no closer, or where it is several officers': then the command room names one.
    """
    return await held_by(services, beats_at(await services.directory.read(), places))


async def held_by(services: Services, codes: list[str]) -> Beat:
    """Who has beats now, as the register has it: nobody where they are several people's; the code where it is one."""
    held = await who_has(services.database, codes, datetime.now(UTC))
    return Beat(
        code=codes[0] if len(codes) == 1 else "",
        officer=_only(held.get(Duty.BEAT_OFFICER, [])),
        deputy=_only(held.get(Duty.BEAT_DEPUTY, [])),
    )


def beats_at(directory: Directory, places: Mapping[str, OrganisationRef]) -> list[str]:
    """The codes of the beats at the closest place that is known; none where only the township is."""
    for word in LOCAL:
        area = directory.at(places[word].path) if word in places else None
        if area and area.kind in (Kind.GRID, Kind.VILLAGE):
            grids = {grid.code for grid in directory.of_kind(Kind.GRID) if within(grid.path, area.path)}
            return [beat.code for beat in directory.of_kind(Kind.BEAT) if grids & set(beat.keywords)]
    return []


def _only(people: list[tuple[str, str]]) -> Named | None:
    if len(people) != 1:
        return None
    return Named(person_id=people[0][0], name=people[0][1])
