"""The tables. Those of `read_model` can be thrown away and made again; the rest is what is not process.

Columns named `sealed…` are encrypted; the others hold codes, instants and words without personal data. All of them are
registered when the package is imported, which the migrations rely on.
"""

from infra.database.tables import (
    accounts,
    attachments,
    audit,
    crimes,
    drafts,
    intake,
    messages,
    notices,
    operations,
    people,
    read_model,
    reporting,
    saved_views,
)

__all__ = [
    "accounts",
    "attachments",
    "audit",
    "crimes",
    "drafts",
    "intake",
    "messages",
    "notices",
    "operations",
    "people",
    "read_model",
    "reporting",
    "saved_views",
]
