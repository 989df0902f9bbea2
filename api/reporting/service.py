"""Reporting up (报送, Q-042): several of a desk's reports in one numbered bundle, or one alone; and the desk's day.

A bundle is written first, then each of its disputes goes up by its own decision, under a key of the bundle's: whoever
repeats it, or the sweep after a crash (`api.reporting.sending`), sends what is missing and nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import Listed, Shape
from api.reporting.schemas import DeskDay, DeskItem, Report, ReportCounts, ReportIn, ReportItem, ReportLine
from api.reporting.sending import send_waiting
from api.tasks.presenters import kept_item, task_item
from domain.base import CHINA, china
from domain.case.state import Task
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor, Post, within
from domain.people.permissions import overseen
from domain.policy.catalogue import title_of
from domain.policy.stages import Stage
from domain.transitions.decisions import entitled_post
from domain.transitions.handover import capacity
from domain.transitions.triage.reporting import ANSWERS, can_report
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.database.tables.reporting import ReportRow
from infra.read_model.disputes import closed_to, dispute_row
from infra.read_model.reporting import reports
from infra.read_model.reporting.desk_days import Desks, day_counts, desk_day
from infra.read_model.reporting.reports import Counts
from infra.read_model.tasks import find_task
from infra.read_model.visibility import OPEN
from infra.records.reporting.reports import begin_bundle
from infra.runtime.policy_files import role_name

SEND = "report"
"""Operation of reporting up, of which an idempotency key holds."""


class Begun(Shape):
    """The number of a report that was begun."""

    number: str


_BEGUN = TypeAdapter(Begun)


async def report_up(
    services: Services, session: Session, actor: Actor, asked: ReportIn, key: str | None
) -> Answer[Report]:
    """Reports up what a desk has judged, under one number; answers what became of each.

    Raises:
        FieldsInvalid: a task that is none of the person's desk, is answered already, or is another desk's than the
            first; nothing is reported then.
    """

    async def do(_: str) -> Effect[Begun]:
        post, by, tasks = await _of_one_desk(session, actor, asked.tasks)

        async def begin(writing: Session) -> Answer[Begun]:
            number = await begin_bundle(writing, post, by, tasks, datetime.now(UTC), asked.note)
            services.access.note(actor.person_id, None, "report")
            return Answer(201, Begun(number=number))

        return Effect(begin, f"report:{post.path}")

    begun = await once(services, session, actor, SEND, key, asked.model_dump(mode="json"), _BEGUN, do)
    await session.close()
    await send_waiting(services, begun.body.number)
    async with services.database.resume(session):
        return Answer(begun.status, await whole_report(services, session, actor, begun.body.number))


async def listed_reports(
    services: Services, session: Session, actor: Actor, day: date | None, organisation: str | None, limit: int,
    cursor: str | None,
) -> Listed[ReportItem]:  # fmt: skip
    """A page of the reports a person may see, the newest first.

    Raises:
        FieldsInvalid: there is no such organisation.
    """
    directory = await services.directory.read(session)
    path = _path(directory, organisation)
    page = await reports.reports(
        session, actor, day=day.isoformat() if day else None, path=path, limit=limit, cursor=cursor
    )
    counts = await reports.counts_of(session, [row.number for row in page.rows])
    items = [_item(row, counts[row.number], directory) for row in page.rows]
    return Listed[ReportItem](items=items, next_cursor=page.next_cursor)


async def whole_report(services: Services, session: Session, actor: Actor, number: str) -> Report:
    """A report with its disputes.

    Raises:
        NotFound: there is none, or nothing of it is for this person.
    """
    row = await reports.find_report(session, actor, number)
    if row is None:
        raise NotFound("没有这份报送")
    counts = (await reports.counts_of(session, [number]))[number]
    lines = await reports.lines_of(session, actor, number)
    items = [
        ReportLine(
            dispute_no=item.dispute_no, task_id=item.task_id, title=dispute.title,
            category_name=dispute.category_name, colour=dispute.colour, state=item.state, again=item.again,
            at=china(item.at) if item.at else None, reason=item.failure,
        )
        for item, dispute in lines
    ]  # fmt: skip
    whole = _item(row, counts, await services.directory.read(session))
    total = counts.sent + counts.refused + counts.waiting
    return Report(**dict(whole), items=items, hidden=total - len(items))


async def day_of_desk(
    services: Services, session: Session, actor: Actor, day: date | None, organisation: str | None, limit: int,
    cursor: str | None,
) -> DeskDay:  # fmt: skip
    """The list of a day of the person's own desks, or of an organisation's that he oversees.

    Raises:
        FieldsInvalid: there is no such organisation.
        NotEntitled: he does not oversee it; the try is noted.
    """
    now = datetime.now(UTC)
    day = day or china(now).date()
    begins = datetime.combine(day, time(), CHINA)
    ends = begins + timedelta(days=1)
    desks = await _desks(services, session, actor, organisation)
    page = await desk_day(session, desks, begins, ends, limit, cursor)
    numbers = await reports.numbers_of(session, [row.task_id for row in page.rows])
    counts = await day_counts(session, desks, begins, ends)
    stages = services.policy.playbook.process.stages
    kept = await closed_to(session, actor, {row.dispute_no for row in page.rows})
    items = [
        _judged(row, actor, now, numbers.get(row.task_id), stages, kept=row.dispute_no in kept) for row in page.rows
    ]
    return DeskDay(items=items, next_cursor=page.next_cursor, day=day.isoformat(), counts=counts)


async def _of_one_desk(
    session: Session, actor: Actor, task_ids: list[str]
) -> tuple[Post, Actor, list[tuple[str, str]]]:
    """The desk whose open tasks these are, in whose name the person acts there, and the tasks in order."""
    errors, found = [], list[tuple[str, str]]()
    desk: tuple[Post, Actor] | None = None
    for n, task_id in enumerate(dict.fromkeys(task_ids)):
        row = await find_task(session, actor, task_id)
        dispute = await dispute_row(session, row.dispute_no) if row else None
        task = Task.model_validate(row.sealed) if row else None
        by = capacity(task, actor, "decide") if task else actor
        post = entitled_post(task, by) if task else None
        wrong = _wrong(task, post, desk, dispute)
        if wrong or row is None or post is None:
            errors.append({"field": f"tasks.{n}", "message": wrong})
            continue
        desk = desk or (post, by)
        found.append((row.dispute_no, row.task_id))
    if errors or desk is None:
        raise FieldsInvalid(errors=errors)
    return *desk, found


def _wrong(task: Task | None, post: Post | None, desk: tuple[Post, Actor] | None, dispute: DisputeRow | None) -> str:
    """Why a task can't be reported up with the others; empty where it can."""
    if task is None or post is None or dispute is None or task.kind not in ANSWERS:
        return "不是您岗位的研判、审批待办"
    if not task.pending:
        return "已经办理，或者已无需办理"
    if not can_report(task, [Stage(code) for code in dispute.sealed["stages"]]):
        return "本级研判后不再上报，请逐件研判"
    if desk and desk[0].path != post.path:
        return "一份报送只能包含同一单位研判的警情"
    return ""


async def _desks(services: Services, session: Session, actor: Actor, organisation: str | None) -> Desks:
    path = _path(await services.directory.read(session), organisation)
    if path and not any(within(path, above) for above in overseen(actor)):
        services.access.note(actor.person_id, None, f"desk:{organisation}", NotEntitled.code)
        raise NotEntitled("该单位不在您的管辖范围内")
    return Desks(actor, path)


def _path(directory: Directory, organisation: str | None) -> str | None:
    return directory.named(organisation).path if organisation else None


def _item(row: ReportRow, counts: Counts, directory: Directory) -> ReportItem:
    listed = directory.at(row.path)
    return ReportItem(
        number=row.number,
        day=row.day,
        at=china(row.at),
        organisation=row.path.rpartition("/")[2],
        organisation_name=listed.name if listed else "",
        role=row.role,
        role_name=role_name(row.role),
        sent_by=row.sealed["sent_by"],
        bundle=row.bundle,
        note=row.sealed["note"],
        counts=ReportCounts(**dict(counts)),
    )


def _judged(row: TaskRow, actor: Actor, now: datetime, report: str | None, stages: Sequence[Stage], *,
            kept: bool) -> DeskItem:  # fmt: skip
    task = task_item(row, actor, now)
    task = kept_item(task) if kept else task
    decision = task.decision
    return DeskItem(
        task=task,
        reviewed=row.state == "done",
        decision_name=title_of(row.kind, decision.name) if decision else None,
        report=report,
        reports=row.state in OPEN and can_report(Task.model_validate(row.sealed), stages),
    )
