"""How the read model has a dispute before an image is written over it: one query, because every publishing asks.

Who sends a message has it from the query that finds its task (`found_beside`); whoever writes what he did not ask for
looks it up (`stored_state`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Text, bindparam, literal_column, null, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.image.projection import Image
from infra.database.statements import Statement, among, gathered
from infra.database.tables.read_model import BarredRow, DisputeRow, InvolvementRow, TaskRow
from infra.database.transactions import Work
from infra.read_model.visibility import OPEN

_DISPUTE, _TASK, _POST, _BARRED = range(4)


@dataclass
class StoredState:
    """What is stored of a dispute, as far as an image touches it."""

    revision: int = 0
    """0 where the read model has not the dispute"""
    colour: str | None = None
    tallied: int = 0
    """the number of the last countable event"""
    document: Any = None
    tasks: dict[str, str] = field(default_factory=dict)
    """state by id, at least of the open ones"""
    posts: set[tuple[str, str]] = field(default_factory=set)
    """(role, organisation path) that have a part"""
    barred: set[tuple[str, str]] = field(default_factory=set)
    """(task id, person id), as far as it was looked up: one that is there and not here is written once more"""


def found_beside(dialect: str) -> list[ColumnElement[Any]]:
    """What a query that has a dispute's row reads beside it, to be given to `as_found`."""
    number, task = col(DisputeRow.dispute_no), aliased(TaskRow)
    part, barred = aliased(InvolvementRow), aliased(BarredRow)
    waits = col(task.dispute_no) == number, or_(*(col(task.state) == state for state in OPEN))
    own: tuple[Any, ...] = (DisputeRow.revision, DisputeRow.colour, DisputeRow.tallied, DisputeRow.sealed)
    return [
        *own,
        gathered([task.task_id, task.state], dialect, *waits),
        gathered([part.role, part.path], dialect, col(part.dispute_no) == number),
        gathered([barred.task_id, barred.person_id], dialect, col(barred.task_id) == col(task.task_id), *waits),
    ]


def as_found(values: Sequence[Any]) -> StoredState:
    """What `found_beside` read."""
    revision, colour, tallied, document, waits, posts, barred = values
    return StoredState(
        revision=revision,
        colour=colour,
        tallied=tallied,
        document=document,
        tasks=dict(waits),
        posts={(role, path) for role, path in posts},
        barred={(task_id, person_id) for task_id, person_id in barred},
    )


def stored_state(image: Image) -> Work[StoredState]:
    """How the read model has an image's dispute."""
    stored = StoredState()
    wanted = {
        "number": image.dispute_no,
        "tasks": [shown.task_id for shown in image.tasks],
    }
    for what, one, other, revision, tallied, document in (yield _STORED, wanted):
        if what == _DISPUTE:
            stored.revision, stored.colour, stored.tallied, stored.document = revision, one, tallied, document
        elif what == _TASK:
            stored.tasks[one] = other
        elif what == _POST:
            stored.posts.add((one, other))
        else:
            stored.barred.add((one, other))
    return stored


def _stored(dialect: str) -> Executable:
    number: Any = bindparam("number")
    nothing: Any = literal_column("''", Text())
    none: tuple[Any, ...] = literal_column("0", Integer()), literal_column("0", Integer()), null()
    barred = among(col(BarredRow.task_id), "tasks", dialect)
    shown = among(col(TaskRow.task_id), "tasks", dialect)
    own: tuple[Any, ...] = col(DisputeRow.revision), col(DisputeRow.tallied), col(DisputeRow.sealed)
    return union_all(
        select(_kind(_DISPUTE), col(DisputeRow.colour), nothing, *own).where(col(DisputeRow.dispute_no) == number),
        select(_kind(_TASK), col(TaskRow.task_id), col(TaskRow.state), *none).where(
            shown, col(TaskRow.dispute_no) == number
        ),
        select(_kind(_POST), col(InvolvementRow.role), col(InvolvementRow.path), *none).where(
            col(InvolvementRow.dispute_no) == number
        ),
        select(_kind(_BARRED), col(BarredRow.task_id), col(BarredRow.person_id), *none).where(barred),
    )


def _kind(what: int) -> Any:
    return literal_column(str(what), Integer())


_STORED = Statement(_stored)
