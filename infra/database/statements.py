"""Statements as data: written once for both databases, compiled once for each, and run by a driver (`transactions`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Executable,
    Text,
    any_,
    bindparam,
    case,
    func,
    inspect,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert
from sqlmodel import SQLModel

Parameters = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Statement:
    """A statement with named parameters; `build` makes it for a dialect's name, `columns` are those an insert is given.
    Its text never depends on the parameters: lists go through `among`.
    """

    def __init__(self, build: Callable[[str], Executable], columns: Sequence[str] | None = None) -> None:
        self._build, self._columns = build, columns
        self._built: dict[str, Executable] = {}
        self._prepared: dict[str, Prepared] = {}

    @classmethod
    def of(cls, statement: Executable, columns: Sequence[str] | None = None) -> Statement:
        """One that reads the same on both databases."""
        return cls(lambda _: statement, columns)

    def built(self, dialect: Dialect) -> Executable:
        """As SQLAlchemy runs it."""
        if dialect.name not in self._built:
            self._built[dialect.name] = self._build(dialect.name)
        return self._built[dialect.name]

    def prepared(self, dialect: Dialect) -> Prepared:
        """As a driver without SQLAlchemy runs it."""
        if dialect.name not in self._prepared:
            self._prepared[dialect.name] = Prepared(self.built(dialect), dialect, self._columns)
        return self._prepared[dialect.name]


class Prepared:
    """A statement's text in a dialect, and what its values are converted by on the way in and out."""

    def __init__(self, statement: Executable, dialect: Dialect, columns: Sequence[str] | None) -> None:
        assert isinstance(statement, ClauseElement)
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.text = str(compiled)
        """the SQL, with a place for each value"""
        names, binds = compiled.positiontup, compiled.binds
        self._pick = _picking(names)
        self._constants = {name: binds[name].value for name in names if not binds[name].required}
        self._writing = [
            (n, convert) for n, name in enumerate(names) if (convert := _writing(binds[name].type, dialect))
        ]
        self._reading = [
            (n, convert)
            for n, column in enumerate(getattr(statement, "exported_columns", ()))
            if (convert := _reading(column.type, dialect))
        ]

    def bound(self, parameters: Parameters) -> list[Any]:
        """The values by place."""
        values = list(self._pick({**self._constants, **parameters} if self._constants else parameters))
        for n, convert in self._writing:
            values[n] = convert(values[n])
        return values

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Rows of the driver as rows of ours."""
        if not self._reading:
            return rows
        read = []
        for row in rows:
            values = list(row)
            for n, convert in self._reading:
                values[n] = convert(values[n])
            read.append(tuple(values))
        return read


def _picking(names: Sequence[str]) -> Callable[[Parameters], tuple[Any, ...]]:
    """What takes the values of these names, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda parameters: tuple(parameters[name] for name in names)


def _writing(kind: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _reading(kind: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert


def inserting(
    table: type[SQLModel], then: Callable[[Any], Executable], columns: Sequence[str] | None = None
) -> Statement:
    """An insert of these columns, or of all; `then` is given one that knows `on_conflict_…`, and `excluded`."""
    target: Any = inspect(table).local_table

    def build(dialect: str) -> Executable:
        insert: Insert = sqlite.insert(target) if dialect == "sqlite" else postgresql.insert(target)
        return then(insert)

    return Statement(build, columns or [column.name for column in target.columns])


def among(column: Any, name: str, dialect: str) -> ColumnElement[bool]:
    """Whether a column of text is in the list that a parameter gives; one text for lists of every length."""
    found: ColumnElement[bool]
    if dialect == "sqlite":
        found = column.in_(select(func.json_each(bindparam(name, type_=JSON)).table_valued("value")))
    else:
        found = column == any_(bindparam(name, type_=ARRAY(Text)))
    return found


def gathered(columns: Sequence[Any], dialect: str, *where: ColumnElement[bool]) -> ColumnElement[Any]:
    """The rows of a subquery as one value: a list of lists, in no order."""
    lite = dialect == "sqlite"
    row = func.json_array(*columns) if lite else func.json_build_array(*columns)
    rows = func.json_group_array(row) if lite else func.coalesce(func.json_agg(row), func.json_build_array())
    found: ColumnElement[Any] = select(type_coerce(rows, JSON)).where(*where).scalar_subquery()
    return found


@cache
def upserting(
    table: type[SQLModel], *, keep: bool = False, differing: bool = False, later: str | None = None
) -> Statement:
    """Inserts rows; those whose primary key is there already are overwritten, or kept as they are.

    `differing`: only those that are not as they should be; not for sealed columns, which look different each time.
    `later`: a column that is never set back: of what is there and what comes it has the later.
    """
    target: Any = inspect(table).local_table
    keys = [column.name for column in target.primary_key]
    others = [column.name for column in target.columns if column.name not in keys]

    def then(insert: Any) -> Executable:
        if keep or not others:
            nothing: Executable = insert.on_conflict_do_nothing(index_elements=keys)
            return nothing
        new = insert.excluded
        differs = or_(*(target.c[name].is_distinct_from(new[name]) for name in others)) if differing else None
        values = {name: new[name] for name in others}
        if later:
            values[later] = case((target.c[later] > new[later], target.c[later]), else_=new[later])
        overwrite: Executable = insert.on_conflict_do_update(index_elements=keys, set_=values, where=differs)
        return overwrite

    return inserting(table, then)
