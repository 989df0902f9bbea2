"""The number of a notice (函件): one series for each kind, sender's organisation and year, without gaps.

It is given in the transaction that writes the image in which the notice first shows, so that what the engine has not
taken has none, and what was undone gives its number back. The number is a record and no part of the read model: one
that is thrown away and made again finds it there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from domain.base import china
from domain.case.letters.notice import Notice, carried
from domain.case.state import Task
from domain.image.projection import Image
from infra.database.numbers import next_in
from infra.database.statements import Statement, among, upserting
from infra.database.tables.notices import NoticeRow
from infra.database.transactions import Work

PREFIX = {"advice": "TS", "assignment": "JB", "supervision": "DB", "return": "TH"}
_OF_TASKS = Statement(
    lambda dialect: select(col(NoticeRow.task_id), col(NoticeRow.to_path)).where(
        among(col(NoticeRow.task_id), "tasks", dialect)
    )
)
_WITHDRAWN = Statement.of(
    update(NoticeRow)
    .where(col(NoticeRow.task_id) == bindparam("task"), col(NoticeRow.to_path) != bindparam("now_to"))
    .values(withdrawn=True)
)


def notices_numbered(image: Image) -> Work[None]:
    """Gives a number to each notice of an image that has none. In the transaction of that image."""
    letters = list(_letters(image))
    if not letters:
        return
    known = {(task, to) for task, to in (yield _OF_TASKS, {"tasks": [task.task_id for task, _ in letters]})}
    for task, notice in letters:
        if (task.task_id, notice.to) in known:
            continue
        yield _WITHDRAWN, {"task": task.task_id, "now_to": notice.to}
        yield upserting(NoticeRow), {
            "number": (yield from _number(notice, task)), "kind": notice.kind, "dispute_no": image.dispute_no,
            "task_id": task.task_id, "role": notice.role, "path": notice.path, "to_path": notice.to,
            "sent_by": notice.by_id or "", "sent_at": task.opened_at, "withdrawn": False,
        }  # fmt: skip


def _letters(image: Image) -> Iterator[tuple[Task, Notice]]:
    for shown in image.tasks:
        if shown.task.revision > image.since and (notice := carried(shown.task)):
            yield shown.task, notice


def _number(notice: Notice, task: Task) -> Work[str]:
    series = f"{PREFIX[notice.kind]}-{notice.path.rpartition('/')[2]}-{china(task.opened_at):%Y}"
    return f"{series}-{(yield from next_in(series)):04d}"
