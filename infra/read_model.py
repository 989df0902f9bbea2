"""Writing the read model: one image, one transaction, never backwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.projection import Image, TaskImage
from domain.state import Entry
from infra.database import Database
from infra.tables import AddresseeRow, BarredRow, DisputeRow, InvolvementRow, TaskRow, TimelineRow
from infra.upserts import upsert


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
        await upsert(session, DisputeRow, [_dispute(image)])
        await upsert(session, InvolvementRow, [_involvement(image, role, path) for role, path in image.involved])
        await upsert(session, TimelineRow, [_entry(image, entry) for entry in image.timeline])
        await _tasks(session, image)
    return image.revision


async def _tasks(session: AsyncSession, image: Image) -> None:
    """Every task shown, for its due date may have moved; whom it asks only where the task itself changed."""
    await upsert(session, TaskRow, [_task(task) for task in image.tasks])
    changed = [shown.task for shown in image.tasks if shown.task.revision > image.since]
    moved = [task.task_id for task in changed if task.former]  # a reassigned task has other addressees
    if moved:
        await session.execute(delete(AddresseeRow).where(col(AddresseeRow.task_id).in_(moved)))
    posts = [
        {"task_id": task.task_id, "role": post.role, "path": post.path, "watches": watches}
        for task in changed
        for watches, group in ((False, task.addressees), (True, task.watchers))
        for post in group
    ]
    await upsert(session, AddresseeRow, posts)
    await upsert(session, BarredRow, [{"task_id": t.task_id, "person_id": p} for t in changed for p in t.excluded])


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
