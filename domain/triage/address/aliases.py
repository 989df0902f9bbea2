"""Two names of one place, as a county's desks have it: 老供销社 and 华联超市. [DESIGN]

An alias is learned where a desk merged two disputes whose addresses say the same but for the name (ADR 0038). It is a
name alone, without room and without a person, and it is put in the other's stead before two addresses are compared:
whatever else they say must still agree, so that no alias joins what differs in building, entrance or room.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

from domain.triage.address.folding import fold
from domain.triage.address.names import is_common
from domain.triage.address.reading import Address, read
from domain.triage.address.sameness import Sameness, compare_parts, ends

CONFIRMATIONS = 2
"""So many disputes must have been merged over two names before they serve [DESIGN]: one may be a slip of the hand."""
LONGEST, SHORTEST = 20, 2
_HOME = re.compile(r"某|(?<![人大之])家(?:$|[里中门对旁前后屋])|(?:住处|住宅|宿舍|户)$")
"""Somebody's home is no place's name: 王某家, 老李家门口."""
_NUMBER = re.compile(r"\d{3,}")


class Alias(NamedTuple):
    """Two names of one place, in the one wording of the parser, in the order of their characters."""

    one: str
    other: str


def alias(one: str, other: str, people: Collection[str]) -> Alias | None:
    """The two names that two addresses of one place have for it; None where they differ in more than a name, or where
    a name is of a home or holds a person's (`people`), or is one that every town has (人民医院).
    """
    here, there = read(one), read(other)
    names = {here.name, there.name}
    if len(names) < 2 or not all(_may_serve(name, people) for name in names):
        return None
    if compare_parts(replace(here, name=there.name), there) is not Sameness.SAME:
        return None
    return Alias(*sorted(names))


class Aliases:
    """The aliases that serve."""

    def __init__(self, known: Iterable[Alias]) -> None:
        self._others: dict[str, list[str]] = {}
        for each in known:  # not handed on: 甲 = 乙 and 乙 = 丙 say nothing of 甲 and 丙
            self._others.setdefault(each.one, []).append(each.other)
            self._others.setdefault(each.other, []).append(each.one)

    def ways(self, address: str) -> list[Address]:
        """What an address says under each other name of its place."""
        said = read(address)
        return [replace(said, name=name) for name in self._others.get(said.name, ())]

    def toward(self, address: str, other: str) -> str:
        """An address in the words of another where its name is an alias of that one's; else as it is.

        Only the name is changed: what both say of buildings, entrances and rooms is compared as always.
        """
        said, there = read(address), read(other)
        if there.name not in self._others.get(said.name, ()):
            return address
        renamed = replace(said, name=there.name)
        written = fold(address).text.replace(said.name, there.name, 1)
        if read(written) == renamed:
            return written
        return other if compare_parts(renamed, there, doors=True) is Sameness.SAME else address

    def keys(self, address: str) -> list[str]:
        """What leads to the place under its other names, as of `sameness.traces`."""
        return [end for way in self.ways(address) for end in ends(way)]


def _may_serve(name: str, people: Collection[str]) -> bool:
    if not SHORTEST <= len(name) <= LONGEST or _NUMBER.search(name) or _HOME.search(name) or is_common(name):
        return False
    return not any(person in name for person in people if len(person) > 1)
