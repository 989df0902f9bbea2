"""reports under a number that another has, their parties, and what could not be delivered

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAMES = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
"""SQLite knows the first schema's constraints by no name: the batch gives them one, to let one go."""


def upgrade() -> None:
    _unique(was=["source", "source_no"], now=["source", "source_no", "nth"], add=sa.Column(
        "nth", sa.Integer(), nullable=False, server_default="1"))  # fmt: skip
    with op.batch_alter_table("incident") as batch_op:
        batch_op.alter_column("nth", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
        batch_op.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failure", _text(), nullable=True))
    with op.batch_alter_table("incident") as batch_op:
        batch_op.alter_column("attempts", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
    op.drop_index("incident_reporter", "incident")
    op.create_index("incident_reporter", "incident", ["received_by", "joined", "dispute_no"])
    op.drop_index("ix_incident_delivered", "incident")
    op.create_index("incident_waits", "incident", ["delivered", "next_try_at"])
    op.create_table(
        "incident_party",
        sa.Column("place_key", _text(), nullable=False),
        sa.Column("party", _text(), nullable=False),
        sa.Column("incident_id", _text(), nullable=False),
        sa.PrimaryKeyConstraint("place_key", "party", "incident_id"),
    )


def downgrade() -> None:
    op.drop_table("incident_party")
    op.drop_index("incident_waits", "incident")
    op.create_index("ix_incident_delivered", "incident", ["delivered"])
    op.drop_index("incident_reporter", "incident")
    op.create_index("incident_reporter", "incident", ["received_by", "dispute_no"])
    # A number is one report's again: the others keep theirs with what tells them apart.
    op.execute("UPDATE incident SET source_no = source_no || '#' || CAST(nth AS VARCHAR) WHERE nth > 1")
    _unique(was=["source", "source_no", "nth"], now=["source", "source_no"])
    with op.batch_alter_table("incident") as batch_op:
        for name in ("nth", "attempts", "next_try_at", "failure"):
            batch_op.drop_column(name)


def _unique(was: list[str], now: list[str], add: sa.Column[int] | None = None) -> None:
    found = sa.inspect(op.get_bind()).get_unique_constraints("incident")
    old = next(constraint["name"] for constraint in found if constraint["column_names"] == was)
    with op.batch_alter_table("incident", naming_convention=NAMES) as batch_op:
        if add is not None:
            batch_op.add_column(add)
        batch_op.drop_constraint(old or "uq_incident_source", type_="unique")
        batch_op.create_unique_constraint(f"incident_{'_'.join(now)}_key", now)


def _text() -> sa.String:
    """Compares by code point on every database, like every text (0005)."""
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()
