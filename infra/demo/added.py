"""Who plays, in the demo county, the roles that a playbook adds: two people wherever it addresses one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from domain.policy.playbook_checks import addressings
from domain.policy.process import Process
from domain.triage.places import Directory, Kind, Listed
from domain.triage.vacancies import places_meant

_DISPATCHED_TO = (Kind.DEPARTMENT, Kind.UNIT, Kind.TOWN)
"""What the place `assigned` may come to mean."""


def added_seats(
    process: Process, organisations: list[Listed], seated: Collection[str] = ()
) -> list[tuple[str, Listed]]:
    """The seats of added roles, in order of role and organisation, each once: at whatever organisation the place of an
    address means anywhere in the county; of a role that nothing addresses at the county itself. Of the roles `seated`
    the city's own county says where they are held, and where nobody holds them.
    """
    own = {role for role in process.words.roles if role not in seated}
    if not own:
        return []
    directory = Directory(organisations=organisations)
    meant = places_meant(directory, process.words.places)
    seats: dict[tuple[str, str], Listed] = {}
    addressed: set[str] = set()
    for role, at in _addressed(process):
        if role not in own:
            continue
        addressed.add(role)
        there = (
            [o for kind in _DISPATCHED_TO for o in directory.of_kind(kind)]
            if at == "assigned"
            else [o for path in meant.get(at, {}) if (o := directory.at(path))]
        )
        seats |= {(role, organisation.path): organisation for organisation in there}
    seats |= {(role, directory.root.path): directory.root for role in own if role not in addressed}
    return [(role, seats[role, path]) for role, path in sorted(seats)]


def _addressed(process: Process) -> Iterator[tuple[str, str]]:
    """Every role that the process part names, with the place at which it does."""
    yield from ((post.role, post.at) for _, post in addressings(process))
    for source in process.sources.values():
        yield from ((post.role, post.at) for post in source.reported_by)
    for tier in process.ladder.tiers if process.ladder else ():
        yield from ((role, line.at or "county") for line in tier.requires for role in line.any_of)
