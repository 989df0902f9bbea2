"""Messages (消息) to people: mentions, digests, tasks handed over; kept also after they are read. And who watches a
dispute (关注).

`infra.read_model.messages` reads them. Watching gives no right: whoever loses sight of a dispute watches it no more.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.case.state import Entry
from domain.errors import StoreUnavailable
from domain.image.projection import Image
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.statements import Statement, among, upserting
from infra.database.tables.messages import EventRow, MessageRow, WatcherRow
from infra.database.tables.people import PersonRow, PostRow
from infra.database.transactions import Work, each
from infra.database.upsert import upsert

log = structlog.get_logger()
_IDS = uuid.UUID("2f5b7c1e-7b0e-5d0c-8f57-0b8d5a4c7e21")


def message_id_of(*parts: str) -> str:
    """An id that is the same for the same parts, so that what is done again leaves no second message."""
    return str(uuid.uuid5(_IDS, ":".join(parts)))


class NewMessage(Model):
    """A message to be written: its kind (`mention`, `digest`, `vacancies`, `handed`, `offered`, `spraying`,
    `password_reset`, `second_factor`, `examination`, `deputyship`, `organisations_merged`, `glass`), to whom; its
    content is sealed.

    Those that a case itself sends (`named`, `reported`, `buck_passing`, `absence`) are written by `tell`.
    """

    message_id: str = Field(default_factory=new_id)
    person_id: str
    kind: str
    dispute_no: str | None = None
    content: dict[str, Any]


async def add_messages(session: AsyncSession, messages: Sequence[NewMessage], at: datetime) -> None:
    """Writes messages; one whose id exists already is left as it is."""
    rows = [
        {"message_id": m.message_id, "person_id": m.person_id, "at": at, "kind": m.kind, "dispute_no": m.dispute_no,
         "read_at": None, "sealed": m.content}
        for m in messages
    ]  # fmt: skip
    await upsert(session, MessageRow, rows, keep=True)


async def leave_message(database: Database, message: NewMessage) -> None:
    """Writes a message about what has just taken effect; where the database can't be written, that is only logged."""
    try:
        async with database.write() as session:
            await add_messages(session, [message], datetime.now(UTC))
    except StoreUnavailable as error:
        log.warning("message_not_left", error=error.code, kind=message.kind)


async def watch(session: AsyncSession, dispute_no: str, person_id: str) -> None:
    """Begins to watch; again changes nothing. The caller checks that the person may see the dispute."""
    row = {"dispute_no": dispute_no, "person_id": person_id, "at": datetime.now(UTC)}
    await upsert(session, WatcherRow, [row], keep=True)


async def unwatch(session: AsyncSession, dispute_no: str, person_id: str) -> None:
    """Watches no more."""
    of_person = col(WatcherRow.dispute_no) == dispute_no, col(WatcherRow.person_id) == person_id
    await session.execute(delete(WatcherRow).where(*of_person))


async def watches(session: AsyncSession, dispute_no: str, person_id: str) -> bool:
    """Whether a person watches a dispute."""
    return await session.get(WatcherRow, (dispute_no, person_id)) is not None


async def watching(
    session: AsyncSession, events: Iterable[EventRow], person_ids: Collection[str]
) -> dict[str, set[str]]:
    """Which disputes of these events which of these people watch, by person."""
    numbers = {event.dispute_no for event in events}
    query = select(col(WatcherRow.person_id), col(WatcherRow.dispute_no)).where(
        col(WatcherRow.dispute_no).in_(numbers), col(WatcherRow.person_id).in_(person_ids)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for person_id, dispute_no in (await session.execute(query)).all():
        found[person_id].add(dispute_no)
    return found


NAMED = "named"
NOTED = "hotline_note"
CHECKED = "diversion_checked"
WARNED = "warned"
ANSWERED = "notice_answered"
TOLD = {NAMED: NAMED, "reported": "reported", "refusal_overruled": "buck_passing", NOTED: NOTED, WARNED: WARNED,
        ANSWERED: ANSWERED, "absent": "absence", CHECKED: CHECKED}  # fmt: skip
"""The lines of a timeline that are told somebody, with the kind of message."""
BY_NAME = (NAMED, NOTED, ANSWERED, CHECKED)
"""Those that may name whom they are told."""

_AT = Statement(
    lambda dialect: (
        select(col(PostRow.role), col(PostRow.path), col(PersonRow.person_id))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active), among(col(PostRow.path), "paths", dialect))
    )
)
_TELL = upserting(MessageRow, keep=True)


def tell(image: Image, *, stored: int) -> Work[None]:
    """Writes the messages that a case itself sends, of an image's lines beyond the stored revision: who was named for a
    task, to whom something was reported or passed on from a hotline, whom a colour warns, whose organisation has passed
    the buck (推诿), to whose letter an answer came, who holds what a second look found wrongly kept or diverted. In the
    transaction of that image, each once, whoever writes it.
    """
    lines = [entry for entry in image.timeline if entry.revision > stored and entry.kind in TOLD]
    posts = {(role, path) for entry in lines for role, path in entry.detail.get("told", [])}
    held: dict[tuple[str, str], list[str]] = {}
    if posts:
        for role, path, person in (yield _AT, {"paths": sorted({path for _, path in posts})}):
            held.setdefault((role, path), []).append(person)
    rows = []
    for entry in lines:
        told = [str(entry.detail["person"])] if entry.kind in BY_NAME and "person" in entry.detail else []
        told += [person for role, path in entry.detail.get("told", []) for person in held.get((role, path), [])]
        rows += [_row(image, entry, person) for person in dict.fromkeys(told) if person != entry.actor_id]
    yield from each(_TELL, rows)


def _row(image: Image, entry: Entry, person_id: str) -> dict[str, object]:
    text = entry.detail.get("text") or entry.detail.get("reason", "")
    content = {"by": entry.actor or "", "said": entry.title, "text": text,
               "task_id": entry.detail.get("task_id"), "title": image.title}  # fmt: skip
    return {
        "message_id": message_id_of(image.dispute_no, str(entry.seq), person_id),
        "person_id": person_id,
        "at": entry.at,
        "kind": TOLD[entry.kind],
        "dispute_no": image.dispute_no,
        "read_at": None,
        "sealed": content,
    }
