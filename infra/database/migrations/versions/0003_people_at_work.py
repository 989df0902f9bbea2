"""deputies, watchers, messages and the events people are told of

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_HANDS = ("delegate", "offered_to", "decided_for")


def _hand_work_over() -> None:
    """Deputies, helpers, and in whose hands a task is."""
    op.create_table(
        "deputy",
        sa.Column("deputyship_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("deputy_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("deputyship_id"),
    )
    with op.batch_alter_table("deputy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deputy_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deputy_deputy_id"), ["deputy_id"], unique=False)
    op.create_table(
        "helper",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("dispute_no", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "dispute_no"),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        for name in _HANDS:
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
            batch_op.create_index(batch_op.f(f"ix_task_{name}"), [name], unique=False)


def _take_it_back() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        for name in reversed(_HANDS):
            batch_op.drop_index(batch_op.f(f"ix_task_{name}"))
            batch_op.drop_column(name)
    op.drop_table("helper")
    op.drop_table("deputy")


def upgrade() -> None:
    _hand_work_over()
    _create_news()


def downgrade() -> None:
    _drop_news()
    _take_it_back()


def _create_news() -> None:
    """Who watches, what people are told in words, and what happened for those who listen."""
    op.create_table(
        "watcher",
        sa.Column("dispute_no", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dispute_no", "person_id"),
    )
    op.create_index("ix_watcher_person_id", "watcher", ["person_id"])
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dispute_no", sa.String(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("message_list", "message", ["person_id", "at"])
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dispute_no", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("persons", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("event_at", "event", ["at"])


def _drop_news() -> None:
    op.drop_table("event")
    op.drop_table("message")
    op.drop_table("watcher")
