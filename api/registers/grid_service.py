"""Grids of a township, village by village: who answers for each, what is missing, how many are missing elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.core.context import Services
from api.registers.beat_service import IN_BEATS, entrusted
from domain.people.duties import OF_BEATS
from domain.people.organisation import parent, within
from domain.triage.beat_coverage import Pair, Vacancy, counterparts, cover, vacancies_of
from domain.triage.places import Directory, Kind, Listed
from infra.database.engine import Session
from infra.records.duties import people_at_work


@dataclass(frozen=True)
class Lack:
    """Something that is missing, of a village or a grid, and where it is filled."""

    area: Listed
    beats: tuple[Listed, ...] = ()
    """several where there should be one; none where there is none"""
    vacancy: Vacancy | None = None


@dataclass(frozen=True)
class GridRow:
    """A grid with its beats and the people of both sides."""

    grid: Listed
    beats: tuple[Listed, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class VillageGrids:
    """A village, who faces whom in it, and its grids."""

    village: Listed
    pairs: tuple[Pair, ...]
    grids: list[GridRow]


@dataclass(frozen=True)
class TownCount:
    """How many villages and grids a township has, and in how many places something is missing."""

    town: Listed
    villages: int
    grids: int
    missing: int


@dataclass(frozen=True)
class Grids:
    """A township's grids, what is missing there, and the count of every township."""

    counts: list[TownCount]
    lacks: list[Lack] = field(default_factory=list)
    villages: list[VillageGrids] = field(default_factory=list)


async def grids_of(services: Services, session: Session, town: Listed | None) -> Grids:
    """The grids of a township, and the counts of all; a statement for what is entrusted and one for who is there."""
    directory = await services.directory.read(session)
    has = await entrusted(session, OF_BEATS, datetime.now(UTC))
    people = await people_at_work(session, IN_BEATS)
    found = cover(directory, has, people)
    lacks = [
        *(Lack(grid) for grid in found.gaps),
        *(Lack(grid, beats) for grid, beats in found.doubles),
        *(Lack(vacancy.area, vacancy=vacancy) for vacancy in found.vacancies),
    ]
    counts = _counts(directory, lacks)
    if town is None:
        return Grids(counts)
    villages = [village for village in directory.of_kind(Kind.VILLAGE) if within(village.path, town.path)]
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for pair in counterparts(directory, has, people, {village.path for village in villages}):
        pairs[pair.area.path].append(pair)
    beats: dict[str, list[Listed]] = defaultdict(list)
    for beat in directory.of_kind(Kind.BEAT):
        for word in beat.keywords:
            beats[word].append(beat)
    inside: dict[str, list[GridRow]] = defaultdict(list)
    for grid in directory.of_kind(Kind.GRID):
        row = GridRow(grid, tuple(beats[grid.code]), tuple(pairs[grid.path]))
        inside[parent(grid.path)].append(row)
    return Grids(
        counts,
        [lack for lack in lacks if within(lack.area.path, town.path)],
        [VillageGrids(each, tuple(pairs[each.path]), inside[each.path]) for each in villages],
    )


def missing_in(pairs: Iterable[Pair]) -> list[Vacancy]:
    """The sides of some pairs that nobody fills."""
    return [vacancy for pair in pairs for vacancy in vacancies_of(pair)]


def _counts(directory: Directory, lacks: list[Lack]) -> list[TownCount]:
    villages, grids = directory.of_kind(Kind.VILLAGE), directory.of_kind(Kind.GRID)

    def below(places: Iterable[Listed], town: Listed) -> int:
        return sum(within(each.path, town.path) for each in places)

    return [
        TownCount(town, below(villages, town), below(grids, town), below((lack.area for lack in lacks), town))
        for town in directory.of_kind(Kind.TOWN)
    ]
