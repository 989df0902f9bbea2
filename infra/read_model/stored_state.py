"""How the read model has a dispute before an image is written over it: one query, because every publishing asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable, Integer, Text, bindparam, func, literal_column, null, select, union_all
from sqlmodel import col

from domain.image.projection import Image
from infra.database.statements import Statement, among
from infra.database.tables.read_model import BarredRow, DisputeRow, HelperRow, InvolvementRow, TallyRow, TaskRow
from infra.database.transactions import Work

_DISPUTE, _TASK, _POST, _BARRED, _HELPER, _TALLY = range(6)


@dataclass
class StoredState:
    """What is stored of a dispute, as far as an image touches it."""

    revision: int = 0
    """0 where the read model has not the dispute"""
    colour: str | None = None
    document: Any = None
    tasks: dict[str, str] = field(default_factory=dict)
    """state by id, of the image's tasks"""
    posts: set[tuple[str, str]] = field(default_factory=set)
    """(role, organisation path) that have a part"""
    barred: set[tuple[str, str]] = field(default_factory=set)
    """(task id, person id), of the image's tasks"""
    helpers: set[str] = field(default_factory=set)
    """person ids, of the image's helpers"""
    tallied: int = 0
    """the number of the last countable event"""


def stored_state(image: Image) -> Work[StoredState]:
    """How the read model has an image's dispute."""
    stored = StoredState()
    wanted = {
        "number": image.dispute_no,
        "tasks": [shown.task_id for shown in image.tasks],
        "helpers": image.helpers,
    }
    for what, one, other, number, document in (yield _STORED, wanted):
        if what == _DISPUTE:
            stored.revision, stored.colour, stored.document = number, one, document
        elif what == _TASK:
            stored.tasks[one] = other
        elif what == _POST:
            stored.posts.add((one, other))
        elif what == _BARRED:
            stored.barred.add((one, other))
        elif what == _HELPER:
            stored.helpers.add(one)
        else:
            stored.tallied = number or 0
    return stored


def _stored(dialect: str) -> Executable:
    number: Any = bindparam("number")
    none: tuple[Any, ...] = literal_column("''", Text()), literal_column("0", Integer()), null()
    helped = among(col(HelperRow.person_id), "helpers", dialect)
    barred = among(col(BarredRow.task_id), "tasks", dialect)
    shown = among(col(TaskRow.task_id), "tasks", dialect)
    colour, revision, sealed = col(DisputeRow.colour), col(DisputeRow.revision), col(DisputeRow.sealed)
    return union_all(
        select(_kind(_DISPUTE), colour, none[0], revision, sealed).where(col(DisputeRow.dispute_no) == number),
        select(_kind(_TASK), col(TaskRow.task_id), col(TaskRow.state), *none[1:]).where(
            shown, col(TaskRow.dispute_no) == number
        ),
        select(_kind(_POST), col(InvolvementRow.role), col(InvolvementRow.path), *none[1:]).where(
            col(InvolvementRow.dispute_no) == number
        ),
        select(_kind(_BARRED), col(BarredRow.task_id), col(BarredRow.person_id), *none[1:]).where(barred),
        select(_kind(_HELPER), col(HelperRow.person_id), *none).where(helped, col(HelperRow.dispute_no) == number),
        select(_kind(_TALLY), none[0], none[0], func.max(col(TallyRow.seq)), null()).where(
            col(TallyRow.dispute_no) == number
        ),
    )


def _kind(what: int) -> Any:
    return literal_column(str(what), Integer())


_STORED = Statement(_stored)
