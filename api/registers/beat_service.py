"""Beats and grids: who faces whom in each, whether they cover each other, and the three chiefs of each township."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from api.core.context import Services
from api.core.schemas import Listed
from api.registers.duty_schemas import (
    BeatItem,
    ChiefItem,
    ChiefsItem,
    Counterparts,
    CoverageReport,
    Doubled,
    Misplaced,
    PersonNamed,
    PlaceNamed,
    Shared,
    VacancyItem,
)
from domain.people.duties import CHIEFS, OF_BEATS, RULES, Duty
from domain.people.organisation import Actor, parent, within
from domain.triage.beat_coverage import Coverage, Entrusted, Pair, Side, Someone, Vacancy, counterparts, cover
from domain.triage.places import Directory, Kind
from domain.triage.places import Listed as Organisation
from domain.triage.three_chiefs import Chief, three_chiefs
from infra.database.engine import Session
from infra.database.pagination import page_of
from infra.records.duties import duties, people_at_work

IN_BEATS = ("station_chief", "village_secretary", "grid_leader", "grid_worker")
"""Roles that face each other in a beat by their post alone; the others are entrusted by name."""
_LISTED = 200
"""Breaks of each kind that a report lists."""


async def check_coverage(services: Services, session: Session) -> Coverage:
    """The check of all beats, grids and counterparts as they stand now."""
    directory = await services.directory.read(session)
    has = await entrusted(session, OF_BEATS, datetime.now(UTC))
    return cover(directory, has, await people_at_work(session, IN_BEATS))


async def coverage(services: Services, session: Session) -> CoverageReport:
    """The check as a report."""
    return report(await check_coverage(services, session))


def report(found: Coverage) -> CoverageReport:
    """A check as it is shown."""
    return CoverageReport(
        whole=found.whole,
        grids=found.grids,
        beats=found.beats,
        one_to_one=found.one_to_one,
        pairs=found.pairs,
        vacancies=len(found.vacancies),
        gaps=_places(found.gaps[:_LISTED]),
        doubles=[Doubled(grid=_place(grid), beats=_places(beats)) for grid, beats in found.doubles[:_LISTED]],
        strays=_places(found.strays[:_LISTED]),
        misplaced=[Misplaced(beat=_place(beat), grid=_place(grid)) for beat, grid in found.misplaced[:_LISTED]],
        shared=[Shared(beat=_place(beat), kind=kind, people=_named(has)) for beat, kind, has in found.shared[:_LISTED]],
    )


async def list_vacancies(
    services: Services, session: Session, *, tier: int | None, limit: int, cursor: str | None
) -> Listed[VacancyItem]:
    """A page of the counterparts' vacancies by name, in the order of the tree."""
    found = [v for v in (await check_coverage(services, session)).vacancies if tier in (None, v.tier.number)]
    page, more = page_of(found, lambda v: f"{v.area.path} {v.tier.number} {v.role}", limit=limit, cursor=cursor)
    return Listed[VacancyItem](items=[_vacancy(vacancy) for vacancy in page], next_cursor=more)


async def list_beats(
    services: Services, session: Session, *, organisation: str | None, limit: int, cursor: str | None
) -> Listed[BeatItem]:
    """A page of beats by code, with their grids and counterparts: all, or those of a station, township or village.

    Raises:
        FieldsInvalid: there is no such organisation.
    """
    directory = await services.directory.read(session)
    place = directory.named(organisation) if organisation else None
    grid_of = {grid.code: grid for grid in directory.of_kind(Kind.GRID)}
    found = [
        (beat, next((grid_of[word] for word in beat.keywords if word in grid_of), None))
        for beat in directory.of_kind(Kind.BEAT)
    ]
    if place:
        found = [
            (beat, grid) for beat, grid in found
            if within(beat.path, place.path) or (grid and within(grid.path, place.path))
        ]  # fmt: skip
    page, more = page_of(found, lambda each: each[0].code, limit=limit, cursor=cursor)
    has = await entrusted(session, OF_BEATS, datetime.now(UTC)) if page else {}
    people = await people_at_work(session, IN_BEATS) if page else []
    villages = {parent(grid.path) for _, grid in page if grid}
    pairs = _by_grid(directory, has, people, villages)
    return Listed[BeatItem](items=[_beat(directory, beat, grid, pairs) for beat, grid in page], next_cursor=more)


async def list_chiefs(
    services: Services, session: Session, *, limit: int, cursor: str | None, township: str | None = None
) -> Listed[ChiefsItem]:
    """A page of townships by path, each with its three chiefs."""
    directory = await services.directory.read(session)
    towns = [town for town in directory.of_kind(Kind.TOWN) if township in (None, town.code)]
    page, more = page_of(towns, lambda town: town.path, limit=limit, cursor=cursor)
    roles = set().union(*(RULES[kind].roles for kind in CHIEFS))
    people = await people_at_work(session, sorted(roles))
    found = three_chiefs(directory, await entrusted(session, CHIEFS, datetime.now(UTC)), people, page)
    items = [ChiefsItem(township=_place(town), chiefs=[_chief(chief) for chief in chiefs]) for town, chiefs in found]
    return Listed[ChiefsItem](items=items, next_cursor=more)


async def entrusted(
    session: Session, kinds: Iterable[Duty], at: datetime, subjects: Collection[str] | None = None
) -> dict[tuple[Duty, str], list[str]]:
    """Who has which duty of these kinds at an instant, by kind and subject; of few `subjects` only."""
    found: dict[tuple[Duty, str], list[str]] = defaultdict(list)
    for each in await duties(session, kinds=kinds, subjects=subjects, at=at):
        found[Duty(each.row.kind), each.row.subject].append(each.row.person_id)
    return found


def _by_grid(
    directory: Directory,
    has: Entrusted,
    people: Collection[Actor],
    villages: Collection[str],
) -> dict[str, list[Pair]]:
    """The pairs of each grid of some villages by its path, and of each village."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in counterparts(directory, has, people, villages):
        found[pair.area.path].append(pair)
    return found


def _beat(
    directory: Directory, beat: Organisation, grid: Organisation | None, pairs: dict[str, list[Pair]]
) -> BeatItem:
    village = directory.at(parent(grid.path)) if grid else None
    station = directory.at(parent(beat.path))
    facing = [*pairs.get(village.path, []), *pairs.get(grid.path, [])] if village and grid else []
    return BeatItem(
        code=beat.code,
        name=beat.name,
        station=_place(station) if station else None,
        grid=_place(grid) if grid else None,
        village=_place(village) if village else None,
        counterparts=[
            Counterparts(
                tier=pair.tier.number,
                police_role=pair.tier.police,
                police=_side(pair.police),
                grid_role=pair.tier.grid,
                grid=_side(pair.grid),
                rhythm=pair.tier.rhythm,
            )
            for pair in facing
        ],
    )


def _vacancy(vacancy: Vacancy) -> VacancyItem:
    return VacancyItem(
        tier=vacancy.tier.number,
        role=vacancy.role,
        area=_place(vacancy.area),
        beat=_place(vacancy.beat) if vacancy.beat else None,
        at=_place(vacancy.at),
        unfit=_named(vacancy.unfit),
        sentence=vacancy.sentence(),
    )


def _chief(chief: Chief) -> ChiefItem:
    return ChiefItem(
        kind=chief.kind,
        role_name=RULES[chief.kind].name,
        bodies=_places(chief.bodies),
        person=_named([chief.person])[0] if chief.person else None,
        by=("name" if chief.by_name else "post") if chief.person else None,
        gap=chief.gap,
    )


def _side(side: Side | None) -> list[PersonNamed]:
    return _named(side.people) if side else []


def _named(people: Iterable[Someone]) -> list[PersonNamed]:
    return [PersonNamed(person_id=who.person_id, name=who.name) for who in people]


def _place(listed: Organisation) -> PlaceNamed:
    return PlaceNamed(code=listed.code, name=listed.name)


def _places(listed: Iterable[Organisation]) -> list[PlaceNamed]:
    return [_place(each) for each in listed]
