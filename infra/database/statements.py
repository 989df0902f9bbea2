"""Statements as data: written once for both databases, compiled once for each, and run by a driver (`transactions`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Executable, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert
from sqlmodel import SQLModel

Parameters = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Statement:
    """A statement with named parameters; `build` makes it for a dialect's name, `columns` are those an insert fills
    (all of the table without it). A parameter of an expanding `in_` is a list.
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
        self._dialect = dialect
        self._compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.answers = [_reading(column.type, dialect) for column in getattr(statement, "exported_columns", ())]
        """by what each column of its rows is converted; empty where it has no rows"""

    @cached_property
    def text(self) -> str:
        """The SQL; of a statement without lists."""
        return str(self._compiled)

    @cached_property
    def _places(self) -> list[tuple[str, Any, Convert | None]]:
        """By place: the parameter's name, its value where none is given, and by what it is converted."""
        binds = self._compiled.binds
        return [(name, binds[name].value, self._writing(binds[name])) for name in self._compiled.positiontup]

    @cached_property
    def lists(self) -> bool:
        """Whether a parameter is a list: the text is another for each length."""
        return any(bind.expanding for bind in self._compiled.binds.values())

    def expanded(self, parameters: Parameters) -> tuple[str, list[Any]]:
        """The text for lists of these lengths, and the values by place."""
        state = self._compiled.construct_expanded_state(dict(parameters))
        return state.statement, [
            state.processors[name](state.parameters[name]) if name in state.processors else state.parameters[name]
            for name in state.positiontup
        ]

    def bound(self, parameters: Parameters) -> list[Any]:
        """The values by place."""
        values = []
        for name, default, convert in self._places:
            value = parameters.get(name, default)
            values.append(convert(value) if convert else value)
        return values

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Rows of the driver as rows of ours."""
        if not any(self.answers):
            return rows
        return [
            tuple(convert(value) if convert else value for convert, value in zip(self.answers, row, strict=True))
            for row in rows
        ]

    def _writing(self, bind: Any) -> Convert | None:
        convert: Convert | None = bind.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        return convert


def _reading(kind: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert


def inserting(
    table: type[SQLModel], then: Callable[[Any], Executable], columns: Sequence[str] | None = None
) -> Statement:
    """An insert into a table; `then` is given one that knows `on_conflict_…`, and `excluded`."""
    target: Any = inspect(table).local_table

    def build(dialect: str) -> Executable:
        insert: Insert = sqlite.insert(target) if dialect == "sqlite" else postgresql.insert(target)
        return then(insert)

    return Statement(build, columns)


@cache
def upserting(table: type[SQLModel], *, keep: bool = False) -> Statement:
    """Inserts rows; those whose primary key is there already are overwritten, or kept as they are."""
    target: Any = inspect(table).local_table
    keys = [column.name for column in target.primary_key]
    others = [column.name for column in target.columns if column.name not in keys]

    def then(insert: Any) -> Executable:
        if keep or not others:
            nothing: Executable = insert.on_conflict_do_nothing(index_elements=keys)
            return nothing
        overwrite: Executable = insert.on_conflict_do_update(
            index_elements=keys, set_={name: insert.excluded[name] for name in others}
        )
        return overwrite

    return inserting(table, then)
