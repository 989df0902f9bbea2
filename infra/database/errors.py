"""What the databases' drivers raise, as errors of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NoResultFound, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import FieldsInvalid, StoreUnavailable
from infra.database.transactions import BAD_VALUE, STOPPED, TOO_LONG

_OURS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What the driver says of a statement of ours; everything else it says of the database."""
_SQLITES = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.NotSupportedError, sqlite3.ProgrammingError)
"""The same from a transaction that runs without SQLAlchemy (`transact`)."""


@contextmanager
def explained() -> Iterator[None]:
    """Turns the driver's exceptions into ours; their text may quote a statement with a case's values, so it is dropped.

    `NoResultFound` means that the read model is being rebuilt at this moment: the row was there before.

    Raises:
        StoreUnavailable: the database does not answer, or is too busy.
        FieldsInvalid: PostgreSQL refuses a value (a text with a NUL).
    """
    try:
        yield
    except (*_OURS, *_SQLITES):
        raise
    except (sqlite3.Error, DBAPIError, PoolTimeout, NoResultFound, TimeoutError) as error:
        if str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith(BAD_VALUE):
            raise FieldsInvalid("内容含有无法处理的字符") from error
        raise StoreUnavailable(TOO_LONG if _stopped(error) else "") from error


def _stopped(error: Exception) -> bool:
    """Whether a statement took longer than it may, and was undone."""
    said = getattr(error, "orig", None) or error
    said = getattr(said, "__cause__", None) or said
    return getattr(said, "sqlstate", "") == STOPPED or getattr(said, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT
