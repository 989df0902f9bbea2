"""What a duty is about, found in the directory of organisations: a beat, a township, an organisation."""

from __future__ import annotations

from collections.abc import Iterable

from domain.people.duties import CHIEFS, OF_BEATS, OF_PLACES, OF_VILLAGES, QUALIFICATIONS, Concern, Duty, Subject
from domain.people.organisation import VENUES, parent, within
from domain.triage.lexicon import Lexicon
from domain.triage.places import AREAS, Directory, Kind, Listed

_BODIES: dict[Duty, tuple[Kind, ...]] = {
    Duty.POLICE_CHIEF: (Kind.STATION,),
    Duty.JUSTICE_CHIEF: (Kind.JUSTICE_OFFICE,),
    Duty.COURT_CHIEF: (Kind.TRIBUNAL, Kind.COURT),
}
"""What the three chiefs are chiefs of; a township that no tribunal serves has the county's court."""


def subject_of(directory: Directory, kind: Duty, code: str) -> Subject | None:
    """The subject of a kind of duty by its code; none where there is no such thing. Of a task force nothing is known
    here: its register is in the database.
    """
    if kind == Duty.QUALIFICATION:
        return Subject(code=code, name=QUALIFICATIONS[code]) if code in QUALIFICATIONS else None
    listed = directory.get(code)
    if listed is None or kind == Duty.TASK_FORCE:
        return None
    if kind in OF_BEATS:
        return _subject(listed, [parent(listed.path)]) if listed.kind == Kind.BEAT else None
    if kind in CHIEFS:
        bodies = [body.path for body in bodies_of(directory, kind, listed)]
        return _subject(listed, bodies) if listed.kind == Kind.TOWN else None
    if kind in OF_VILLAGES:
        return _of_village(directory, kind, listed) if listed.kind == Kind.VILLAGE else None
    if kind == Duty.STATIONED_MEDIATOR:
        return Subject(code=code, name=listed.name, path=listed.path) if listed.kind == Kind.STATION else None
    if kind == Duty.VENUE_MEDIATOR:
        return Subject(code=code, name=listed.name, path=listed.path) if listed.kind in VENUES else None
    if kind == Duty.COUNTERPART and listed.kind not in AREAS:
        return None
    if kind in OF_PLACES:
        return Subject(code=code, name=listed.name, path=listed.path)
    return _subject(listed, [listed.path])


def _of_village(directory: Directory, kind: Duty, village: Listed) -> Subject | None:
    """A village for its auxiliary, whom its police station names, and who works there or in the village; for its cadre
    the township's own.
    """
    if kind == Duty.VILLAGE_CONTACT:
        return _subject(village, [parent(village.path)])
    station = station_of(directory, village)
    if station is None:
        return None
    return Subject(code=village.code, name=village.name, path=station.path, served_from=[station.path, village.path])


def station_of(directory: Directory, village: Listed) -> Listed | None:
    """The police station that serves a village: that of its beats, else that of its township."""
    grids = {grid.code for grid in directory.of_kind(Kind.GRID) if within(grid.path, village.path)}
    beats = (beat for beat in directory.of_kind(Kind.BEAT) if grids & set(beat.keywords))
    above = next((directory.at(parent(beat.path)) for beat in beats), None)
    if above and above.kind == Kind.STATION:
        return above
    return directory.serving(Kind.STATION, reversed(directory.areas_of(village)))


def bodies_of(directory: Directory, kind: Duty, township: Listed) -> list[Listed]:
    """The bodies whose chief may be one of a township's three: those that serve it, by path."""
    for body in _BODIES[kind]:
        if serving := [listed for listed in directory.of_kind(body) if listed.serves(township)]:
            return serving
    return directory.of_kind(Kind.COURT) if kind == Duty.COURT_CHIEF else []


def concern_of(
    directory: Directory, lexicon: Lexicon, *, category: str, organisations: Iterable[str], paths: Iterable[str]
) -> Concern:
    """What a table sits over: a dispute's category and the organisations that have it, and of the places at which its
    seats are bound (paths) the townships they lie in, or alone serve.
    """
    towns: dict[str, None] = {}
    for listed in filter(None, map(directory.at, paths)):
        inside = [area for area in directory.areas_of(listed) if area.kind == Kind.TOWN]
        served = inside or [town for town in directory.of_kind(Kind.TOWN) if listed.serves(town)]
        if len(served) == 1:
            towns[served[0].code] = None
    return Concern(
        townships=list(towns), organisations=list(dict.fromkeys(organisations)), category=category,
        group=lexicon.group_of.get(category, ""),
    )  # fmt: skip


def _subject(listed: Listed, served_from: list[str]) -> Subject:
    return Subject(code=listed.code, name=listed.name, path=listed.path, served_from=served_from)
