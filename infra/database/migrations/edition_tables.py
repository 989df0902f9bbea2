"""The tables of editions: of the working calendar, and of what corrections teach, with the names of places; and what
the doctor found.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import BOOLEAN, INSTANT, INTEGER, SEALED, TEXT, columns


def edition_tables() -> None:
    """Makes them."""
    op.create_table("calendar_edition", *columns(INTEGER, "number"), *columns(TEXT, "edition", "person_id", "job_id"),
                    *columns(INSTANT, "at"), *columns(SEALED, "sealed"), sa.PrimaryKeyConstraint("number"),
                    sa.UniqueConstraint("edition"))  # fmt: skip
    op.create_table("learned_edition", *columns(INTEGER, "number"), *columns(INSTANT, "at", "until"),
                    *columns(INTEGER, "cases"), *columns(TEXT, "verdict"), *columns(BOOLEAN, "serves", "switched_off"),
                    *columns(SEALED, "told"), *columns(SEALED, "sealed", nullable=True),
                    sa.PrimaryKeyConstraint("number"))  # fmt: skip
    op.create_table("place_alias", *columns(TEXT, "alias_id", "standing"), *columns(INSTANT, "at"),
                    *columns(SEALED, "sealed"), sa.PrimaryKeyConstraint("alias_id"))  # fmt: skip
    op.create_index("ix_place_alias_standing", "place_alias", ["standing"])
    op.create_table("examination", *columns(INSTANT, "began", "ended"), *columns(INTEGER, "looked"),
                    sa.PrimaryKeyConstraint("began"))  # fmt: skip
    op.create_table("finding", *columns(TEXT, "finding_id", "digest", "kind"), *columns(INSTANT, "found_at", "seen_at"),
                    *columns(INSTANT, "healed_at", "gone_at", nullable=True), *columns(SEALED, "sealed"),
                    sa.PrimaryKeyConstraint("finding_id"))  # fmt: skip
    for name in ("digest", "found_at"):
        op.create_index(f"ix_finding_{name}", "finding", [name])
    op.create_index("finding_standing", "finding", ["gone_at", "kind"])
