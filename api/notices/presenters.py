"""Notices as the schemas of the HTTP contract show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from api.notices.schemas import Notice, NoticeInCase
from domain.base import china
from domain.case.letters.notice import carried, state_of
from domain.case.state import Task
from domain.policy.catalogue import title_of
from domain.policy.parts.notices import NOTICES
from infra.database.tables.notices import NoticeRow
from infra.database.tables.read_model import TaskRow
from infra.read_model.notices.lists import Line
from infra.runtime.policy_files import role_name

ANSWERS = ("answer", "summary", "ground", "reason")
"""The fields in which the decisions that answer a notice say what came of it."""


def notices_in(tasks: Iterable[TaskRow], numbers: Iterable[NoticeRow]) -> Iterator[NoticeInCase]:
    """The notices of a case, first to last: those of its questions now, and those that were withdrawn before."""
    rows, known = {row.task_id: row for row in tasks}, {(n.task_id, n.to_path): n for n in numbers}
    for row in sorted(rows.values(), key=lambda each: (each.opened_at, each.task_id)):
        if notice := carried(Task.model_validate(row.sealed)):
            known.setdefault((row.task_id, notice.to), NoticeRow(
                number="", kind=notice.kind, dispute_no=row.dispute_no, task_id=row.task_id, role=notice.role,
                path=notice.path, to_path=notice.to, sent_by="", sent_at=row.opened_at))  # fmt: skip
    for each in sorted(known.values(), key=lambda n: (n.sent_at, n.number)):
        if each.task_id in rows:
            yield NoticeInCase(**_shown(each, rows[each.task_id]))


def present_notice(line: Line) -> Notice:
    """A notice with the dispute that it is beside."""
    return Notice(**_shown(line.notice, line.task), dispute_no=line.dispute.dispute_no, title=line.dispute.title,
                  ahead=line.task.ahead)  # fmt: skip


def _shown(row: NoticeRow, asked: TaskRow) -> Mapping[str, object]:
    task = Task.model_validate(asked.sealed)
    notice, state = carried(task), state_of(task, row.to_path)
    assert notice, "a notice is what a question carries"
    answer = task.decision if state == "answered" else None
    delivery = task.delivery if state != "withdrawn" else None
    late = bool(answer and notice.due_at and answer.at > notice.due_at)
    return {
        "number": row.number or None,
        "kind": row.kind,
        "kind_name": NOTICES[row.kind],
        "state": state,
        "task_id": row.task_id,
        "task_kind": asked.kind,
        "role": row.role,
        "role_name": role_name(row.role),
        "organisation": row.path.rpartition("/")[2],
        "sent_by": notice.by,
        "to": row.to_path.rpartition("/")[2],
        "text": notice.text,
        "sent_at": china(row.sent_at),
        "due_at": notice.due_at and china(notice.due_at),
        "overdue": late or (state == "open" and asked.overdue),
        "delivered_at": delivery and china(delivery.delivered_at),
        "seen_at": delivery and delivery.seen_at and china(delivery.seen_at),
        "seen_by": delivery and delivery.seen_name,
        "known_at": delivery and delivery.known_at and china(delivery.known_at),
        "answered_at": answer and china(answer.at),
        "answered_by": answer and answer.actor_name,
        "decision": answer and answer.name,
        "decision_name": answer and title_of(asked.kind, answer.name),
        "answer": next((str(answer.fields[name]) for name in ANSWERS if answer.fields.get(name)), "") if answer else "",
    }
