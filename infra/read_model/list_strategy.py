"""How a long list is queried: walk the list in order and test each row, or collect the visible numbers first.

Which is quicker depends on how many disputes a person sees; rows are read only for the page that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, tuple_, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlalchemy.sql.operators import desc_op
from sqlmodel import col

from infra.database.tables.read_model import DisputeRow
from infra.read_model.visibility import Part

FEW, SOME = 3_000, 30_000
"""Parts in disputes, up to which the disputes are gathered and looked up, or gathered and compared."""
SAMPLE, OFTEN = 100, 0.1
"""Of a hundred of an organisation's disputes, the share somebody sees from which walking down the list is quicker."""


async def among_disputes(
    session: AsyncSession, groups: Sequence[Sequence[Part]], *, short: bool = False
) -> list[ColumnElement[bool]]:
    """Conditions for being in one of each group's parts, by the cheaper of the two strategies.

    Either the list is walked and of each dispute asked whether it is in, or the numbers are gathered first: a county
    supervisor would gather them all, and a grid worker walk for ever. So they are counted first, as far as it matters.
    A `short` list, of what is in course, is sooner walked to its end than many are gathered.
    """
    some = [part.numbers.limit(SOME + 1).subquery() for parts in groups for part in parts]
    counts = select(*(select(func.count()).select_from(part).scalar_subquery() for part in some))
    sizes = iter((await session.execute(counts)).one())
    counted: list[tuple[int, list[Part]]] = []
    for parts in groups:
        # A part that has none is left out: most people help nowhere, and many who may report never did.
        sized = [(int(next(sizes)), part) for part in parts]
        counted.append((sum(size for size, _ in sized), [part for size, part in sized if size]))
    (size, parts), *others = sorted(counted, key=lambda group: group[0])
    if not parts:
        return [false()]
    rest = [_asked(other) for _, other in others]
    gathered = size <= (SOME if rest else FEW)
    if rest and FEW < size <= SOME:
        gathered = not short and await _overlap(session, parts[0], rest) < OFTEN
    if gathered:
        return [cast("ColumnElement[bool]", col(DisputeRow.dispute_no).in_(_numbers(parts))), *rest]
    if size <= SOME and not rest and session.get_bind().dialect.name == "sqlite":
        # Not looked up one by one, but compared while walking down the list. PostgreSQL sees that by itself.
        return [func.coalesce(col(DisputeRow.dispute_no), "").in_(_numbers(parts))]
    return [_each(parts), *(_each(other) for _, other in others)]


async def _overlap(session: AsyncSession, part: Part, rest: list[ColumnElement[bool]]) -> float:
    """Which share of a part's disputes meets the other conditions, judged by a sample."""
    sample = part.numbers.limit(SAMPLE).subquery()
    number: Any = col(DisputeRow.dispute_no)
    query = select(func.count()).select_from(DisputeRow).join(sample, number == sample.c[number.key]).where(*rest)
    return float((await session.execute(query)).scalar_one()) / SAMPLE


def _numbers(parts: list[Part]) -> Select[Any]:
    # The offset keeps PostgreSQL from asking of each dispute after all, in the hope that a page is soon full.
    return select(union(*(part.numbers for part in parts)).subquery()).offset(0)


def _asked(parts: list[Part]) -> ColumnElement[bool]:
    return or_(*(part.holds for part in parts))


def _each(parts: list[Part]) -> ColumnElement[bool]:
    return or_(*(part.each for part in parts))


async def shown(
    session: AsyncSession, table: Any, key: Any, wanted: Select[Any], order: Sequence[Any], *hidden: Any
) -> list[Any]:
    """The rows of a page of keys, as `page_of`."""
    return list((await session.execute(page_of(table, key, wanted, order, *hidden))).scalars())


def page_of(table: Any, key: Any, wanted: Select[Any], order: Sequence[Any], *hidden: Any) -> Select[Any]:
    """A page of keys with its rows: keys are found in indexes, and the rows, which are long, are read to be shown.

    The rows are ordered by what the page says of them: by their own columns PostgreSQL would at times read all rows in
    that order, and look for each in the page. And the page is found first, for itself: PostgreSQL thinks that finding
    it costs so much that to read all rows for fifty is within the one per cent up to which plans count as equal.
    """
    down = [getattr(each, "modifier", None) is desc_op for each in order]
    by = [each.element if falls else each for each, falls in zip(order, down, strict=True)]
    found = wanted.add_columns(*(column.label(f"by_{n}") for n, column in enumerate(by)))
    page = found.cte("page").prefix_with("MATERIALIZED")
    told = [page.c[f"by_{n}"].desc() if falls else page.c[f"by_{n}"] for n, falls in enumerate(down)]
    query = select(table).join(page, key == page.c[key.key]).order_by(*told)
    return query.options(*(defer(name, raiseload=True) for name in hidden))


def row_of(values: Sequence[Any], keys: Sequence[Any]) -> Any:
    """Where a page ended, as a row: an index is entered there."""
    return tuple_(*(literal(value, key.type) for value, key in zip(values, keys, strict=True)))
