"""How near two written addresses are, by the parts that `domain.triage.address` reads of each."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from domain.triage.address.reading import read
from domain.triage.address.sameness import Sameness, compare_buildings


class Parts(NamedTuple):
    """What can be compared of an address."""

    pairs: frozenset[str]
    """pairs of characters of its names"""
    numbers: frozenset[tuple[str, str]]
    """what is numbered, each with its number: `("number", "23")`, `("section", "南")`"""


class Nearness(NamedTuple):
    """How near two addresses are."""

    shared: float
    """0..1: how much of the shorter one's names the other has too"""
    agree: int
    """how many numbers both have"""
    apart: bool
    """whether both number the same thing, and differently: 23号 and 32号, 南区 and 北区"""


@lru_cache(maxsize=4096)
def parts(address: str) -> Parts:
    """An address in its parts. Floors and doors are none: neighbours quarrel."""
    said = read(address)
    numbered = {"group": said.group, "number": said.number.partition("-")[0], "building": said.building}
    numbers = {(what, value) for what, value in numbered.items() if value}
    numbers |= {("section", section) for section in said.sections}
    names = [name for name in (*said.villages, *said.roads, said.name, *said.notes, *said.unread) if name]
    names = names or [said.lowest_region]  # a town is no place, unless nothing else was said
    return Parts(frozenset(name[at : at + 2] for name in names for at in range(len(name) - 1)), frozenset(numbers))


def nearness(one: str, other: str) -> Nearness:
    """How near two addresses are: wholly where they are known to be of one building, however each is written."""
    here, there = parts(one), parts(other)
    agreed = here.numbers & there.numbers
    if compare_buildings(one, other) is Sameness.SAME:
        return Nearness(1.0, len(agreed), False)
    fewer = min(len(here.pairs), len(there.pairs))
    shared = len(here.pairs & there.pairs) / fewer if fewer else 0.0
    counted = {what for what, _ in here.numbers} & {what for what, _ in there.numbers}
    return Nearness(shared, len(agreed), bool(counted - {what for what, _ in agreed}))
