"""The tables of reporting up: reports of the desks, what they hold, and what is looked at again; notices, crimes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import BOOLEAN, INSTANT, INTEGER, JSON, SEALED, TEXT, columns
from infra.database.migrations.crime_tables import crime_tables
from infra.database.migrations.notice_tables import notice_tables


def reporting_tables() -> None:
    """Makes them."""
    op.create_table(
        "report",
        *columns(TEXT, "number", "role", "path", "day"),
        *columns(INSTANT, "at"),
        *columns(TEXT, "sent_by"),
        *columns(BOOLEAN, "bundle"),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("incident_reported", "incident", ["reported_at"])
    op.create_index("report_list", "report", ["at", "number"])
    op.create_index("report_desk", "report", ["path", "at"])
    op.create_table(
        "report_item",
        *columns(TEXT, "number", "task_id"),
        *columns(INTEGER, "place"),
        *columns(TEXT, "dispute_no", "path", "state"),
        *columns(BOOLEAN, "again"),
        *columns(INSTANT, "asked_at"),
        *columns(INSTANT, "at", nullable=True),
        *columns(TEXT, "failure"),
        sa.PrimaryKeyConstraint("number", "task_id"),
    )
    op.create_index("report_item_task", "report_item", ["task_id"])
    op.create_index("report_item_dispute", "report_item", ["dispute_no", "path"])
    op.create_index("report_item_waits", "report_item", ["state", "asked_at"])
    op.create_table(
        "spot_check",
        *columns(TEXT, "check_id", "about", "dispute_no"),
        *columns(INTEGER, "round"),
        *columns(INSTANT, "closed_at"),
        *columns(TEXT, "state", "path"),
        *columns(INSTANT, "due_at", nullable=True),
        *columns(TEXT, "verdict", "judged_by"),
        *columns(INSTANT, "judged_at", nullable=True),
        *columns(BOOLEAN, "settled"),
        *columns(SEALED, "sealed", nullable=True),
        sa.PrimaryKeyConstraint("check_id"),
    )
    op.create_index("spot_check_list", "spot_check", ["state", "due_at", "check_id"])
    op.create_index("spot_check_dispute", "spot_check", ["dispute_no", "about"])
    op.create_table(
        "figure_supervision",
        *columns(TEXT, "supervision_id", "path", "month"),
        *columns(INSTANT, "opened_at", "due_at"),
        *columns(TEXT, "state"),
        *columns(JSON, "findings"),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("supervision_id"),
    )
    op.create_index("ix_figure_supervision_path", "figure_supervision", ["path"])
    op.create_index("figure_supervision_list", "figure_supervision", ["state", "opened_at", "supervision_id"])
    op.create_table(
        "kept_figures",
        *columns(TEXT, "question", "figures"),
        *columns(INSTANT, "counted_at"),
        sa.PrimaryKeyConstraint("question"),
    )
    op.create_index("ix_kept_figures_counted_at", "kept_figures", ["counted_at"])
    notice_tables()
    crime_tables()
