"""Writing the read model: one image, one transaction, never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from domain.case.hazards.batch import Item
from domain.case.state import Entry
from domain.image.list_deltas import KeptMismatch, with_kept
from domain.image.projection import Image, TaskImage
from domain.indicators.events import Tally
from infra.database.columns import searchable
from infra.database.engine import Database
from infra.database.statements import Statement, among, upserting
from infra.database.tables.read_model import (
    NEVER,
    AddresseeRow,
    AppointmentRow,
    BarredRow,
    DisputeRow,
    HazardItemRow,
    InvolvementRow,
    PartyTokenRow,
    SearchTokenRow,
    TallyRow,
    TaskRow,
    TimelineRow,
)
from infra.database.transactions import Work, each
from infra.read_model.party_tokens import key_of, people_written, stands, token_rows
from infra.read_model.reporting.kept_figures import forgotten
from infra.read_model.searching.tokens import search_rows, searched_written
from infra.read_model.stored_state import StoredState, stored_state
from infra.read_model.urgency_order import order_columns
from infra.records.attachments import attachments_taken
from infra.records.events import note_events
from infra.records.messages import tell
from infra.records.notices.batches import batch_numbered
from infra.records.notices.numbering import notices_numbered
from infra.records.repeats.apart import reports_let_go
from infra.records.reporting.reports import reports_noted
from infra.records.reporting.spot_checks import closing_noted

Rows = dict[type[SQLModel], list[dict[str, Any]]]
"""Rows of the read model by table."""
OF_DISPUTE: tuple[type[SQLModel], ...] = (
    DisputeRow,
    InvolvementRow,
    PartyTokenRow,
    SearchTokenRow,
    TaskRow,
    TimelineRow,
    TallyRow,
    HazardItemRow,
    AppointmentRow,
)
OF_TASK: tuple[type[SQLModel], ...] = (AddresseeRow, BarredRow)
PUT_LATER = ("mediate", "visit", "check_performance")
"""The kinds of questions that the process may put on a later day."""
DECIDED = "decision"
"""The kind of a timeline's line that says what somebody decided."""
COMPARED = (AddresseeRow, TallyRow)
"""Tables of which an image repeats many rows as they are: only those that differ are written."""
LATER: dict[type[SQLModel], str] = {TaskRow: "moved_at"}
"""Columns in which the later instant stands: an image has the lines that are new, not those it builds on."""


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)


_NUMBER: Any = bindparam("number")
_TASKS = select(col(TaskRow.task_id)).where(col(TaskRow.dispute_no) == _NUMBER)
_FORGET = [
    *(Statement.of(delete(table).where(_column(table, "task_id").in_(_TASKS))) for table in OF_TASK),
    *(Statement.of(delete(table).where(_column(table, "dispute_no") == _NUMBER)) for table in OF_DISPUTE),
]
_OVERWRITE = Statement.of(
    update(DisputeRow)
    .where(col(DisputeRow.dispute_no) == _NUMBER, col(DisputeRow.revision) == bindparam("found"))
    .returning(col(DisputeRow.revision)),
    [name for name in DisputeRow.model_fields if name != "dispute_no"],
)
_NO_ADDRESSEES = Statement(
    lambda dialect: delete(AddresseeRow).where(among(col(AddresseeRow.task_id), "tasks", dialect))
)
_NO_APPOINTMENTS = Statement(
    lambda dialect: delete(AppointmentRow).where(among(col(AppointmentRow.task_id), "tasks", dialect))
)
_LESS_TALLY = Statement.of(
    delete(TallyRow).where(col(TallyRow.dispute_no) == _NUMBER, col(TallyRow.seq) > bindparam("last"))
)
# A task's colour is its dispute's, also where the task itself has long ended and is not sent again.
_COLOUR = Statement.of(
    update(TaskRow)
    .where(col(TaskRow.dispute_no) == _NUMBER, col(TaskRow.colour) != bindparam("colour_now"))
    .values(colour=bindparam("colour_now"))
)


class ReadModelGap(Exception):
    """The image builds on a revision that the read model does not have: it needs the whole one."""


async def write_image(database: Database, image: Image) -> int:
    """Writes an image at its revision, see `image_written`, in a transaction of its own."""
    revision = await database.transact(image_written(image), image.dispute_no)
    database.wakeups.published(image.dispute_no, revision)
    return revision


def image_written(image: Image, found: StoredState | None = None) -> Work[int]:
    """Writes an image at its revision; answers that revision. Its transaction has the dispute's number for a lock; who
    runs it says so afterwards (`wakeups.published`).

    `found`: how the read model had the dispute when its sender looked. Where that is still so, it is not looked up
    again. Idempotent, and never backwards: an image that is not newer than the stored one changes nothing. Events
    of what is new are written in the same transaction (`infra.records.events`).

    Raises:
        ReadModelGap: the image holds only what is new since a revision beyond the stored one, or since another
            document than the stored one.
    """
    if found is None or not (yield from _overwritten(image, found)):
        found = yield from stored_state(image)
        if found.revision >= image.revision:
            return image.revision
        if found.revision < image.since:
            raise ReadModelGap(f"{image.dispute_no} is at {found.revision}, the image is new since {image.since}")
        yield upserting(DisputeRow), _dispute(_completed(image, found.document))
    yield from _beside_written(image, found)
    yield from reports_let_go(image, stored=found.revision)
    yield from tell(image, stored=found.revision)
    yield from reports_noted(image, stored=found.revision)
    yield from notices_numbered(image)
    yield from batch_numbered(image)
    yield from closing_noted(image)
    yield from note_events(image, stored=found.revision, before=found.tasks)
    return image.revision


def _overwritten(image: Image, found: StoredState) -> Work[bool]:
    """Overwrites the dispute's row if it still stands as it was found; answers whether it did. Whoever writes anything
    of a dispute writes its row, at another revision: where that is the same, all is.
    """
    if not image.since <= found.revision < image.revision:
        return False
    try:
        whole = _completed(image, found.document)
    except ReadModelGap:
        return False
    return bool((yield _OVERWRITE, {**_dispute(whole), "number": image.dispute_no, "found": found.revision}))


async def replace_image(database: Database, image: Image, *, unless_newer: bool = True) -> bool:
    """Throws away what is stored of a dispute and writes its whole image instead; for rebuilding, so without events.

    Changes nothing and answers false where the stored revision is newer and `unless_newer` holds: the dispute went on.
    """
    replaced = await database.transact(_replaced(image, unless_newer=unless_newer), image.dispute_no)
    if replaced:
        database.wakeups.published(image.dispute_no, image.revision)
    return replaced


def _replaced(image: Image, *, unless_newer: bool) -> Work[bool]:
    stored = yield from stored_state(image)
    if unless_newer and stored.revision > image.revision:
        return False
    yield from _forget(image.dispute_no)
    yield from forgotten()
    yield upserting(DisputeRow), _dispute(image)
    yield from _beside_written(image, StoredState())
    yield from reports_let_go(image, stored=0)
    yield from notices_numbered(image)
    yield from batch_numbered(image)
    return True


async def forget(database: Database, dispute_no: str) -> None:
    """Throws away what is stored of a dispute."""
    await database.transact(_forget(dispute_no), dispute_no)
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


def rows_of(image: Image, like: Rows | None = None) -> Rows:
    """The rows an image makes. Of tasks that did not change since `image.since` only their own row, for its due date
    may have moved; whom they ask has not. Of the tally what differs from the image before.

    `like`: rows as they are stored; its tokens are then made with the key that those were made with.
    """
    people = token_rows(image.dispute_no, image.document, key_of(like[PartyTokenRow]) if like else None)
    searched = search_rows(image.dispute_no, image.document, key_of(like[SearchTokenRow]) if like else None)
    return {**rows_shown(image), PartyTokenRow: people, SearchTokenRow: searched}


def rows_shown(image: Image) -> Rows:
    """The same without its tokens, which nobody is shown: these need the installation's keys."""
    return {DisputeRow: [_dispute(image)], **_rows_beside(image)}


def _rows_beside(image: Image) -> Rows:
    """All but the dispute's own row."""
    changed = [shown.task for shown in image.tasks if shown.task.revision > image.since]
    return {
        InvolvementRow: [{"dispute_no": image.dispute_no, "role": r, "path": p} for r, p in image.involved],
        TimelineRow: [_entry(image, entry) for entry in image.timeline],
        TaskRow: [_task(image, task) for task in image.tasks],
        AddresseeRow: [
            {"task_id": task.task_id, "role": post.role, "path": post.path, "watches": watches, "state": task.state}
            for task in changed
            for watches, group in ((False, task.addressees), (True, task.watchers))
            for post in group
        ],
        BarredRow: [{"task_id": task.task_id, "person_id": p} for task in changed for p in task.excluded],
        TallyRow: [_tally(image, n, counted) for n, counted in image.tally.items()],
        HazardItemRow: [_item(image, item) for item in image.items],
        AppointmentRow: [
            {"task_id": task.task_id, "role": role, "path": path, "dispute_no": image.dispute_no,
             "kind": task.kind, "at": task.opened_at, "sealed": {"name": task.name, "about": task.about}}
            for task in image.planned
            if task.state == "scheduled"
            for role, path in dict.fromkeys((post.role, post.path) for post in task.addressees)
        ],
    }  # fmt: skip


def _completed(image: Image, stored: Any) -> Image:
    """The image with its whole document: what it left out is taken from the stored one."""
    if not image.kept:
        return image
    try:
        document = with_kept(stored, image.document, image.kept)
    except KeptMismatch as error:
        raise ReadModelGap(f"{image.dispute_no} has other {error} than it had") from error
    return image.model_copy(update={"document": document, "kept": {}})


def _beside_written(image: Image, stored: StoredState) -> Work[None]:
    """Writes the rows beside the dispute's; sends no statement for what is stored already as it should be."""
    moved = [t.task.task_id for t in image.tasks if t.task.revision > image.since and t.task.former]
    if moved:  # a reassigned task has other addressees
        yield _NO_ADDRESSEES, {"tasks": moved}
    if over := _no_longer_planned(image):
        yield _NO_APPOINTMENTS, {"tasks": over}
    if stored.tallied > image.tallied:  # what is counted may become less
        yield _LESS_TALLY, {"number": image.dispute_no, "last": image.tallied}
    rows = _rows_beside(image)
    rows[InvolvementRow] = [row for row in rows[InvolvementRow] if (row["role"], row["path"]) not in stored.posts]
    rows[BarredRow] = [row for row in rows[BarredRow] if (row["task_id"], row["person_id"]) not in stored.barred]
    for table, new in rows.items():
        yield from each(upserting(table, differing=table in COMPARED, later=LATER.get(table)), new)
    if not stands(image, stored.document):
        whole = _completed(image, stored.document).document
        yield from people_written(image.dispute_no, whole, stored.document)
        yield from searched_written(image.dispute_no, whole, stored.document)
    yield from attachments_taken(image.dispute_no, _evidence(image))
    if stored.colour not in (None, image.colour):
        yield _COLOUR, {"number": image.dispute_no, "colour_now": image.colour}


def _no_longer_planned(image: Image) -> list[str]:
    """What may have been set for a later day and is not any more: it was put now, dropped, or goes to others."""
    put = [t.task for t in image.tasks if t.task.opened_revision > image.since and t.task.kind in PUT_LATER]
    return [task.task_id for task in (*put, *image.planned)]


def task_rows(image: Image) -> list[TaskRow]:
    """The tasks of an image as the read model shows them once it is written."""
    return [TaskRow(**_task(image, shown)) for shown in image.tasks]


def _evidence(image: Image) -> Iterator[str]:
    """The files that answers named: from here on they are part of the case."""
    for shown in image.tasks:
        if shown.task.revision > image.since:
            for answer in shown.task.answers:
                yield from (evidence.attachment_id for evidence in answer.evidence)
    for item in image.items:
        for answered in item.answers:
            yield from (evidence.attachment_id for evidence in answered.evidence)


def _forget(dispute_no: str) -> Work[None]:
    for statement in _FORGET:
        yield statement, {"number": dispute_no}


_NOT_OF_IMAGE = ("search", "sealed", "officer", "deputy", "due_order", "colour_order")
GRAVEST_FIRST = ("red", "orange", "yellow", "blue")
"""Colours as a list is sorted by them; a city's other colours come after."""
_OF_IMAGE = tuple(name for name in DisputeRow.model_fields if name not in _NOT_OF_IMAGE)
_NOT_OF_TASK_IMAGE = ("sealed", "decided_by", "decided_for", "late_order", "due_order", "moved_at")
_OF_TASK_IMAGE = tuple(name for name in TaskRow.model_fields if name not in _NOT_OF_TASK_IMAGE)


def _dispute(image: Image) -> dict[str, Any]:
    row = {name: getattr(image, name) for name in _OF_IMAGE}
    search = searchable(image.dispute_no, image.title, image.category_name)
    beat = image.document.get("beat") or {}
    officer = image.document.get("responsible") or beat.get("officer")
    names = {"officer": officer, "deputy": beat.get("deputy")}
    named = {} if image.closed_at else {part: person for part, person in names.items() if person}
    by_name = {part: named[part]["person_id"] if part in named else None for part in names}
    # A drill has moved the case's clock: a list of many cases goes by when it is due on the wall's.
    on_the_wall = image.due_at - timedelta(seconds=image.ahead) if image.due_at else NEVER
    order = {"due_order": on_the_wall, "colour_order": colour_order(image.colour)}
    return {**row, **by_name, **order, "search": search, "sealed": image.document}


def colour_order(colour: str) -> int:
    """Where a colour stands in a list that is sorted by colours."""
    return GRAVEST_FIRST.index(colour) if colour in GRAVEST_FIRST else len(GRAVEST_FIRST)


def _entry(image: Image, entry: Entry) -> dict[str, Any]:
    row = {"dispute_no": image.dispute_no, "seq": entry.seq, "at": entry.at, "kind": entry.kind}
    return {**row, "sealed": entry.model_dump(mode="json")}


def _tally(image: Image, seq: int, counted: Tally) -> dict[str, Any]:
    return {**counted.__dict__, "dispute_no": image.dispute_no, "seq": seq, "month": counted.month,
            "matter": image.matter}  # fmt: skip


def _item(image: Image, item: Item) -> dict[str, Any]:
    answered = item.answers[-1] if item.answers else None
    return {
        "dispute_no": image.dispute_no,
        "no": item.no,
        "aspect": item.aspect,
        "aspect_name": image.document["batch"]["aspects"][item.aspect],
        "path": item.to,
        "state": item.state,
        "due_at": item.due_at,
        "sent_at": image.opened_at,
        "rectified_at": answered.at if answered else None,
        "cancelled_at": item.cancelled_at,
        "returned": item.returned,
        "ahead": image.ahead,
        "sealed": item.model_dump(mode="json"),
    }


def _task(image: Image, shown: TaskImage) -> dict[str, Any]:
    row = {name: getattr(shown, name) for name in _OF_TASK_IMAGE}
    decision = shown.task.decision
    return {
        **row,
        **order_columns(shown.urgency, shown.due_at, ahead=shown.ahead, suspended=shown.suspended),
        "moved_at": shown.ended_at or max([shown.opened_at, *(e.at for e in image.timeline if e.kind == DECIDED)]),
        "decided_by": decision.actor_id if decision else None,
        "decided_for": decision.on_behalf_of if decision else None,
        "sealed": {**shown.task.model_dump(mode="json"), "decisions": shown.decisions},
    }
