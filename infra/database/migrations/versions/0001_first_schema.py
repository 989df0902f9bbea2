"""the first schema

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.access_tables import access_table
from infra.database.migrations.account_tables import account_tables
from infra.database.migrations.columns import BIG, BOOLEAN, INSTANT, INTEGER, JSON, NUMBERED, SEALED, TEXT
from infra.database.migrations.columns import columns as _columns
from infra.database.migrations.edition_tables import edition_tables
from infra.database.migrations.hazard_tables import hazard_tables
from infra.database.migrations.indexes import LOOKED_AT, ON_BOARD, PRESSING, WAITING, index_where
from infra.database.migrations.leaving_tables import leaving_tables
from infra.database.migrations.process_tables import process_tables
from infra.database.migrations.reporting_tables import reporting_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LISTED = "matter colour stage category source overdue holder tags search organisation closed_at sensitivity".split()
SOUGHT = ["kind", "colour", "title", "dispute_no"]
FIGURES = ("kind at unit leading result value lag done_at left_at struck_at month "
           "colour category handler reporter dispatcher judge station township source beat matter").split()  # fmt: skip
TABLES = (
    "organisation organisation_was person deputy duty task_force post former_post leaving handing_on incident "
    "incident_token number addressee barred dispute hazard_item involvement party_token search_token tally "
    "task timeline attachment comment event message watcher access exports saved_view glass archive job answer "
    "heartbeat draft calendar_edition learned_edition sign_in generation place_alias sign_in_session former_password "
    "second_factor recovery_code provider_subject report report_item spot_check figure_supervision notice hazard_batch "
    "criminal_case known_key known_device examination finding appointment kept_figures"
).split()
"""In the order in which they are made: what a table refers to comes first."""
OF_PEOPLE = ("organisation", "person", "post", "deputy", "duty")
"""A change of these counts as one of people (`infra.wakeups`). A migration that makes one of them anew on SQLite, as
`batch_alter_table` does, takes its triggers away and must make them again."""
ENDED_SIGN_IN = "UPDATE OF ended_at, factor"
"""Of `sign_in_session` this counts as a change of people, and nothing else: it is written on all the time."""


def upgrade() -> None:
    _people()
    _intake()
    _read_model()
    _attachments()
    _messages()
    _audit()
    _operations()
    reporting_tables()
    hazard_tables()
    _count_changes() if op.get_bind().dialect.name == "sqlite" else _notify()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in NOTIFIERS:
            op.execute(f"DROP FUNCTION {function}()")


def _people() -> None:
    op.create_table(
        "organisation",
        *_columns(TEXT, "code", "name", "kind", "level", "line", "path", "keywords"),
        *_columns(INSTANT, "since", "closed_at", nullable=True),
        *_columns(TEXT, "successor", nullable=True),
        sa.PrimaryKeyConstraint("code"),
        sa.UniqueConstraint("path"),
    )
    op.create_table(
        "person",
        *_columns(TEXT, "person_id", "username", "name", "password_hash"),
        *_columns(INSTANT, "password_at", "password_until", nullable=True),
        *_columns(BOOLEAN, "password_due", "active"),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "deputy",
        *_columns(TEXT, "deputyship_id", "person_id", "deputy_id", "named_by"),
        *_columns(INSTANT, "since", "until", "named_at"),
        *_columns(BOOLEAN, "waits"),
        *_columns(TEXT, "ended_by", "confirmed_by", nullable=True),
        *_columns(INSTANT, "ended_at", "confirmed_at", nullable=True),
        *_columns(INTEGER, "confirmed_to", nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.person_id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("deputyship_id"),
    )
    op.create_index("ix_deputy_deputy_id", "deputy", ["deputy_id"])
    op.create_index("ix_deputy_person_id", "deputy", ["person_id"])
    op.create_table(
        "duty",
        *_columns(TEXT, "duty_id", "kind", "subject", "person_id", "detail", "scope", "named_by", "ended_by"),
        *_columns(INSTANT, "since", "named_at"),
        *_columns(INSTANT, "until", "ended_at", nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("duty_id"),
    )
    op.create_index("duty_subject", "duty", ["kind", "subject"])
    op.create_index("ix_duty_person_id", "duty", ["person_id"])
    op.create_table(
        "task_force",
        *_columns(TEXT, "force_id", "name", "purpose", "organisation_code", "formed_by", "ended_by"),
        *_columns(INSTANT, "since", "until", "formed_at"),
        *_columns(INSTANT, "ended_at", nullable=True),
        sa.ForeignKeyConstraint(["organisation_code"], ["organisation.code"]),
        sa.PrimaryKeyConstraint("force_id"),
    )
    op.create_table(
        "post",
        *_columns(TEXT, "post_id", "person_id", "role", "organisation_code", "path"),
        *_columns(INSTANT, "since", nullable=True),
        *_columns(BOOLEAN, "inherited"),
        sa.ForeignKeyConstraint(["organisation_code"], ["organisation.code"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("post_id"),
    )
    op.create_index("ix_post_person_id", "post", ["person_id"])
    op.create_index("post_role_path", "post", ["role", "path"])
    leaving_tables()


def _intake() -> None:
    op.create_table(
        "incident",
        *_columns(TEXT, "incident_id", "source", "source_no", "digest", "received_by", "place_key", "category"),
        *_columns(TEXT, "dispute_no"),
        *_columns(INTEGER, "nth", "attempts"),
        *_columns(INSTANT, "occurred_at", "reported_at", "received_at"),
        *_columns(BOOLEAN, "joined", "delivered"),
        *_columns(INSTANT, "next_try_at", nullable=True),
        *_columns(TEXT, "failure", "apart_from", "own_no", nullable=True),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("incident_id"),
        sa.UniqueConstraint("source", "source_no", "nth", name="incident_source_source_no_nth_key"),
    )
    op.create_index("incident_place", "incident", ["place_key", "reported_at"])
    op.create_index("incident_reporter", "incident", ["received_by", "joined", "dispute_no"])
    op.create_index("incident_waits", "incident", ["delivered", "next_try_at"])
    op.create_index("ix_incident_dispute_no", "incident", ["dispute_no"])
    op.create_table("incident_token", *_columns(BIG, "token"), *_columns(TEXT, "incident_id"),
                    sa.PrimaryKeyConstraint("token", "incident_id"), sqlite_with_rowid=False)  # fmt: skip
    op.create_table(
        "number",
        *_columns(TEXT, "series"),
        *_columns(INTEGER, "last"),
        sa.PrimaryKeyConstraint("series"),
    )


def _read_model() -> None:
    op.create_table(
        "addressee",
        *_columns(TEXT, "task_id", "role", "path", "state"),
        *_columns(BOOLEAN, "watches"),
        sa.PrimaryKeyConstraint("task_id", "role", "path", "watches"),
    )
    op.create_index("addressee_post", "addressee", ["role", "path", "watches", "state", "task_id"])
    index_where("state = 'open'", "addressee_open", "addressee", "task_id")
    index_where(WAITING, "addressee_waiting", "addressee", "path", "watches", "task_id")
    op.create_table(
        "barred",
        *_columns(TEXT, "task_id", "person_id"),
        sa.PrimaryKeyConstraint("task_id", "person_id"),
    )
    op.create_table(
        "dispute",
        *_columns(TEXT, "dispute_no", "matter", "tags", "search"),
        *_columns(INTEGER, "revision", "round", "ahead", "tallied", "sensitivity", "colour_order"),
        *_columns(TEXT, "title", "playbook", "edition", "source", "category", "category_name", "colour", "stage"),
        *_columns(BOOLEAN, "urgent", "overdue"),
        *_columns(TEXT, "stage_called", "organisation", "holder", "outcome", "officer", "deputy", nullable=True),
        *_columns(INSTANT, "due_at", "concluded_at", "closed_at", nullable=True),
        *_columns(INSTANT, "opened_at", "due_order"),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("dispute_no"),
    )
    op.create_index("dispute_due", "dispute", ["due_order", "dispute_no", *LISTED])
    op.create_index("dispute_colour", "dispute", ["colour_order", "due_order", "dispute_no", *LISTED])
    op.create_index("dispute_list", "dispute", ["opened_at", "dispute_no", *LISTED])
    op.create_index("dispute_numbers", "dispute", ["dispute_no", "opened_at", *LISTED])
    index_where("closed_at IS NOT NULL", "dispute_closed", "dispute", "category", "closed_at")
    index_where("sensitivity = 3", "dispute_sensitive", "dispute", "dispute_no")
    index_where("stage <> 'closed'", "dispute_live", "dispute", *ON_BOARD)
    op.create_index("ix_dispute_officer", "dispute", ["officer"])
    op.create_index("ix_dispute_deputy", "dispute", ["deputy"])
    op.create_table(
        "involvement",
        *_columns(TEXT, "dispute_no", "role", "path"),
        sa.PrimaryKeyConstraint("dispute_no", "role", "path"),
    )
    op.create_index("involvement_path", "involvement", ["path", "role", "dispute_no"])
    op.create_table(
        "party_token",
        *_columns(TEXT, "token", "dispute_no", "side", "mark"),
        *_columns(BOOLEAN, "identified"),
        sa.PrimaryKeyConstraint("token", "dispute_no", "side"),
    )
    op.create_index("ix_party_token_dispute_no", "party_token", ["dispute_no"])
    op.create_table(
        "search_token",
        *_columns(TEXT, "token", "dispute_no"),
        sa.PrimaryKeyConstraint("token", "dispute_no"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_token_dispute_no", "search_token", ["dispute_no"])
    op.create_table(
        "tally",
        *_columns(TEXT, "dispute_no", "kind", "month", "unit", "colour", "first_colour", "category", "result"),
        *_columns(INTEGER, "seq", "round"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, *"handler reporter dispatcher judge station township source beat matter".split()),
        *_columns(BOOLEAN, "leading"),
        *_columns(INTEGER, "value", "lag", nullable=True),
        *_columns(INSTANT, "done_at", "left_at", "struck_at", nullable=True),
        *_columns(TEXT, "person_id", nullable=True),
        sa.PrimaryKeyConstraint("dispute_no", "seq"),
    )
    op.create_index("tally_figures", "tally", FIGURES)
    op.create_table(
        "task",
        *_columns(TEXT, "task_id", "dispute_no", "kind", "state", "colour", "title"),
        *_columns(INTEGER, "round", "ahead", "urgency", "late_order"),
        *_columns(TEXT, "assignee", "delegate", "offered_to", "decided_by", "decided_for", nullable=True),
        *_columns(INSTANT, "opened_at", "due_order", "moved_at"),
        *_columns(INSTANT, "ended_at", "due_at", nullable=True),
        *_columns(BOOLEAN, "overdue", "suspended", "ringing"),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("task_id"),
    )
    for name in ("decided_for", "delegate", "offered_to"):
        op.create_index(f"ix_task_{name}", "task", [name])
    op.create_index("task_done", "task", ["decided_by", "state", "task_id", *SOUGHT])
    op.create_index("task_mine", "task", ["assignee", "state", "task_id"])
    index_where(WAITING, "task_waiting", "task", *LOOKED_AT)
    index_where(WAITING, "task_pressing", "task", *PRESSING, *LOOKED_AT[:-1])
    op.create_index("task_ringing", "task", ["ringing", "task_id"])
    op.create_index("task_of_dispute", "task", ["dispute_no", "state", "task_id"])
    op.create_table(
        "timeline",
        *_columns(TEXT, "dispute_no", "kind"),
        *_columns(INTEGER, "seq"),
        *_columns(INSTANT, "at"),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("dispute_no", "seq"),
    )


def _attachments() -> None:
    op.create_table(
        "attachment",
        *_columns(TEXT, "attachment_id", "dispute_no", "sha256", "media_type", "person_id", "state"),
        *_columns(INTEGER, "size"),
        *_columns(INSTANT, "at"),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("attachment_id"),
    )
    for column in ("dispute_no", "sha256", "person_id", "state"):
        op.create_index(f"ix_attachment_{column}", "attachment", [column])
    op.create_table(
        "comment",
        *_columns(TEXT, "comment_id", "dispute_no", "person_id"),
        *_columns(INSTANT, "at"),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    op.create_index("ix_comment_dispute_no", "comment", ["dispute_no"])


def _messages() -> None:
    op.create_table(
        "event",
        sa.Column("seq", NUMBERED, autoincrement=True, nullable=False),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "kind", "dispute_no"),
        *_columns(INTEGER, "revision"),
        *_columns(TEXT, "task_id", nullable=True),
        *_columns(JSON, "posts", "persons"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("event_at", "event", ["at"])
    op.create_table(
        "message",
        *_columns(TEXT, "message_id", "person_id", "kind"),
        *_columns(INSTANT, "at"),
        *_columns(TEXT, "dispute_no", nullable=True),
        *_columns(INSTANT, "read_at", nullable=True),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("message_list", "message", ["person_id", "at"])
    op.create_table(
        "watcher",
        *_columns(TEXT, "dispute_no", "person_id"),
        *_columns(INSTANT, "at"),
        sa.PrimaryKeyConstraint("dispute_no", "person_id"),
    )
    op.create_index("ix_watcher_person_id", "watcher", ["person_id"])


def _audit() -> None:
    access_table()
    op.create_table(
        "archive",
        *_columns(TEXT, "run_id", "dispute_no", "sha256"),
        *_columns(INTEGER, "size", "events"),
        *_columns(INSTANT, "closed_at", "archived_at"),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index("ix_archive_closed_at", "archive", ["closed_at"])
    op.create_index("ix_archive_dispute_no", "archive", ["dispute_no"])
    op.create_table(
        "job",
        *_columns(TEXT, "job_id", "kind", "person_id", "state"),
        *_columns(INSTANT, "at"),
        *_columns(INTEGER, "done"),
        *_columns(INTEGER, "total", nullable=True),
        *_columns(TEXT, "holder", nullable=True),
        *_columns(INSTANT, "beat_at", "finished_at", nullable=True),
        *_columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("ix_job_state", "job", ["state"])


def _operations() -> None:
    op.create_table(
        "answer",
        *_columns(TEXT, "answer_id", "digest"),
        *_columns(INSTANT, "at"),
        *_columns(INTEGER, "status", "seen", nullable=True),
        *_columns(SEALED, "sealed", nullable=True),
        *_columns(TEXT, "dispute_no", nullable=True),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    op.create_index("ix_answer_at", "answer", ["at"])
    open_intents = sa.text("seen IS NOT NULL")
    op.create_index("answer_intents", "answer", ["at"], sqlite_where=open_intents, postgresql_where=open_intents)
    process_tables()
    edition_tables()
    account_tables()
    op.create_table(
        "generation",
        *_columns(TEXT, "topic"),
        *_columns(INTEGER, "number"),
        sa.PrimaryKeyConstraint("topic"),
    )


def _count_changes() -> None:
    """SQLite can't speak up, but it can count: within the transaction that changes something."""
    op.execute("INSERT INTO generation (topic, number) VALUES ('people', 1)")
    for table in OF_PEOPLE:
        for change in ("INSERT", "UPDATE", "DELETE"):
            _counts(f"{table}_{change.lower()}", change, table)
    _counts("sign_in_session_ended", ENDED_SIGN_IN, "sign_in_session")


def _counts(name: str, change: str, table: str) -> None:
    op.execute(
        f"CREATE TRIGGER generation_{name} AFTER {change} ON {table} "
        "BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'people'; END"
    )


NOTIFIERS = {
    "say_published": "PERFORM pg_notify('santui', concat_ws(' ', 'published', NEW.dispute_no, NEW.revision))",
    "say_forgotten": "PERFORM pg_notify('santui', concat_ws(' ', 'published', OLD.dispute_no, 0))",
    "say_job": "PERFORM pg_notify('santui', 'job')",
    "say_people": "PERFORM pg_notify('santui', 'changed people')",
}
"""What PostgreSQL says when a transaction commits, in the words of `infra.wakeups`."""


def _notify() -> None:
    for function, does in NOTIFIERS.items():
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$"
        )
    for function, when in {
        "say_published": "INSERT OR UPDATE OF revision ON dispute FOR EACH ROW",
        "say_forgotten": "DELETE ON dispute FOR EACH ROW",
        "say_job": "INSERT ON job FOR EACH STATEMENT",
    }.items():
        op.execute(f"CREATE TRIGGER {function} AFTER {when} EXECUTE FUNCTION {function}()")
    changes = dict.fromkeys(OF_PEOPLE, "INSERT OR UPDATE OR DELETE OR TRUNCATE") | {"sign_in_session": ENDED_SIGN_IN}
    for table, change in changes.items():
        op.execute(
            f"CREATE TRIGGER say_people AFTER {change} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION say_people()"
        )
