"""Where a dispute is: from a grid code, an organisation code or an address to every place word of a playbook.

The directory is an installation's whole list of organisations, as the database has it. Two conventions make it speak:

- the keywords of an *area* (township, village, grid) are the words by which an address names it;
- the keywords of a body that *serves* areas from elsewhere in the tree (station, beat, justice office, tribunal) are
  the names or codes of those areas. A beat lists its grid's code: the one-to-one of Q-100.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import PrivateAttr

from domain.base import Model
from domain.errors import FieldsInvalid
from domain.people.organisation import VENUES, OrganisationRef, within
from domain.policy.words.own import PlaceWord


class Kind(StrEnum):
    """What an organisation is (requirements E.1). An installation may have further kinds; nothing here needs them."""

    COUNTY = "county"
    COMMITTEE = "committee"
    CENTRE = "centre"
    RISK_CENTRE = "risk_centre"
    BUREAU = "bureau"
    STATION = "station"
    BEAT = "beat"
    TOWN = "town"
    TOWN_CENTRE = "town_centre"
    JUSTICE_OFFICE = "justice_office"
    VILLAGE = "village"
    GRID = "grid"
    DEPARTMENT = "department"
    """one of the responsible departments 涉责部门 (Q-006)"""
    UNIT = "unit"
    """another member unit 成员单位 that may lead or cooperate"""
    COURT = "court"
    TRIBUNAL = "tribunal"
    WOMENS_FEDERATION = "womens_federation"
    HOTLINE = "hotline"
    # venues (`domain.people.organisation.VENUES`)
    MEDIATION_STUDIO = "mediation_studio"
    JUDGE_STUDIO = "judge_studio"
    JUSTICE_WORKSTATION = "justice_workstation"


AREAS = (Kind.TOWN, Kind.VILLAGE, Kind.GRID)
"""The kinds an address can name, the widest first."""


class Listed(OrganisationRef):
    """An organisation in the directory."""

    kind: str
    keywords: list[str] = []

    def ref(self) -> OrganisationRef:
        """The organisation as a message or a case carries it."""
        venue = self.kind if self.kind in VENUES else ""
        return OrganisationRef(
            code=self.code, name=self.name, path=self.path, level=self.level, line=self.line, venue=venue
        )

    def serves(self, area: Listed) -> bool:
        """Whether this body answers for the area: it lies in it, or names it among its keywords."""
        return within(self.path, area.path) or area.code in self.keywords or area.name in self.keywords


class Directory(Model):
    """Every organisation of the installation. "First" below means first by path, the same on every database."""

    organisations: list[Listed]
    former: list[Listed] = []
    """what organisations were, each by the name and path that it had: cases name them so, new ones do not"""
    successors: dict[str, str] = {}
    """by the code of an organisation that was merged that of who answers for it now"""
    _former: dict[str, Listed] = PrivateAttr()
    _by_code: dict[str, Listed] = PrivateAttr()
    _by_path: dict[str, Listed] = PrivateAttr()
    _by_kind: dict[str, list[Listed]] = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        """Indexes the list.

        Raises:
            ValueError: no organisation is the county, so that nothing could be the last resort.
        """
        listed = sorted(self.organisations, key=lambda o: o.path)
        self._by_code = {o.code: o for o in listed}
        self._by_path = {o.path: o for o in listed}
        self._former = {o.path: o for o in self.former}
        self._by_kind = {}
        for organisation in listed:
            self._by_kind.setdefault(organisation.kind, []).append(organisation)
        if not self.of_kind(Kind.COUNTY):
            raise ValueError("a directory needs an organisation of kind county")

    @property
    def root(self) -> Listed:
        """The county itself."""
        return self.of_kind(Kind.COUNTY)[0]

    def get(self, code: str | None) -> Listed | None:
        """The organisation of that code; of one that was merged its successor."""
        return self._by_code.get(self.successors.get(code or "", code or ""))

    def named(self, code: str, field: str = "organisation") -> Listed:
        """The organisation that somebody has named by its code, in a field of this name.

        Raises:
            FieldsInvalid: there is none.
        """
        if found := self.get(code):
            return found
        raise FieldsInvalid(errors=[{"field": field, "message": f"没有“{code}”这个单位"}])

    def at(self, path: str) -> Listed | None:
        """The organisation of that path; where it was there formerly, as it was called then."""
        return self._by_path.get(path) or self._former.get(path)

    def of_kind(self, kind: str) -> list[Listed]:
        """All of a kind, by path."""
        return self._by_kind.get(kind, [])

    def lineage(self, organisation: Listed) -> list[Listed]:
        """The organisation behind those above it, the root first."""
        parts = organisation.path.split("/")
        paths = ("/".join(parts[:end]) for end in range(2, len(parts) + 1))
        return [o for path in paths if (o := self.at(path))]

    def areas_of(self, organisation: Listed) -> list[Listed]:
        """The areas among an organisation's lineage, the widest first."""
        return [o for o in self.lineage(organisation) if o.kind in AREAS]

    def serving(self, kind: str, areas: Iterable[Listed]) -> Listed | None:
        """The body of a kind that serves the first of the areas that has one: give the most local area first."""
        return next((o for area in areas for o in self.of_kind(kind) if o.serves(area)), None)


def locate(
    directory: Directory, *, address: str, grid_code: str | None = None, organisation_code: str | None = None
) -> Listed | None:
    """The most local area known: by the grid's (or its beat's) code, else by the organisation's, else by the address.

    Within an area that a code names, the address may still name a village or a grid. None: nothing was recognised.
    """
    for code in (grid_code, organisation_code):
        area = _area_of(directory, directory.get(code))
        if area:
            return _named(directory, address, inside=area) or area
    return _named(directory, address)


def resolve_places(
    directory: Directory,
    *,
    address: str,
    grid_code: str | None = None,
    organisation_code: str | None = None,
    added: Mapping[str, PlaceWord] | None = None,
) -> dict[str, str]:
    """Every place word of a playbook but `assigned`, with the path of the organisation it means for this dispute.

    `added` are the places that the playbook adds, by code.

    No word stays without a path. Where the most local body is unknown:

    - `grid` is the village, `village` the township, `township` and `town_centre` the county's centre: a wrong village
      would see what is none of its business;
    - `station` and `justice_office` are the first of the county: nobody above them has their posts, and a task that
      nobody can answer helps nobody;
    - `court` is the tribunal that serves the township, else the county's court;
    - a body the installation lacks altogether is the county itself (`risk_centre`: the centre);
    - an added place of a kind is the body that serves the most local area, or the county's only one of that kind.
    """
    area = locate(directory, address=address, grid_code=grid_code, organisation_code=organisation_code)
    known = {o.kind: o for o in directory.areas_of(area)} if area else {}
    local = [known[kind] for kind in reversed(AREAS) if kind in known]

    def only(kind: Kind, otherwise: Listed = directory.root) -> Listed:
        return next(iter(directory.of_kind(kind)), otherwise)

    def nearest(kind: Kind, otherwise: Listed) -> Listed:
        return directory.serving(kind, local) or otherwise

    centre, bureau = only(Kind.CENTRE), only(Kind.BUREAU)
    township = known.get(Kind.TOWN, centre)
    village = known.get(Kind.VILLAGE, township)
    found = {
        "grid": known.get(Kind.GRID, village),
        "village": village,
        "station": _station_of_beat(directory, local) or nearest(Kind.STATION, only(Kind.STATION, bureau)),
        "bureau": bureau,
        "township": township,
        "town_centre": nearest(Kind.TOWN_CENTRE, centre),
        "centre": centre,
        "committee": only(Kind.COMMITTEE),
        "justice_office": nearest(Kind.JUSTICE_OFFICE, only(Kind.JUSTICE_OFFICE)),
        "court": nearest(Kind.TRIBUNAL, only(Kind.COURT)),
        "womens_federation": only(Kind.WOMENS_FEDERATION),
        "risk_centre": only(Kind.RISK_CENTRE, centre),
        "county": directory.root,
    }
    common = {word: organisation.path for word, organisation in found.items()}
    own = {word: _added(directory, place, local) for word, place in (added or {}).items()}
    meant = {word: place.path if place else None for word, place in own.items()}
    return {**common, **{word: path or _instead(word, added or {}, common, meant) for word, path in meant.items()}}


def _added(directory: Directory, place: PlaceWord, local: list[Listed]) -> Listed | None:
    """The organisation that an added place means here; none where there is none."""
    if place.organisation:
        return directory.get(place.organisation)
    there = directory.of_kind(place.kind or "")
    if len(there) == 1:
        return there[0]
    return next((o for area in local for o in there if o.serves(area) and not _narrower(directory, o, area)), None)


def _narrower(directory: Directory, body: Listed, area: Listed) -> bool:
    """Whether a body lies in an area within this one: where only the township is known, no village's is meant."""
    around = directory.areas_of(body)
    return bool(around) and around[-1].path != area.path and within(around[-1].path, area.path)


def _instead(
    word: str, added: Mapping[str, PlaceWord], common: Mapping[str, str], own: Mapping[str, str | None]
) -> str:
    """Where an added place falls to that is not there: another place, where that is not there either the next one,
    in the end the county.
    """
    asked: set[str] = set()
    while word in added and word not in asked:
        asked.add(word)
        if path := own[word]:
            return path
        word = added[word].otherwise or "county"
    return common.get(word, common["county"])


def _station_of_beat(directory: Directory, local: list[Listed]) -> Listed | None:
    """A known grid has one beat, and the beat belongs to one station: surer than the township where it has two."""
    grid = [area for area in local if area.kind == Kind.GRID]
    beat = directory.serving(Kind.BEAT, grid)
    return next((o for o in directory.lineage(beat) if o.kind == Kind.STATION), None) if beat else None


def _area_of(directory: Directory, organisation: Listed | None) -> Listed | None:
    """The area an organisation stands for: itself or the one it lies in, else the only one it serves."""
    if organisation is None:
        return None
    inside = directory.areas_of(organisation)
    if inside:
        return inside[-1]
    served = [area for kind in AREAS for area in directory.of_kind(kind) if organisation.serves(area)]
    return served[0] if len(served) == 1 else None


def _named(directory: Directory, address: str, inside: Listed | None = None) -> Listed | None:
    """The area an address names best: the longest words win, an area's own together with those of the areas around it.

    A township named in full outranks a village of the same name elsewhere; of equals the one named first.
    """
    text = "".join(address.split())
    best: Listed | None = None
    best_rank: tuple[bool, int, int] | None = None
    for area in (o for kind in AREAS for o in directory.of_kind(kind)):
        word = _longest(area, text)
        if not word or (inside and (area.path == inside.path or not within(area.path, inside.path))):
            continue
        around = directory.areas_of(area)
        in_full = around[0].kind == Kind.TOWN and around[0].name in text
        rank = (in_full, sum(len(_longest(a, text)) for a in around), -text.index(word))
        if best_rank is None or rank > best_rank:
            best, best_rank = area, rank
    return best


def _longest(area: Listed, text: str) -> str:
    return max((word for word in area.keywords if word in text), key=len, default="")
