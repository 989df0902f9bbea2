"""The register of criminal cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import BOOLEAN, INSTANT, SEALED, TEXT, columns


def crime_tables() -> None:
    """Makes it."""
    op.create_table(
        "criminal_case",
        *columns(TEXT, "case_id", "case_no", "path", "registered_on"),
        *columns(BOOLEAN, "from_dispute", "homicide", "grew", "prior_known", "withdrawn"),
        *columns(TEXT, "noted_by"),
        *columns(INSTANT, "noted_at"),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("case_id"),
        sa.UniqueConstraint("case_no"),
    )
    op.create_index("criminal_case_list", "criminal_case", ["registered_on", "case_id"])
