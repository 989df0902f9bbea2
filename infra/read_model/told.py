"""Messages that a case itself sends: who was named for a task, to whom something was reported.

Written in the transaction of the image that shows it, each once, whoever writes the image.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from domain.case.state import Entry
from domain.image.projection import Image
from infra.database.statements import Statement, among, upserting
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import PersonRow, PostRow
from infra.database.transactions import Work, each
from infra.records.messages import message_id_of

NAMED, REPORTED = "named", "reported"
_AT = Statement(
    lambda dialect: (
        select(col(PostRow.role), col(PostRow.path), col(PersonRow.person_id))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active), among(col(PostRow.path), "paths", dialect))
    )
)
_TELL = upserting(MessageRow, keep=True)


def tell(image: Image, *, stored: int) -> Work[None]:
    """Writes the messages of an image's lines beyond the stored revision."""
    lines = [entry for entry in image.timeline if entry.revision > stored and entry.kind in (NAMED, REPORTED)]
    posts = {(role, path) for entry in lines for role, path in entry.detail.get("told", [])}
    held: dict[tuple[str, str], list[str]] = {}
    if posts:
        for role, path, person in (yield _AT, {"paths": sorted({path for _, path in posts})}):
            held.setdefault((role, path), []).append(person)
    rows = []
    for entry in lines:
        told = [str(entry.detail["person"])] if entry.kind == NAMED else []
        told += [person for role, path in entry.detail.get("told", []) for person in held.get((role, path), [])]
        rows += [_row(image, entry, person) for person in dict.fromkeys(told) if person != entry.actor_id]
    yield from each(_TELL, rows)


def _row(image: Image, entry: Entry, person_id: str) -> dict[str, object]:
    content = {"by": entry.actor or "", "said": entry.title, "text": entry.detail.get("reason", ""),
               "task_id": entry.detail.get("task_id"), "title": image.title}  # fmt: skip
    return {
        "message_id": message_id_of(image.dispute_no, str(entry.seq), person_id),
        "person_id": person_id,
        "at": entry.at,
        "kind": entry.kind,
        "dispute_no": image.dispute_no,
        "read_at": None,
        "sealed": content,
    }
