"""The indicators' figures: narrow rows of the tally, added up by the database, judged by `domain.indicators.formulas`.

One statement gives all figures of a question, whatever the number of disputes, groups, indicators and periods. It knows
no formula: equal rows come back as one with their number, and only the domain says what they count for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.base import Model
from domain.indicators.attribution import COLUMNS, Attribution
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import TallyKind
from domain.indicators.formulas import Count, Definition, Figure, denominator_has, figure, numerator_has
from domain.indicators.periods import Period, midnight_after
from domain.people.organisation import Actor, within
from domain.policy.matters.matter import Matter
from infra.database.columns import Instant
from infra.database.paths import below
from infra.database.tables.read_model import DisputeRow, TallyRow
from infra.read_model.disputes import as_known_to
from infra.read_model.visibility import in_sight

By = Literal["organisation", "responsible", "township", "month", "category", "colour", "source", "beat"]
_RESPONSIBLE: Any = case((col(TallyRow.handler) != "", col(TallyRow.handler)), else_=col(TallyRow.unit))
_PARTS: dict[str, Any] = {
    **{attribution: col(getattr(TallyRow, column)) for attribution, column in COLUMNS.items()},
    "responsible": _RESPONSIBLE,
}
"""The column that names who had a part, by `domain.indicators.attribution`; what is asked most quickly, and is always
there, first.
"""
GROUPS: dict[str, Any] = {
    "responsible": _RESPONSIBLE,
    "township": col(TallyRow.township),
    "month": col(TallyRow.month),
    "category": col(TallyRow.category),
    "colour": col(TallyRow.colour),
    "source": col(TallyRow.source),
    "beat": col(TallyRow.beat),
}
"""By what figures may be grouped, and by "organisation", which is whoever had the part that is asked for (of several,
each has a row: those don't add up). An organisation is named by its path.
"""
TOTAL = "*"
"""The group of everything; always there, also where figures are grouped."""


class Span(Model):
    """A period, read on a day (24:00)."""

    period: Period
    as_of: date


class Scope(Model):
    """Which figures: of cases of a matter, of organisations at or below these paths by the part they had in it, grouped
    by something or not, with these windows.
    """

    paths: list[str]
    attribution: Attribution = "any"
    by: By | None = None
    matter: Matter = Matter.DISPUTE
    windows: dict[str, int]

    def days(self, definition: Definition) -> int:
        """The window of an indicator; 0 where it has none."""
        return self.windows[definition.window] if definition.window else 0


class Behind(Model):
    """A dispute behind a figure: the colour it was counted under, and the one it began with (F.5)."""

    colour: str
    first_colour: str


Figures = dict[str, dict[str, Figure]]
"""By group, then by the indicator's code."""
ALL = tuple(DEFINITIONS)


class Asked(Model):
    """Which figures: of each span, of a scope, the indicators of these codes; of its groups only those of `grouped`."""

    spans: list[Span]
    scope: Scope
    codes: tuple[str, ...] = ALL
    grouped: tuple[str, ...] = ALL


class Counted(NamedTuple):
    """Figures of each span that was asked for, and of how many countable events they are."""

    figures: list[Figures]
    events: int


async def figures(
    session: AsyncSession, spans: Sequence[Span], scope: Scope, codes: Collection[str] = ALL
) -> list[Figures]:
    """Every indicator, or those of these codes, for each span; all in one statement."""
    return (await counted(session, Asked(spans=list(spans), scope=scope, codes=tuple(codes)))).figures


async def counted(session: AsyncSession, asked: Asked) -> Counted:
    """What is asked for, counted now; all in one statement, whose text knows no number of anything but of paths."""
    scope, dialect = asked.scope, session.get_bind().dialect
    sources: dict[_Source, int] = {}
    use: list[dict[str, int]] = []
    for span in asked.spans:
        use.append({})
        for definition in (DEFINITIONS[code] for code in asked.codes):
            bounds = _bounds(definition, span, scope)
            source = _Source(definition.kind, *bounds, span.period.ends, midnight_after(span.as_of))
            use[-1][definition.code] = sources.setdefault(source, len(sources))
    kinds = [source.kind for source in sources]
    given = [[number, *source.written(dialect)] for source, number in sources.items()]
    query = _query(scope, dialect.name)
    found: _Found = defaultdict(lambda: defaultdict(list))
    events = 0
    for row in (await session.execute(query, {"sources": given})).mappings():
        each = _count(kinds[row["source"]], row)
        events += each.n
        for group in {TOTAL, *_groups([row[name] for name in row if name.startswith("key_")], scope)}:
            found[row["source"]][group].append(each)
    return Counted([_figures(each, found, scope, frozenset(asked.grouped)) for each in use], events)


class _Source(NamedTuple):
    """Which events a figure is of, and how they are seen: of a kind, between two instants, in a period that ends at an
    instant, as they stood by another.
    """

    kind: TallyKind
    begins: datetime
    before: datetime
    ends: datetime
    by: datetime

    def written(self, dialect: Dialect) -> list[Any]:
        """For the statement: instants as the database has them."""
        if dialect.name == "sqlite":
            convert = Instant().bind_processor(dialect)
            assert convert is not None
            return [self.kind, *map(convert, self[1:]), int(self.kind in _LAGGING)]
        return [self.kind, *(at.isoformat() for at in self[1:]), int(self.kind in _LAGGING)]


def _query(scope: Scope, dialect: str) -> Select[Any]:
    """Equal events of each source, with how many they are. The sources are a table that is given with the statement:
    each is looked up in the index of events by kind and time.
    """
    source, tally = _given_sources(dialect), TallyRow
    seen = [
        source.c.source, col(tally.leading), col(tally.result), col(tally.value),
        case((source.c.lagging == 1, col(tally.lag))).label("lag"),
        *_states(source.c.ends, source.c.by),
        *(key.label(f"key_{n}") for n, key in enumerate(_keys(scope))),
    ]  # fmt: skip
    of_it = and_(
        col(tally.kind) == source.c.kind, col(tally.at) >= source.c.begins, col(tally.at) < source.c.before,
        col(tally.matter) == scope.matter, _in(scope),
    )  # fmt: skip
    equal = select(*seen, func.count().label("n")).group_by(*seen)
    if dialect == "sqlite":
        return equal.select_from(source).join(tally, of_it)
    # Source by source: PostgreSQL can't know how few events a table that is given with a statement stands for.
    of_source = equal.where(of_it).lateral("of_source")
    return select(*of_source.c).select_from(source).join(of_source, true())


_GIVEN: dict[str, Any] = {
    "source": Integer(),
    "kind": Text(),
    "begins": Instant(),
    "before": Instant(),
    "ends": Instant(),
    "by": Instant(),
    "lagging": Integer(),
}


def _given_sources(dialect: str) -> CTE:
    given = bindparam("sources", type_=JSON)
    if dialect == "sqlite":
        row: Any = func.json_each(given).table_valued("value").c.value
        columns: list[Any] = [
            type_coerce(func.json_extract(row, f"$[{n}]"), kind).label(name)
            for n, (name, kind) in enumerate(_GIVEN.items())
        ]
    else:
        row = func.json_array_elements(given).table_valued("value", joins_implicitly=True).c.value
        columns = [cast(row.op("->>")(n), kind).label(name) for n, (name, kind) in enumerate(_GIVEN.items())]
    return select(*columns).cte("source").prefix_with("MATERIALIZED")


_Found = defaultdict[int, defaultdict[str, list[Count]]]
"""Equal tallies with their number, by source and group."""


def _parts(scope: Scope) -> list[Any]:
    """The columns that name who had the part that is asked for."""
    return [*_PARTS.values()] if scope.attribution == "any" else [_PARTS[scope.attribution]]


def _keys(scope: Scope) -> list[Any]:
    """What tells the groups apart: of organisations everybody who had a part, which is one row with all of them."""
    if scope.by == "organisation":
        return _parts(scope)
    return [GROUPS[scope.by]] if scope.by else []


def _groups(keys: list[str], scope: Scope) -> list[str]:
    """The groups that a row stands in, each once; of organisations those that are asked about."""
    if scope.by == "organisation":
        keys = [key for key in keys if any(within(key, path) for path in scope.paths)]
    return [key for key in keys if key]


def _figures(use: Mapping[str, int], found: _Found, scope: Scope, grouped: frozenset[str]) -> Figures:
    by_source = {number: found[number] for number in set(use.values())}
    return {
        group: {
            code: figure(DEFINITIONS[code], by_source[source].get(group, ()), scope.days(DEFINITIONS[code]))
            for code, source in use.items()
            if group == TOTAL or code in grouped
        }
        for group in sorted({TOTAL, *(group for groups in by_source.values() for group in groups)})
    }


async def cases_behind(
    session: AsyncSession, definition: Definition, span: Span, scope: Scope, part: str, group: str | None
) -> dict[str, Behind]:
    """The disputes behind a figure, by number and in its order: of its `numerator` or its `denominator`."""
    has = numerator_has if part == "numerator" else denominator_has
    begins, before = _bounds(definition, span, scope)
    tally = TallyRow
    query = select(
        col(tally.dispute_no), col(tally.colour), col(tally.first_colour), col(tally.leading), col(tally.result),
        col(tally.value), col(tally.lag), *_states(span.period.ends, midnight_after(span.as_of)),
    ).where(
        col(tally.kind) == definition.kind, col(tally.matter) == scope.matter, col(tally.at) >= begins,
        col(tally.at) < before, _in(scope),
    )  # fmt: skip
    if scope.by and group is not None:
        query = query.where(_stands_in(group, scope))
    days = scope.days(definition)
    rows = (await session.execute(query.where(col(TallyRow.leading)))).mappings().all()
    found = {
        row["dispute_no"]: Behind(colour=row["colour"], first_colour=row["first_colour"])
        for row in rows
        if has(definition, _count(definition.kind, row), days)
    }
    return dict(sorted(found.items()))


async def first_matter(session: AsyncSession) -> datetime | None:
    """When the first matter was taken in; none where there is none yet."""
    query = select(func.min(col(TallyRow.at))).where(col(TallyRow.kind) == TallyKind.ACCEPTED)
    found: datetime | None = (await session.execute(query)).scalar_one_or_none()
    return found


async def disputes_among(session: AsyncSession, actor: Actor, numbers: Collection[str]) -> list[DisputeRow]:
    """Of these disputes, those within the person's sight, as a list shows them to him; in order of their number."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no).in_(numbers), in_sight(actor))
    query = query.order_by(col(DisputeRow.dispute_no)).options(defer(DisputeRow.sealed, raiseload=True))
    return await as_known_to(session, actor, list((await session.execute(query)).scalars()))


def _stands_in(group: str, scope: Scope) -> ColumnElement[bool]:
    return or_(*(key == group for key in _keys(scope)))


def _in(scope: Scope) -> ColumnElement[bool]:
    """Whether an organisation of the scope had the part that is asked for."""
    return or_(*(below(part, path) for part in _parts(scope) for path in scope.paths))


def _bounds(definition: Definition, span: Span, scope: Scope) -> tuple[datetime, datetime]:
    return definition.range(span.period, span.as_of, scope.days(definition))


_LAGGING = {definition.kind for definition in DEFINITIONS.values() if definition.window}


def _states(ends: Any, by: Any) -> list[Any]:
    """What became of an event of a period that ends at an instant, as it stood by another
    (`domain.indicators.formulas.seen`).
    """
    struck = col(TallyRow.struck_at)
    return [
        case((col(TallyRow.done_at) < by, 1), else_=0).label("done"),
        case((col(TallyRow.left_at) < by, 1), else_=0).label("left"),
        case((struck >= by, "no"), (struck >= ends, "amended"), (struck.is_not(None), "yes"), else_="no").label(
            "struck"
        ),
    ]


def _count(kind: TallyKind, row: Mapping[Any, Any]) -> Count:
    return Count.model_construct(  # of rows that were validated when they were written, and there are thousands
        kind=kind, leading=row["leading"], result=row["result"], value=row["value"], lag=row["lag"],
        done=bool(row["done"]), left=bool(row["left"]), struck=row["struck"], n=row.get("n", 1),
    )  # fmt: skip
