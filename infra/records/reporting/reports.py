"""Reports of the analysis desks (报送): numbered by desk and day, alone or in bundles, written as their disputes go up.

A report is made of what the engine has taken: its lines arrive with the image of each dispute, in the transaction that
writes it, so that none is missing and none counts twice. A bundle is written first, with all its disputes waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import china
from domain.case.state import Entry, Task
from domain.image.projection import Image
from domain.people.organisation import Actor, Post
from infra.database.engine import Database
from infra.database.numbers import next_in
from infra.database.statements import Statement, upserting
from infra.database.tables.reporting import ReportItemRow, ReportRow
from infra.database.transactions import Work, each, within

WAITING, SENT, REFUSED = "waiting", "sent", "refused"
_OF_TASK = Statement.of(
    select(col(ReportItemRow.number), col(ReportItemRow.path), col(ReportItemRow.state)).where(
        col(ReportItemRow.task_id) == bindparam("task_id")
    )
)
_EARLIER = Statement.of(
    select(col(ReportItemRow.number))
    .where(
        col(ReportItemRow.dispute_no) == bindparam("dispute_no"),
        col(ReportItemRow.path) == bindparam("path"),
        col(ReportItemRow.state) == SENT,
    )
    .limit(1)
)
_SENT = Statement.of(
    update(ReportItemRow)
    .where(col(ReportItemRow.number) == bindparam("of"), col(ReportItemRow.task_id) == bindparam("task"))
    .values(state=SENT, at=bindparam("sent_at"), again=bindparam("before"), failure="")
)


# --- written with the disputes


def reports_noted(image: Image, *, stored: int) -> Work[None]:
    """Writes what an image's lines beyond the stored revision report up: into the bundle that asked for it, else as a
    report of its own. In the transaction of that image.
    """
    tasks = {shown.task_id: shown.task for shown in image.tasks}
    for entry in image.timeline:
        if entry.kind == "decision" and entry.revision > stored and entry.detail.get("reported"):
            yield from _noted(image.dispute_no, entry, tasks[entry.detail["task_id"]])


def _noted(dispute_no: str, entry: Entry, task: Task) -> Work[None]:
    assert task.decision is not None, "only an answer reports"
    post = task.decision.post or task.addressees[0]
    known = yield _OF_TASK, {"task_id": task.task_id}
    if any(state == SENT for _, _, state in known):
        return
    before = bool((yield _EARLIER, {"dispute_no": dispute_no, "path": post.path}))
    bundle = entry.detail.get("fields", {}).get("bundle")
    if (bundle, post.path) in {(number, path) for number, path, _ in known}:
        yield _SENT, {"of": bundle, "task": task.task_id, "sent_at": entry.at, "before": before}
        return
    number = yield from _begun(post, entry.at, str(entry.actor_id), str(entry.actor), bundle=False)
    item = _item(number, 1, dispute_no, task.task_id, post.path, entry.at)
    yield upserting(ReportItemRow), {**item, "state": SENT, "at": entry.at, "again": before}


def _begun(post: Post, at: datetime, sent_by: str, name: str, *, bundle: bool, note: str = "") -> Work[str]:
    """A report without anything in it yet; answers its number: one series a desk's organisation and day."""
    day = china(at).date()
    series = f"BS-{post.path.rpartition('/')[2]}-{day:%Y%m%d}"
    number = f"{series}-{(yield from next_in(series)):03d}"
    yield (
        upserting(ReportRow),
        {
            "number": number, "role": post.role, "path": post.path, "day": day.isoformat(), "at": at,
            "sent_by": sent_by, "bundle": bundle, "sealed": {"sent_by": name, "note": note},
        },
    )  # fmt: skip
    return number


def _item(number: str, place: int, dispute_no: str, task_id: str, path: str, at: datetime) -> dict[str, object]:
    return {"number": number, "place": place, "dispute_no": dispute_no, "task_id": task_id, "path": path,
            "state": WAITING, "again": False, "asked_at": at, "at": None, "failure": ""}  # fmt: skip


# --- a bundle, before its disputes are


async def begin_bundle(
    session: AsyncSession, post: Post, actor: Actor, tasks: Sequence[tuple[str, str]], at: datetime, note: str
) -> str:
    """Writes a report whose disputes wait: `tasks` are (dispute number, task id), in order. Answers its number."""

    def work() -> Work[str]:
        number = yield from _begun(post, at, actor.person_id, actor.name, bundle=len(tasks) > 1, note=note)
        items = (_item(number, n, *named, post.path, at) for n, named in enumerate(tasks, start=1))
        yield from each(upserting(ReportItemRow), items)
        return number

    return await within(session, work())


async def refuse_item(database: Database, number: str, task_id: str, why: str) -> None:
    """A dispute of a bundle could not go up: it says why, and its desk answers it by itself."""
    theirs = (col(ReportItemRow.number) == number, col(ReportItemRow.task_id) == task_id)
    async with database.write() as session:
        waits = col(ReportItemRow.state) == WAITING
        await session.execute(update(ReportItemRow).where(*theirs, waits).values(state=REFUSED, failure=why[:500]))


async def waiting_items(session: AsyncSession, *, before: datetime, limit: int) -> list[ReportItemRow]:
    """What has been waiting since before an instant, the oldest first."""
    query = select(ReportItemRow).where(col(ReportItemRow.state) == WAITING, col(ReportItemRow.asked_at) < before)
    found = await session.execute(query.order_by(col(ReportItemRow.asked_at), col(ReportItemRow.place)).limit(limit))
    return list(found.scalars())


async def waiting_of(session: AsyncSession, number: str) -> list[ReportItemRow]:
    """What waits of a report, in its order."""
    query = select(ReportItemRow).where(col(ReportItemRow.number) == number, col(ReportItemRow.state) == WAITING)
    return list((await session.execute(query.order_by(col(ReportItemRow.place)))).scalars())


async def report_by_number(session: AsyncSession, number: str) -> ReportRow | None:
    """A report, whoever asks."""
    return await session.get(ReportRow, number)
