"""The tables by which people come in, as the first migration makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import BOOLEAN, INSTANT, INTEGER, SEALED, TEXT, columns


def account_tables() -> None:
    """Sign-ins, tries at signing in, and what people have typed and not sent yet."""
    op.create_table(
        "sign_in",
        *columns(TEXT, "try_id", "username", "address"),
        *columns(INSTANT, "at"),
        sa.PrimaryKeyConstraint("try_id"),
    )
    op.create_index("ix_sign_in_username", "sign_in", ["username"])
    op.create_index("ix_sign_in_address", "sign_in", ["address"])
    op.create_index("ix_sign_in_at", "sign_in", ["at"])
    op.create_table(
        "draft",
        *columns(TEXT, "person_id", "name", "key"),
        *columns(INSTANT, "saved_at"),
        *columns(SEALED, "sealed", nullable=True),
        sa.PrimaryKeyConstraint("person_id", "name"),
    )
    op.create_index("draft_saved", "draft", ["saved_at"])
    op.create_table(
        "known_device",
        *columns(TEXT, "device_id", "account"),
        *columns(INSTANT, "at"),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.create_table(
        "sign_in_session",
        *columns(TEXT, "session_id", "person_id"),
        *columns(INSTANT, "begun_at", "until", "seen_at"),
        *columns(INSTANT, "ended_at", nullable=True),
        *columns(BOOLEAN, "restricted"),
        *columns(TEXT, "way", "factor", "how", "ended_by"),
        *columns(TEXT, "scopes"),
        *columns(SEALED, "sealed"),
        *columns(SEALED, "sealed_last", nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_sign_in_session_person_id", "sign_in_session", ["person_id"])
    op.create_table(
        "former_password",
        *columns(TEXT, "person_id"),
        *columns(INSTANT, "until"),
        *columns(TEXT, "password_hash"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("person_id", "until"),
    )
    op.create_table(
        "second_factor",
        *columns(TEXT, "person_id"),
        *columns(INSTANT, "since", nullable=True),
        *columns(INTEGER, "last_step"),
        *columns(TEXT, "salt"),
        *columns(SEALED, "sealed", "offered", nullable=True),
        *columns(INSTANT, "offered_at", nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "recovery_code",
        *columns(TEXT, "person_id", "digest"),
        *columns(INSTANT, "made_at"),
        *columns(INSTANT, "used_at", nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("person_id", "digest"),
    )
    op.create_table(
        "provider_subject",
        *columns(TEXT, "subject_id", "issuer", "person_id"),
        *columns(INSTANT, "at"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("subject_id"),
    )
    op.create_index("ix_provider_subject_person_id", "provider_subject", ["person_id"])
