"""Writing the read model: one image, one transaction, never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from domain.case.state import Entry
from domain.image.growing_lists import BeginningMismatch, with_beginnings
from domain.image.projection import Image, TaskImage
from domain.indicators.events import Tally
from infra.database.columns import searchable
from infra.database.engine import Database
from infra.database.tables.read_model import (
    AddresseeRow,
    BarredRow,
    DisputeRow,
    HelperRow,
    InvolvementRow,
    TallyRow,
    TaskRow,
    TimelineRow,
)
from infra.database.upsert import upsert
from infra.records.attachments import take_attachments
from infra.records.events import note_events, stored_state

Rows = dict[type[SQLModel], list[dict[str, Any]]]
"""Rows of the read model by table."""
OF_DISPUTE: tuple[type[SQLModel], ...] = (DisputeRow, InvolvementRow, HelperRow, TaskRow, TimelineRow, TallyRow)
OF_TASK: tuple[type[SQLModel], ...] = (AddresseeRow, BarredRow)


class ReadModelGap(Exception):
    """The image builds on a revision that the read model does not have: it needs the whole one."""


async def write_image(database: Database, image: Image) -> int:
    """Writes an image at its revision; answers that revision.

    Idempotent, and never backwards: an image that is not newer than the stored one changes nothing. Events
    of what is new are written in the same transaction (`infra.records.events`).

    Raises:
        ReadModelGap: the image holds only what is new since a revision beyond the stored one, or since another
            document than the stored one.
    """
    async with database.write(image.dispute_no) as session:
        stored, before = await stored_state(session, image.dispute_no, [shown.task_id for shown in image.tasks])
        if stored >= image.revision:
            return image.revision
        if stored < image.since:
            raise ReadModelGap(f"{image.dispute_no} is at {stored}, the image is new since {image.since}")
        await _insert(session, await _completed(session, image))
        await note_events(session, image, stored=stored, before=before)
    database.wakeups.published(image.dispute_no, image.revision)
    return image.revision


async def replace_image(database: Database, image: Image, *, unless_newer: bool = True) -> bool:
    """Throws away what is stored of a dispute and writes its whole image instead; for rebuilding, so without events.

    Changes nothing and answers false where the stored revision is newer and `unless_newer` holds: the dispute went on.
    """
    async with database.write(image.dispute_no) as session:
        if unless_newer and await _revision(session, image.dispute_no) > image.revision:
            return False
        await _forget(session, image.dispute_no)
        await _insert(session, image)
    database.wakeups.published(image.dispute_no, image.revision)
    return True


async def forget(database: Database, dispute_no: str) -> None:
    """Throws away what is stored of a dispute."""
    async with database.write(dispute_no) as session:
        await _forget(session, dispute_no)
    database.wakeups.published(dispute_no, 0)


async def all_numbers(database: Database) -> list[str]:
    """Every dispute of the read model, in order."""
    query = select(col(DisputeRow.dispute_no)).order_by(col(DisputeRow.dispute_no))
    async with database.read() as session:
        return list((await session.execute(query)).scalars())


async def stored_rows(session: AsyncSession, dispute_no: str) -> Rows:
    """All that the read model holds of a dispute, as `rows_of` makes it from the whole image."""
    rows: Rows = {}
    for table in OF_DISPUTE:
        found = await session.execute(select(table).filter_by(dispute_no=dispute_no))
        rows[table] = [row.model_dump() for row in found.scalars()]
    task_ids = [row["task_id"] for row in rows[TaskRow]]
    for table in OF_TASK:
        found = await session.execute(select(table).where(_column(table, "task_id").in_(task_ids)))
        rows[table] = [row.model_dump() for row in found.scalars()]
    return rows


def rows_of(image: Image) -> Rows:
    """The rows an image makes. Of tasks that did not change since `image.since` only their own row, for its due date
    may have moved; whom they ask has not. Of the tally either all or, where it is as it was published before, nothing.
    """
    changed = [shown.task for shown in image.tasks if shown.task.revision > image.since]
    return {
        DisputeRow: [_dispute(image)],
        InvolvementRow: [{"dispute_no": image.dispute_no, "role": r, "path": p} for r, p in image.involved],
        HelperRow: [{"dispute_no": image.dispute_no, "person_id": person} for person in image.helpers],
        TimelineRow: [_entry(image, entry) for entry in image.timeline],
        TaskRow: [_task(task) for task in image.tasks],
        AddresseeRow: [
            {"task_id": task.task_id, "role": post.role, "path": post.path, "watches": watches, "state": task.state}
            for task in changed
            for watches, group in ((False, task.addressees), (True, task.watchers))
            for post in group
        ],
        BarredRow: [{"task_id": task.task_id, "person_id": p} for task in changed for p in task.excluded],
        TallyRow: [_tally(image, n, counted) for n, counted in enumerate(image.tally or [], start=1)],
    }


async def _completed(session: AsyncSession, image: Image) -> Image:
    """The image with its whole document: of what it left out, the row has the beginnings."""
    if not image.kept:
        return image
    query = select(col(DisputeRow.sealed)).where(col(DisputeRow.dispute_no) == image.dispute_no)
    stored = (await session.execute(query)).scalar_one()
    try:
        document = with_beginnings(stored, image.document, image.kept)
    except BeginningMismatch as error:
        raise ReadModelGap(f"{image.dispute_no} has other {error} than were published before") from error
    return image.model_copy(update={"document": document, "kept": {}})


async def _insert(session: AsyncSession, image: Image) -> None:
    moved = [t.task.task_id for t in image.tasks if t.task.revision > image.since and t.task.former]
    if moved:  # a reassigned task has other addressees
        await session.execute(delete(AddresseeRow).where(col(AddresseeRow.task_id).in_(moved)))
    if image.tally is not None:  # what is counted may become less
        await session.execute(delete(TallyRow).where(col(TallyRow.dispute_no) == image.dispute_no))
    for table, rows in rows_of(image).items():
        await upsert(session, table, rows)
    await take_attachments(session, image.dispute_no, _evidence(image))
    # A task's colour is its dispute's, also where the task itself has long ended and is not sent again.
    other = col(TaskRow.dispute_no) == image.dispute_no, col(TaskRow.colour) != image.colour
    await session.execute(update(TaskRow).where(*other).values(colour=image.colour))


def _evidence(image: Image) -> Iterator[str]:
    """The files that answers named: from here on they are part of the case."""
    for shown in image.tasks:
        if shown.task.revision > image.since:
            for answer in shown.task.answers:
                yield from (evidence.attachment_id for evidence in answer.evidence)


async def _forget(session: AsyncSession, dispute_no: str) -> None:
    tasks = select(col(TaskRow.task_id)).where(col(TaskRow.dispute_no) == dispute_no)
    for table in OF_TASK:
        await session.execute(delete(table).where(_column(table, "task_id").in_(tasks)))
    for table in OF_DISPUTE:
        await session.execute(delete(table).where(_column(table, "dispute_no") == dispute_no))


async def _revision(session: AsyncSession, dispute_no: str) -> int:
    query = select(col(DisputeRow.revision)).where(col(DisputeRow.dispute_no) == dispute_no)
    return (await session.execute(query)).scalar_one_or_none() or 0


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)


def _dispute(image: Image) -> dict[str, Any]:
    row = {name: getattr(image, name) for name in DisputeRow.model_fields if name not in ("search", "sealed")}
    search = searchable(image.dispute_no, image.title, image.category_name)
    return {**row, "search": search, "sealed": image.document}


def _entry(image: Image, entry: Entry) -> dict[str, Any]:
    row = {"dispute_no": image.dispute_no, "seq": entry.seq, "at": entry.at, "kind": entry.kind}
    return {**row, "sealed": entry.model_dump(mode="json")}


def _tally(image: Image, seq: int, counted: Tally) -> dict[str, Any]:
    return {**dict(counted), "dispute_no": image.dispute_no, "seq": seq, "month": counted.month}


def _task(image: TaskImage) -> dict[str, Any]:
    ours = ("sealed", "decided_by", "decided_for")
    row = {name: getattr(image, name) for name in TaskRow.model_fields if name not in ours}
    decision = image.task.decision
    return {
        **row,
        "decided_by": decision.actor_id if decision else None,
        "decided_for": decision.on_behalf_of if decision else None,
        "sealed": {**image.task.model_dump(mode="json"), "decisions": image.decisions},
    }
