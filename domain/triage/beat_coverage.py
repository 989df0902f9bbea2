"""Whether the beats cover the grids one to one, and who faces whom: three tiers of counterparts, vacancies by name.

“将全局社区警务力量划分成457个警格,嵌入…457个一般网格。所长与村(社区)书记、社区副所长与一般网格长、社区民警(辅警)与网格员
分层级一一对应” (Q-015, Q-100, Q-101). Pure: the directory, what is entrusted, and who holds which post are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.people.duties import RULES, Duty, fits
from domain.people.organisation import Actor, parent
from domain.triage.places import Directory, Kind, Listed
from domain.triage.subjects import subject_of


@dataclass(frozen=True)
class Tier:
    """One tier of counterparts: what both sides are called, and how often they meet."""

    number: int
    police: str
    grid: str
    rhythm: str


TIERS = (
    Tier(1, "派出所所长", "村（社区）书记", "每周见面"),
    Tier(2, "社区副所长", "一般网格长", "每周碰头"),
    Tier(3, "社区民警（辅警）", "网格员", "日常联动"),
)


@dataclass(frozen=True)
class Someone:
    """A person by id and name."""

    person_id: str
    name: str


@dataclass(frozen=True)
class Side:
    """One side of a pair: who is there, and who is on record for it yet no longer holds the post."""

    at: Listed
    """the station of the police's side, the village or grid of the other"""
    people: tuple[Someone, ...]
    unfit: tuple[Someone, ...] = ()

    @property
    def vacant(self) -> bool:
        """Whether nobody is there."""
        return not self.people


@dataclass(frozen=True)
class Pair:
    """The police's and the grid's people of a tier in a village (tier 1) or a grid (tiers 2 and 3)."""

    tier: Tier
    area: Listed
    beat: Listed | None
    police: Side | None
    """none where no beat, or no station, is the area's"""
    grid: Side


@dataclass(frozen=True)
class Vacancy:
    """A side of a pair that nobody fills. `unfit` names those on record who no longer hold the post."""

    tier: Tier
    area: Listed
    beat: Listed | None
    role: str
    at: Listed
    unfit: tuple[Someone, ...] = ()

    def sentence(self) -> str:
        """In words: `古山社区第1网格（古山社区第1警格）：社区民警（辅警）空缺`."""
        beat = f"（{self.beat.name}）" if self.beat else ""
        left = f"，{'、'.join(who.name for who in self.unfit)}已不在岗" if self.unfit else ""
        return f"{self.area.name}{beat}：{self.role}空缺{left}"


@dataclass(frozen=True)
class Coverage:
    """What the check found. Gaps, doubles and strays break the one to one; vacancies do not."""

    grids: int
    beats: int
    one_to_one: int
    """grids with one beat that is embedded in them alone"""
    gaps: tuple[Listed, ...] = ()
    """grids without a beat"""
    doubles: tuple[tuple[Listed, tuple[Listed, ...]], ...] = ()
    """grids with several beats, and these"""
    strays: tuple[Listed, ...] = ()
    """beats in no grid, or in several"""
    misplaced: tuple[tuple[Listed, Listed], ...] = ()
    """beats whose station does not serve the grid's township, and the grid"""
    shared: tuple[tuple[Listed, Duty, tuple[Someone, ...]], ...] = ()
    """beats that several have who should be one"""
    pairs: int = 0
    vacancies: tuple[Vacancy, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """No gap, no double: every grid has its beat and every beat its grid."""
        return not (self.gaps or self.doubles or self.strays or self.misplaced or self.shared)

    def sentences(self) -> Iterator[str]:
        """What breaks the one to one, in words, one each."""
        yield from (f"缺口：{grid.name}（{grid.code}）没有警格" for grid in self.gaps)
        for grid, beats in self.doubles:
            yield f"重复：{grid.name}（{grid.code}）有{len(beats)}个警格：{'、'.join(beat.name for beat in beats)}"
        yield from (f"未嵌入：{beat.name}（{beat.code}）不对应唯一的网格" for beat in self.strays)
        for beat, grid in self.misplaced:
            yield f"错位：{beat.name}（{beat.code}）所属派出所不管辖{grid.name}"
        for beat, kind, people in self.shared:
            names = "、".join(who.name for who in people)
            yield f"多人：{beat.name}（{beat.code}）有{len(people)}名{RULES[kind].name}：{names}"


Entrusted = Mapping[tuple[Duty, str], Collection[str]]
"""The ids of those who have a duty, by its kind and subject."""


def cover(directory: Directory, entrusted: Entrusted, people: Iterable[Actor]) -> Coverage:
    """The check of the whole directory; `people` are the active ones with the posts they hold."""
    grids, beats = directory.of_kind(Kind.GRID), directory.of_kind(Kind.BEAT)
    known = {grid.code: grid for grid in grids}
    embedded: dict[str, list[Listed]] = defaultdict(list)
    strays, misplaced = [], []
    for beat in beats:
        inside = [known[word] for word in beat.keywords if word in known]
        for grid in inside:
            embedded[grid.code].append(beat)
        if len(inside) != 1:
            strays.append(beat)
        elif not _serves(directory, beat, inside[0]):
            misplaced.append((beat, inside[0]))
    lonely = {beat.code for beat in beats} - {beat.code for beat in strays}
    everybody = list(people)
    pairs = list(counterparts(directory, entrusted, everybody))
    active = {person.person_id: person for person in everybody}
    shared = [
        (beat, kind, tuple(map(_someone, has)))
        for beat in beats
        for kind in (Duty.BEAT_OFFICER, Duty.BEAT_DEPUTY)
        if len(has := [active[who] for who in sorted(entrusted.get((kind, beat.code), ())) if who in active]) > 1
    ]
    return Coverage(
        grids=len(grids),
        beats=len(beats),
        one_to_one=sum(len(e := embedded[grid.code]) == 1 and e[0].code in lonely for grid in grids),
        gaps=tuple(grid for grid in grids if not embedded[grid.code]),
        doubles=tuple((grid, tuple(embedded[grid.code])) for grid in grids if len(embedded[grid.code]) > 1),
        strays=tuple(strays),
        misplaced=tuple(misplaced),
        shared=tuple(shared),
        pairs=len(pairs),
        vacancies=tuple(vacancy for pair in pairs for vacancy in vacancies_of(pair)),
    )


def counterparts(
    directory: Directory, entrusted: Entrusted, people: Iterable[Actor], villages: Collection[str] | None = None
) -> Iterator[Pair]:
    """Every pair of the three tiers, village by village; only of the villages whose paths are given, if any are."""
    everybody = list(people)
    holding = _holders(everybody)
    active = {person.person_id: person for person in everybody}
    beats = {word: beat for beat in directory.of_kind(Kind.BEAT) for word in beat.keywords}
    grids: dict[str, list[Listed]] = defaultdict(list)
    for grid in directory.of_kind(Kind.GRID):
        grids[parent(grid.path)].append(grid)
    for village in directory.of_kind(Kind.VILLAGE):
        if villages is not None and village.path not in villages:
            continue
        inside = grids[village.path]
        first = next((beats[grid.code] for grid in inside if grid.code in beats), None)
        station = _station(directory, first) if first else directory.serving(
            Kind.STATION, reversed(directory.areas_of(village))
        )  # fmt: skip
        chiefs = Side(station, holding("station_chief", station)) if station else None
        yield Pair(TIERS[0], village, None, chiefs, Side(village, holding("village_secretary", village)))
        for grid in inside:
            beat = beats.get(grid.code)
            for tier, kinds, role in (
                (TIERS[1], (Duty.BEAT_DEPUTY,), "grid_leader"),
                (TIERS[2], (Duty.BEAT_OFFICER, Duty.BEAT_ASSISTANT), "grid_worker"),
            ):
                police = _police(directory, beat, kinds, entrusted, active) if beat else None
                own = holding(role, grid) or (holding(role, village) if role == "grid_leader" else ())
                yield Pair(tier, grid, beat, police, Side(grid, own))


def vacancies_of(pair: Pair) -> Iterator[Vacancy]:
    """The sides of a pair that nobody fills; a grid without a beat is a gap and no vacancy."""
    if pair.police and pair.police.vacant:
        yield Vacancy(pair.tier, pair.area, pair.beat, pair.tier.police, pair.police.at, pair.police.unfit)
    if pair.grid.vacant:
        yield Vacancy(pair.tier, pair.area, pair.beat, pair.tier.grid, pair.grid.at)


def _police(
    directory: Directory, beat: Listed, kinds: Iterable[Duty], entrusted: Entrusted, active: Mapping[str, Actor]
) -> Side | None:
    station = _station(directory, beat)
    if station is None:
        return None
    there, gone = [], []
    for kind in kinds:
        subject = subject_of(directory, kind, beat.code)
        for person_id in sorted(entrusted.get((kind, beat.code), ())):
            person = active.get(person_id)
            if person and subject and fits(kind, subject, person):
                there.append(_someone(person))
            elif person:
                gone.append(_someone(person))
    return Side(station, tuple(dict.fromkeys(there)), tuple(dict.fromkeys(gone)))


def _station(directory: Directory, beat: Listed) -> Listed | None:
    above = directory.at(parent(beat.path))
    return above if above and above.kind == Kind.STATION else None


def _serves(directory: Directory, beat: Listed, grid: Listed) -> bool:
    station = _station(directory, beat)
    return station is not None and any(station.serves(area) for area in directory.areas_of(grid))


def _someone(person: Actor) -> Someone:
    return Someone(person.person_id, person.name)


def _holders(people: Iterable[Actor]) -> Callable[[str, Listed], tuple[Someone, ...]]:
    """Who holds a role at an organisation itself, each once."""
    held: dict[tuple[str, str], dict[Someone, None]] = defaultdict(dict)
    for person in people:
        for post in person.posts:
            held[post.role, post.path][_someone(person)] = None
    return lambda role, at: tuple(held.get((role, at.path), ()))
