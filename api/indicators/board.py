"""The board (看板): the four numbers and four rates with 环比 and 同比, their months, who stands where, the funnel of
the three pushes, and what was taken in by grid. Four statements at most, however many there are of anything.

What lies in a grid is counted, never ranked or given a rate: a grid has one officer, and a rate of it would be his.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from api.core.context import Services
from api.indicators.question import Question
from api.indicators.schemas import FigureRow
from api.indicators.service import figure_row, ranked
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import SMALL, Figure
from domain.indicators.mechanism.pushes import PUSHES
from domain.indicators.periods import Period, months_back
from domain.people.organisation import within
from domain.triage.places import Directory, Kind
from infra.database.engine import Session
from infra.read_model.indicators import TOTAL, Asked, By, Figures, Span

FOUR = tuple(code for code, definition in DEFINITIONS.items() if definition.section == "four")
"""四数四率."""
FUNNEL = tuple(definition.code for definition in PUSHES)
CONCLUDED = "completion_rate"
RANKED = tuple(c for c in (*FOUR, CONCLUDED, "on_time_rate") if DEFINITIONS[c].better != "neither")
"""By what organisations may be ranked."""
USUAL = "disposal_rate"
AMONG: dict[str, tuple[str, By]] = {
    Kind.TOWN: ("乡镇（街道）", "township"),
    Kind.STATION: ("派出所", "responsible"),
    Kind.DEPARTMENT: ("部门", "responsible"),
}
"""Who is ranked: of townships what lies in them, of others what they are responsible for."""
MONTHS = 12
IN_GRIDS = "taken_in"


@dataclass(frozen=True)
class Ranked:
    """An organisation in the ranking: its row, and whether its figure is of too few cases to say much."""

    row: FigureRow
    few: bool


@dataclass(frozen=True)
class Tile:
    """A grid (网格): the code of its beat, its name, how many matters were taken in there, and in the period before."""

    beat: str
    name: str
    count: int
    before: int


@dataclass(frozen=True)
class Village:
    """A village (村社区) with its grids."""

    name: str
    tiles: list[Tile]


@dataclass(frozen=True)
class Town:
    """A township with its villages."""

    name: str
    villages: list[Village]

    @property
    def count(self) -> int:
        """How many were taken in there."""
        return sum(tile.count for village in self.villages for tile in village.tiles)


@dataclass(frozen=True)
class Board:
    """What a leader looks at."""

    question: Question
    total: FigureRow
    months: list[tuple[str, dict[str, Figure]]]
    """by month, the earliest first, up to the period's last"""
    ranking: list[Ranked]
    """the best first; who has no value comes last"""
    by: By
    towns: list[Town]
    elsewhere: int
    """taken in where no single grid is known"""
    counted_at: datetime
    """what was recorded by then is in the figures"""


def few(figure: Figure) -> bool:
    """Whether a rate is of so few cases that one more changes it by more than ten points."""
    return figure.denominator is not None and 0 < figure.denominator < SMALL


async def board(
    services: Services, session: Session, question: Question, *, among: str = Kind.TOWN, by_code: str = USUAL
) -> Board:
    """The board of a question: `among` a key of AMONG, `by_code` one of RANKED."""
    by = AMONG[among][1]
    scope = question.scope
    codes = tuple(dict.fromkeys((*FOUR, *FUNNEL, CONCLUDED, by_code)))
    names = months_back(question.period.last, MONTHS)
    first = date.fromisoformat(f"{names[0]}-01")
    year = Span(period=Period(first=first, last=question.period.last), as_of=question.as_of)
    of_all = Asked(spans=question.spans, scope=scope.model_copy(update={"by": by}), codes=codes)
    of_months = Asked(spans=[year], scope=scope.model_copy(update={"by": "month"}), codes=FOUR)
    of_grids = Asked(spans=question.spans[:2], scope=scope.model_copy(update={"by": "beat"}), codes=(IN_GRIDS,))
    (found, [months], by_beat), counted_at = await services.figures.of(session, of_all, of_months, of_grids)
    directory = await services.directory.read(session)
    asked = question.model_copy(update={"by": by, "scope": scope.model_copy(update={"by": by})})
    counted = by_beat[0][TOTAL][IN_GRIDS].numerator
    towns = _towns(directory, by_beat, scope.paths)
    return Board(
        question=question,
        total=figure_row(services, directory, asked, TOTAL, found),
        months=[(month, months.get(month, {})) for month in names],
        ranking=_ranking(services, directory, asked, among, by_code, found),
        by=by,
        towns=towns,
        elsewhere=int(counted) - sum(town.count for town in towns),
        counted_at=counted_at,
    )


def _ranking(
    services: Services, directory: Directory, asked: Question, among: str, code: str, found: list[Figures]
) -> list[Ranked]:
    peers = [path for path in found[0] if (listed := directory.at(path)) and listed.kind == among]
    places = ranked(directory, peers, found)
    rows = [
        figure_row(services, directory, asked, path, found).model_copy(update={"ranks": places[path]}) for path in peers
    ]
    rows.sort(key=lambda row: (row.ranks[code].rank if code in row.ranks else len(rows) + 1, row.group))
    return [Ranked(row, few(row.values[code])) for row in rows]


def _towns(directory: Directory, found: list[Figures], paths: list[str]) -> list[Town]:
    """Townships with what was taken in there, and those that lie within what is asked about; with all their grids."""
    beats = {grid: beat.code for beat in directory.of_kind(Kind.BEAT) for grid in beat.keywords}
    places: dict[str, dict[str, list[Tile]]] = defaultdict(lambda: defaultdict(list))
    for grid in directory.of_kind(Kind.GRID):
        areas = {area.kind: area.path for area in directory.areas_of(grid)}
        beat = beats.get(grid.code)
        if beat is None or Kind.TOWN not in areas:
            continue
        now, before = (_count(told, beat) for told in found)
        places[areas[Kind.TOWN]][areas.get(Kind.VILLAGE, "")].append(Tile(beat, grid.name, now, before))
    towns = []
    for path, villages in places.items():
        town = Town(_name(directory, path), [Village(_name(directory, v), tiles) for v, tiles in villages.items()])
        if town.count or any(within(path, asked) for asked in paths):
            towns.append(town)
    return towns


def _count(told: Figures, beat: str) -> int:
    return int(told[beat][IN_GRIDS].numerator) if beat in told else 0


def _name(directory: Directory, path: str) -> str:
    listed = directory.at(path)
    return listed.name if listed else ""
