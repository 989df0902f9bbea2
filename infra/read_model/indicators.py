"""The indicators' figures: narrow rows of the tally, added up by the database, judged by `domain.indicators.formulas`.

One statement gives all figures of a question, whatever the number of disputes, groups, indicators and periods. It knows
no formula: equal rows come back as one with their number, and only the domain says what they count for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, literal, null, or_, select, union_all
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
from infra.database.paths import below
from infra.database.tables.read_model import DisputeRow, TallyRow
from infra.read_model.disputes import as_known_to
from infra.read_model.visibility import in_sight

By = Literal["organisation", "responsible", "township", "month", "category", "colour", "source", "beat"]
_RESPONSIBLE: Any = case((col(TallyRow.handler) != "", col(TallyRow.handler)), else_=col(TallyRow.unit))
_PARTS: dict[str, Any] = {
    "responsible": _RESPONSIBLE,
    **{attribution: col(getattr(TallyRow, column)) for attribution, column in COLUMNS.items()},
}
"""The column that names who had a part, by `domain.indicators.attribution`."""
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


async def figures(
    session: AsyncSession, spans: Sequence[Span], scope: Scope, codes: Collection[str] = tuple(DEFINITIONS)
) -> list[Figures]:
    """Every indicator, or those of these codes, for each span; all in one statement."""
    chosen = [DEFINITIONS[code] for code in codes]
    sources: dict[tuple[Any, ...], int] = {}
    use: list[dict[str, int]] = []
    for span in spans:
        use.append({})
        for definition in chosen:
            source = (definition.kind, *_bounds(definition, span, scope), span.period.ends, midnight_after(span.as_of))
            use[-1][definition.code] = sources.setdefault(source, len(sources))
    keys, inside = [key.label(f"key_{n}") for n, key in enumerate(_keys(scope))], _in(scope)
    parts = [
        _seen(kind, begins, before, ends, by, scope.matter, inside).add_columns(
            *keys, literal(number, Integer).label("source")
        )
        for (kind, begins, before, ends, by), number in sources.items()
    ]
    counted = union_all(*parts).subquery()
    rows = (await session.execute(select(*counted.c, func.count().label("n")).group_by(*counted.c))).mappings().all()
    found: _Found = defaultdict(lambda: defaultdict(list))
    for row in rows:
        each = _count(row)
        for group in {TOTAL, *_groups([row[f"key_{n}"] for n in range(len(keys))], scope)}:
            found[row["source"]][group].append(each)
    return [_figures(each, found, scope) for each in use]


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


def _figures(use: Mapping[str, int], found: _Found, scope: Scope) -> Figures:
    by_source = {number: found[number] for number in set(use.values())}
    return {
        group: {
            code: figure(DEFINITIONS[code], by_source[source].get(group, ()), scope.days(DEFINITIONS[code]))
            for code, source in use.items()
        }
        for group in sorted({TOTAL, *(group for groups in by_source.values() for group in groups)})
    }


async def cases_behind(
    session: AsyncSession, definition: Definition, span: Span, scope: Scope, part: str, group: str | None
) -> dict[str, Behind]:
    """The disputes behind a figure, by number and in its order: of its `numerator` or its `denominator`."""
    has = numerator_has if part == "numerator" else denominator_has
    begins, before = _bounds(definition, span, scope)
    by = midnight_after(span.as_of)
    query = _seen(definition.kind, begins, before, span.period.ends, by, scope.matter, _in(scope))
    query = query.add_columns(col(TallyRow.dispute_no), col(TallyRow.colour), col(TallyRow.first_colour))
    if scope.by and group is not None:
        query = query.where(_stands_in(group, scope))
    days = scope.days(definition)
    rows = (await session.execute(query.where(col(TallyRow.leading)))).mappings().all()
    found = {
        row["dispute_no"]: Behind(colour=row["colour"], first_colour=row["first_colour"])
        for row in rows
        if has(definition, _count(row), days)
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


def _seen(
    kind: str, begins: datetime, before: datetime, ends: datetime, by: datetime, matter: Matter,
    inside: ColumnElement[bool],
) -> Select[Any]:  # fmt: skip
    """The tallies of a kind between two instants, as `domain.indicators.formulas.seen` sees them at a third."""
    struck = col(TallyRow.struck_at)
    lagging = kind in _LAGGING
    return select(
        col(TallyRow.kind),
        col(TallyRow.leading),
        col(TallyRow.result),
        col(TallyRow.value),
        (col(TallyRow.lag) if lagging else cast(null(), Integer)).label("lag"),
        _happened(col(TallyRow.done_at), by).label("done"),
        _happened(col(TallyRow.left_at), by).label("left"),
        case((struck >= by, "no"), (struck >= ends, "amended"), (struck.is_not(None), "yes"), else_="no").label(
            "struck"
        ),
    ).where(
        col(TallyRow.kind) == kind,
        col(TallyRow.matter) == matter,
        col(TallyRow.at) >= begins,
        col(TallyRow.at) < before,
        inside,
    )


def _happened(at: Any, by: datetime) -> ColumnElement[int]:
    return case((at < by, 1), else_=0)


def _count(row: Mapping[Any, Any]) -> Count:
    return Count.model_construct(  # of rows that were validated when they were written, and there are thousands
        kind=TallyKind(row["kind"]), leading=row["leading"], result=row["result"], value=row["value"], lag=row["lag"],
        done=bool(row["done"]), left=bool(row["left"]), struck=row["struck"], n=row.get("n", 1),
    )  # fmt: skip
