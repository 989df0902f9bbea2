"""Who answers for a village: its one auxiliary, the network of its community officer, leaders who contracted it.

“充分发挥‘一村一辅警’优势,由社区民警联系驻村辅警、镇村干部、网格员等基层力量” (W-010, W-011);
“各级政法、公安负责人对点包保,各级职能部门对口联系” (R-030).
Pure: the directory, what is entrusted, and who holds which post are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from domain.people.duties import RULES, Duty, fits
from domain.people.organisation import ROLES, Actor, parent, within
from domain.triage.beat_coverage import Entrusted, Someone
from domain.triage.places import Directory, Kind, Listed
from domain.triage.subjects import station_of, subject_of

BY_POST = ("village_secretary", "grid_leader", "grid_worker")
"""Who belongs to a village's network by his post in it, in the order in which they are told."""


@dataclass(frozen=True)
class Contact:
    """Somebody of a village's network: what he is there, where, and whether by name or by his post."""

    who: Someone
    title: str
    at: Listed
    by: Literal["name", "post"]


@dataclass(frozen=True)
class Network:
    """A village with those who answer for it."""

    village: Listed
    station: Listed | None
    """the police station that serves it; none where none does"""
    auxiliary: Someone | None
    unfit: tuple[Someone, ...]
    """who is on record as its auxiliary and is at that station no longer"""
    contacts: tuple[Contact, ...]
    leaders: tuple[Contact, ...]
    """who contracted it, or a place above it (包保)"""
    counterparts: tuple[Contact, ...]
    """whom departments gave it, or its township (对口联系)"""

    @property
    def gap(self) -> str:
        """Why it has no auxiliary, in words; empty where it has one."""
        if self.auxiliary:
            return ""
        left = f"，{'、'.join(who.name for who in self.unfit)}已不在岗" if self.unfit else ""
        return f"{self.village.name}：驻村辅警空缺{left}"


def networks(
    directory: Directory, entrusted: Entrusted, people: Iterable[Actor], villages: Iterable[Listed]
) -> Iterator[Network]:
    """Of each village who answers for it; `people` are the active ones with the posts they hold."""
    known = {person.person_id: person for person in people}
    posted = [(post, person) for person in known.values() for post in person.posts if post.role in BY_POST]
    for village in villages:
        fit, unfit = _having(directory, Duty.VILLAGE_AUXILIARY, village, entrusted, known)
        areas = [*reversed(directory.areas_of(village)), directory.root]
        yield Network(
            village=village,
            station=station_of(directory, village),
            auxiliary=fit[0] if fit else None,
            unfit=tuple(unfit),
            contacts=(
                *_officers(directory, village, entrusted, known),
                *(Contact(who, RULES[Duty.VILLAGE_AUXILIARY].name, village, "name") for who in fit),
                *_bound(directory, Duty.VILLAGE_CONTACT, [village], entrusted, known),
                *(
                    Contact(_someone(person), ROLES[role].name, place, "post")
                    for role in BY_POST
                    for post, person in posted
                    if post.role == role and within(post.path, village.path) and (place := directory.at(post.path))
                ),
            ),
            leaders=tuple(_bound(directory, Duty.CONTRACTING, areas, entrusted, known)),
            counterparts=tuple(_bound(directory, Duty.COUNTERPART, areas, entrusted, known)),
        )


def subjects_of(directory: Directory, village: Listed) -> set[str]:
    """The codes of whatever somebody may be entrusted with, of which a village's network is made."""
    areas = [*directory.areas_of(village), directory.root]
    return {place.code for place in (village, *areas, *_beats_of(directory, village))}


def village_of(directory: Directory, paths: Collection[str]) -> Listed | None:
    """The village that a dispute's places (paths) lie in; none where it is known no closer than to a township."""
    listed = [place for path in sorted(paths) if (place := directory.at(path))]
    inside = [place if place.kind == Kind.VILLAGE else directory.at(parent(place.path)) for place in listed
              if place.kind in (Kind.VILLAGE, Kind.GRID)]  # fmt: skip
    return next((village for village in inside if village and village.kind == Kind.VILLAGE), None)


def _beats_of(directory: Directory, village: Listed) -> list[Listed]:
    """The beats of the village's grids."""
    grids = {grid.code for grid in directory.of_kind(Kind.GRID) if within(grid.path, village.path)}
    return [beat for beat in directory.of_kind(Kind.BEAT) if grids & set(beat.keywords)]


def _officers(
    directory: Directory, village: Listed, entrusted: Entrusted, known: dict[str, Actor]
) -> Iterator[Contact]:
    """The community officers of the village's beats, each once."""
    seen: dict[Someone, Listed] = {}
    for beat in _beats_of(directory, village):
        for who in _having(directory, Duty.BEAT_OFFICER, beat, entrusted, known)[0]:
            seen.setdefault(who, beat)
    yield from (Contact(who, RULES[Duty.BEAT_OFFICER].name, beat, "name") for who, beat in seen.items())


def _bound(
    directory: Directory, kind: Duty, places: Iterable[Listed], entrusted: Entrusted, known: dict[str, Actor]
) -> Iterator[Contact]:
    for place in places:
        for who in _having(directory, kind, place, entrusted, known)[0]:
            yield Contact(who, RULES[kind].name, place, "name")


def _having(
    directory: Directory, kind: Duty, place: Listed, entrusted: Entrusted, known: dict[str, Actor]
) -> tuple[list[Someone], list[Someone]]:
    """Who has a duty of a place: those who hold the post that goes with it, and those who no longer do."""
    subject = subject_of(directory, kind, place.code)
    found: tuple[list[Someone], list[Someone]] = ([], [])
    for person_id in sorted(entrusted.get((kind, place.code), ())):
        if person := known.get(person_id):
            found[not (subject and fits(kind, subject, person))].append(_someone(person))
    return found


def _someone(person: Actor) -> Someone:
    return Someone(person.person_id, person.name)
