"""What somebody is to be somewhere for, day by day. Read off tasks and what is set for a later day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from api.core.context import Services
from api.core.schemas import JsonObject
from domain.base import CHINA, china
from domain.case.seating import wanted_at
from domain.case.state import Task
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import TaskRow
from infra.read_model.disputes import KEPT, closed_to
from infra.read_model.workbench.agenda import (
    MOST,
    Planned,
    documents_of,
    planned_for,
    sittings_beside,
    waiting_of,
)


@dataclass(frozen=True)
class Entry:
    """A session, a visit, a check or a call, by its case's own clock in China."""

    task_id: str
    dispute_no: str
    kind: str
    name: str
    title: str
    colour: str
    about: JsonObject
    at: datetime
    fixed: bool
    """it is to be then; else it is to be done by then"""
    begun: bool
    """it may be answered; else it is set for a later day"""
    invited: bool = False
    """others are asked; he is wanted at the table"""
    overdue: bool = False
    assignee: str | None = None

    @property
    def day(self) -> date:
        """The day on which it stands: what is to be done by midnight, on the day that ends then."""
        return (self.at if self.fixed else self.at - timedelta(seconds=1)).date()


@dataclass(frozen=True)
class Agenda:
    """The entries of a time, first to last, and what is overdue whenever it was due."""

    entries: list[Entry]
    late: list[Entry]
    cut: bool
    """there is more than was read"""


async def agenda(
    services: Services, session: Session, actor: Actor, first: date, last: date, *, late: bool, own: bool = False
) -> Agenda:
    """From a day to another, both included. `late`: with all that is overdue; `own`: only what is in one's own hands,
    and so nothing that is only set for a later day. Noted.
    """
    begins, ends = (datetime.combine(day, time(), CHINA) for day in (first, last + timedelta(days=1)))
    rows = await waiting_of(session, actor, begins, ends, late=late, own=own)
    planned = [] if own else await planned_for(session, actor, begins, ends)
    beside = [] if own else await _wanted(services, session, actor, begins, ends)
    numbers = [*(row.dispute_no for row in rows), *(each.row.dispute_no for each in planned)]
    numbers += [each.dispute_no for each in beside]
    kept = await closed_to(session, actor, set(numbers))
    called = await documents_of(session, sorted({row.dispute_no for row in rows if row.kind == "check_in"} - kept))
    mine = {row.task_id for row in rows}
    found = [*_waiting(rows, called), *map(_planned, planned), *(each for each in beside if each.task_id not in mine)]
    shown = sorted((_kept(each) if each.dispute_no in kept else each for each in found), key=_order)
    services.access.note_shown(actor.person_id, "list:tasks", {"agenda": f"{first}/{last}"}, numbers)
    within = [each for each in shown if first <= each.day <= last]
    return Agenda(within, [each for each in shown if each.overdue], MOST in (len(rows), len(planned)))


async def _wanted(services: Services, session: Session, actor: Actor, begins: datetime, ends: datetime) -> list[Entry]:
    """The sessions at whose tables he may be wanted though others are asked."""
    ladder = services.policy.playbook.process.ladder
    sits = {role for tier in ladder.tiers for line in tier.requires for role in line.any_of} if ladder else set()
    waiting, later = await sittings_beside(session, [p for p in actor.reach if p.role in sits], begins, ends)
    found = [
        replace(entry, begun=False, invited=True, overdue=False)
        for each in waiting
        for entry in _waiting([each.row], {})
        if wanted_at(entry.about.get("requires") or [], actor, each.officer)
    ]
    return found + [
        replace(entry, invited=True)
        for each in later
        if wanted_at((entry := _planned(each.planned)).about.get("requires") or [], actor, each.officer)
    ]


def _order(entry: Entry) -> tuple[datetime, str]:
    return entry.at, entry.task_id


def _waiting(rows: Iterable[TaskRow], documents: Mapping[str, Any]) -> Iterable[Entry]:
    for row in rows:
        task = Task.model_validate(row.sealed)
        meet_at = _meeting(documents.get(row.dispute_no), task.about)
        at = meet_at or row.due_at or row.opened_at
        yield Entry(row.task_id, row.dispute_no, row.kind, task.name, row.title, row.colour, task.about, china(at),
                    fixed=bool(meet_at), begun=True, overdue=row.overdue, assignee=row.assignee)  # fmt: skip


def _planned(each: Planned) -> Entry:
    row, told = each.row, each.row.sealed
    return Entry(row.task_id, row.dispute_no, row.kind, told["name"], each.title, each.colour, told["about"],
                 china(row.at), fixed=True, begun=False)  # fmt: skip


def _kept(entry: Entry) -> Entry:
    """That there is something, and when."""
    return Entry(entry.task_id, entry.dispute_no, entry.kind, entry.name, KEPT, entry.colour, {}, entry.at,
                 fixed=entry.fixed, begun=entry.begun, invited=entry.invited, overdue=entry.overdue,
                 assignee=entry.assignee)  # fmt: skip


def _meeting(document: Any, about: JsonObject) -> datetime | None:
    """When whoever was called by a whistle is to be there."""
    for each in (document or {}).get("summons") or []:
        if each["number"] == about.get("summons") and each["meet_at"]:
            return datetime.fromisoformat(each["meet_at"])
    return None
