"""The types of columns that migrations make, and columns of one type by their names."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Compares by code point on every database, whatever its language: codes sort alike, a path's subtree is a range."""
INTEGER, BOOLEAN, JSON = sa.Integer(), sa.Boolean(), sa.JSON()
BIG, INSTANT, SEALED = sa.BigInteger(), sa.DateTime(timezone=True), sa.LargeBinary()
NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def columns(kind: Any, *names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    """Columns of a type."""
    return [sa.Column(name, kind, nullable=nullable) for name in names]
