"""What a duty is about, found in the directory of organisations: a beat, a township, an organisation."""

from __future__ import annotations

from domain.people.duties import CHIEFS, OF_BEATS, QUALIFICATIONS, Duty, Subject
from domain.people.organisation import parent
from domain.triage.places import Directory, Kind, Listed

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
    return _subject(listed, [listed.path])


def bodies_of(directory: Directory, kind: Duty, township: Listed) -> list[Listed]:
    """The bodies whose chief may be one of a township's three: those that serve it, by path."""
    for body in _BODIES[kind]:
        if serving := [listed for listed in directory.of_kind(body) if listed.serves(township)]:
            return serving
    return directory.of_kind(Kind.COURT) if kind == Duty.COURT_CHIEF else []


def _subject(listed: Listed, served_from: list[str]) -> Subject:
    return Subject(code=listed.code, name=listed.name, path=listed.path, served_from=served_from)
