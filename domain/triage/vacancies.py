"""Which posts of a mechanism nobody holds: what is addressed to them waits for nobody, until it is overdue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.people.entitlement import answers_for
from domain.people.organisation import Post, within
from domain.policy.playbook_checks import addressings
from domain.policy.process import Process
from domain.policy.words.own import PlaceWord
from domain.triage.places import Directory, Kind, resolve_places

_NAMED = 5
"""How many organisations a sentence names."""


@dataclass(frozen=True)
class Unheld:
    """A role that nobody holds at some, or all, of the organisations that a place word means here, or above them."""

    role: str
    at: str
    needed_by: tuple[str, ...]
    """the parts of the playbook that name it"""
    without: tuple[str, ...]
    """names of the organisations"""
    of: int
    """how many organisations the word means in all"""

    role_name: str = ""

    def message(self) -> str:
        """One sentence."""
        names = "、".join(self.without[:_NAMED]) + ("…" if len(self.without) > _NAMED else "")
        where = f"at none of {self.of}" if len(self.without) == self.of else f"not at {len(self.without)} of {self.of}"
        return (
            f"nobody is {self.role_name} ({self.role}) at {self.at}, {where}: {names}; "
            f"named by {', '.join(self.needed_by)} · 岗位无人"
        )


def unheld(process: Process, directory: Directory, held: Collection[Post]) -> list[Unheld]:
    """Every post of the mechanism that nobody of `held` answers for, in the order of the playbook."""
    by_role: dict[str, list[Post]] = {}
    for post in held:
        by_role.setdefault(post.role, []).append(post)
    meant = places_meant(directory, process.words.places)
    needed: dict[tuple[str, str], dict[str, None]] = {}
    for where, addressing in addressings(process):
        part = where[1] if where[0] == "tasks" else where[0]
        needed.setdefault((addressing.role, addressing.at), {})[str(part)] = None
    found = []
    for (role, at), parts in needed.items():
        holders = by_role.get(role, [])
        if at == "assigned":  # whoever it may be: only of organisations with somebody is one chosen
            without = [] if holders else [directory.root.name]
            of = 1
        else:
            places = meant[at]
            without = [
                name for path, name in places.items()
                if not any(answers_for(holder, Post(role=role, path=path)) for holder in holders)
            ]  # fmt: skip
            of = len(places)
        if without:
            found.append(Unheld(role=role, at=at, needed_by=tuple(parts), without=tuple(without), of=of,
                                role_name=process.words.role_name(role)))  # fmt: skip
    return found


def places_meant(directory: Directory, added: Mapping[str, PlaceWord] | None = None) -> Mapping[str, Mapping[str, str]]:
    """For every place word, `added` ones among them, the organisations it means anywhere here: their names by path.

    What intake falls back on where it does not know the village is left out, unless there is nothing else.
    """
    villages = directory.of_kind(Kind.VILLAGE)
    towns = [t for t in directory.of_kind(Kind.TOWN) if not any(within(v.path, t.path) for v in villages)]
    meant: dict[str, dict[str, str]] = {}
    grids = directory.of_kind(Kind.GRID)
    for area in [*villages, *towns, *(grids if added else ())] or [directory.root]:
        for word, path in resolve_places(directory, address="", organisation_code=area.code, added=added).items():
            if listed := directory.at(path):
                meant.setdefault(word, {})[path] = listed.name
    if grids:
        meant["grid"] = {grid.path: grid.name for grid in grids}
    return meant
