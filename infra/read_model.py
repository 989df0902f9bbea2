"""Writing the read model: one image, one transaction, never backwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from domain.projection import Image, TaskImage
from domain.state import Entry
from infra.database import Database
from infra.tables import AddresseeRow, BarredRow, DisputeRow, InvolvementRow, TaskRow, TimelineRow


class ReadModelGap(Exception):
    """The image builds on a revision that the read model does not have: it needs the whole one."""


async def write_image(database: Database, image: Image) -> int:
    """Writes an image at its revision; answers that revision.

    Idempotent, and never backwards: an image that is not newer than the stored one changes nothing.

    Raises:
        ReadModelGap: the image holds only what is new since a revision beyond the stored one.
    """
    async with database.write(image.dispute_no) as session:
        query = select(col(DisputeRow.revision)).where(col(DisputeRow.dispute_no) == image.dispute_no)
        stored = (await session.execute(query)).scalar_one_or_none() or 0
        if stored >= image.revision:
            return image.revision
        if stored < image.since:
            raise ReadModelGap(f"{image.dispute_no} is at {stored}, the image is new since {image.since}")
        await _upsert(session, DisputeRow, [_dispute(image)])
        await _upsert(session, InvolvementRow, [_involvement(image, role, path) for role, path in image.involved])
        await _upsert(session, TimelineRow, [_entry(image, entry) for entry in image.timeline])
        await _tasks(session, image.tasks)
    return image.revision


async def _tasks(session: AsyncSession, tasks: list[TaskImage]) -> None:
    await _upsert(session, TaskRow, [_task(task) for task in tasks])
    ids = [task.task_id for task in tasks]
    if not ids:
        return
    for table in (AddresseeRow, BarredRow):  # a reassigned task has other addressees
        await session.execute(delete(table).where(col(table.task_id).in_(ids)))
    posts: dict[tuple[str, str, str, bool], dict[str, Any]] = {}
    for image in tasks:
        for watches, group in ((False, image.task.addressees), (True, image.task.watchers)):
            for post in group:
                row = {"task_id": image.task_id, "role": post.role, "path": post.path, "watches": watches}
                posts[(image.task_id, post.role, post.path, watches)] = row
    if posts:
        await session.execute(insert(AddresseeRow), list(posts.values()))
    barred = [{"task_id": i.task_id, "person_id": person} for i in tasks for person in i.task.excluded]
    if barred:
        await session.execute(insert(BarredRow), barred)


async def _upsert(session: AsyncSession, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Inserts rows, or overwrites them by primary key."""
    if not rows:
        return
    target = inspect(table).local_table
    dialect_insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = dialect_insert(target)
    keys = [column.name for column in target.primary_key]
    others = {c.name: statement.excluded[c.name] for c in target.columns if c.name not in keys}
    if others:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    await session.execute(statement, rows)


def _dispute(image: Image) -> dict[str, Any]:
    row = {name: getattr(image, name) for name in DisputeRow.model_fields if name != "sealed"}
    return {**row, "sealed": image.document}


def _involvement(image: Image, role: str, path: str) -> dict[str, Any]:
    return {"dispute_no": image.dispute_no, "role": role, "path": path}


def _entry(image: Image, entry: Entry) -> dict[str, Any]:
    row = {"dispute_no": image.dispute_no, "seq": entry.seq, "at": entry.at, "kind": entry.kind}
    return {**row, "sealed": entry.model_dump(mode="json")}


def _task(image: TaskImage) -> dict[str, Any]:
    row = {name: getattr(image, name) for name in TaskRow.model_fields if name not in ("sealed", "decided_by")}
    decided_by = image.task.decision.actor_id if image.task.decision else None
    return {
        **row,
        "decided_by": decided_by,
        "sealed": {**image.task.model_dump(mode="json"), "decisions": image.decisions},
    }
