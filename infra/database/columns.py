"""Columns that behave the same on SQLite and PostgreSQL: their types, the one that encrypts, words to be searched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from infra.runtime.compression import compress, current_dictionary, decompress
from infra.runtime.crypto import KeyRing

_keys: KeyRing | None = None
_NUMBER = 2
"""Bytes of the dictionary's number, before the compressed value and sealed with it."""
_WITHOUT_OFFSET = len("2026-11-26 05:40:00.000000")


def unlock(keys: KeyRing) -> None:
    """Gives the sealed columns their keys; called once by each composition root."""
    global _keys
    _keys = keys


class Instant(TypeDecorator[datetime]):
    """An aware instant. SQLite would drop the offset: stored in UTC, given back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive datetime: nobody could say when that was."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return value.astimezone(UTC) if value else None

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """SQLAlchemy's own for SQLite formats a dictionary of parts; the text is the same."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def text(value: datetime | None) -> str | None:
            utc = self.process_bind_param(value, dialect)
            return utc.isoformat(" ", "microseconds")[:_WITHOUT_OFFSET] if utc else None

        return text

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def instant_field(**kwargs: Any) -> Any:
    """A column that holds an instant."""
    return Field(sa_type=Instant, **kwargs)


class Sealed(TypeDecorator[Any]):
    """A JSON value, compressed and encrypted at rest; bound to its table, so that a value can't be moved to another."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, table: str) -> None:
        super().__init__()
        self.table = table

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seals the value: key id, a colon, the ciphertext."""
        if value is None:
            return None
        number = current_dictionary()
        plain = number.to_bytes(_NUMBER) + compress(to_json(value), number)
        keys = ring()
        return keys.current.encode() + b":" + keys.seal(plain, self._context())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Opens the value."""
        if value is None:
            return None
        key_id, _, sealed = bytes(value).partition(b":")
        plain = ring().unseal(key_id.decode(), sealed, self._context())
        return from_json(decompress(plain[_NUMBER:], int.from_bytes(plain[:_NUMBER])))

    def _context(self) -> bytes:
        return f"santui.column.{self.table}".encode()


def ring() -> KeyRing:
    """The keys that the composition root gave."""
    if _keys is None:
        raise RuntimeError("infra.database.columns.unlock() comes before the first sealed column")
    return _keys


def searchable(*parts: str) -> str:
    """Words as they are searched for: whatever their case, the same on every database."""
    return "\n".join(parts).casefold()
