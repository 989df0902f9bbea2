"""Tasks: a box of the inbox, one task as its reader needs it to answer, and an answer on its way to the engine.

Whether a decision may be taken is the engine's validator to say. Here is settled *who* decides: the person himself, or
on whose behalf.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from pydantic import TypeAdapter

from api.attachments.access import named_files
from api.attachments.service import sent_along
from api.core.context import Services
from api.core.engine import NoWorker
from api.core.idempotency import Answer, Taken, once
from api.core.schemas import JsonObject, Listed
from api.disputes.access import refused
from api.disputes.mergers import check_still_open, check_target
from api.look_back.service import look_back, proposed
from api.people.resolving import people_to_name, resolve_people
from api.tasks.changed import answered, changed_by
from api.tasks.examples import lines_of
from api.tasks.oddities import oddities
from api.tasks.presenters import kept_item, task_item, task_whole
from api.tasks.schemas import AcceptedFor, Answering, Decided, TaskItem, WholeTask
from domain.case.naming import NAME
from domain.case.state import Task
from domain.errors import DisputeClosed, FieldsInvalid, NotEntitled, NotFound, Refused, SantuiError, TaskClosed
from domain.people.duties import Concern
from domain.people.need_to_know import KEPT_FROM
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.action_catalogue import MERGER
from domain.transitions.assignments.named_units import organisation_codes
from domain.transitions.decisions import Command, entitled_post, proposes
from domain.transitions.handover import Looked, capacity, places_of, standing
from domain.transitions.triage import desks
from domain.triage.lexicon import Lexicon
from domain.triage.places import Directory
from domain.triage.responsibility import list_row
from domain.triage.subjects import concern_of
from domain.triage.triage import Triage
from infra.database.engine import Session
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.disputes import closed_to, dispute_row, timeline_of
from infra.read_model.tasks import (
    FoundTask,
    InboxFilter,
    candidates,
    count_boxes,
    find_task,
    find_task_at,
    inbox,
    open_tasks_of,
    ringing_tasks,
    task_exists,
)
from infra.records.attachments import attachments_of
from infra.records.idempotency_store import StoredAnswer
from infra.records.incidents import find_incident
from infra.records.people import PersonAtPost, colleagues, manned, organisations_by_code

log = structlog.get_logger()
LOOK_PATIENCE = 0.5
"""Seconds that reading a task may take longer, so that it is on record who saw it first."""
BOXES = ("todo", "claimable", "mine", "done", "watched")
_ANSWERS: TypeAdapter[Decided | AcceptedFor] = TypeAdapter(Decided | AcceptedFor)


async def inbox_box(
    services: Services, session: Session, actor: Actor, box: str, f: InboxFilter, *, limit: int, cursor: str | None
) -> Listed[TaskItem]:
    """A page of a box of the person's tasks, the most urgent first; noted.

    Raises:
        FieldsInvalid: there is no such box.
        QuotaReached: he has searched as often as one may in a minute.
    """
    if f.q:
        services.searches.count(actor.person_id)
    page = await inbox(session, actor, box, f, limit=limit, cursor=cursor, now=datetime.now(UTC))
    items = [task_item(row, actor, page.now) for row in page.rows]
    asked_for = {"box": box, **f.model_dump(mode="json", exclude_none=True)}
    numbers = [item.dispute_no for item in items]
    services.access.note_shown(actor.person_id, "search:tasks" if f.q else "list:tasks", asked_for, numbers)
    return Listed[TaskItem](items=items, next_cursor=page.next_cursor)


async def box_sizes(session: Session, actor: Actor) -> dict[str, int]:
    """How many tasks each box of the person holds, by the box's name."""
    return await count_boxes(session, actor, BOXES)


async def next_of(services: Services, session: Session, actor: Actor, task_id: str) -> TaskItem | None:
    """What waits for the person beside a task, the most urgent of it."""
    page = await inbox_box(services, session, actor, "todo", InboxFilter(), limit=2, cursor=None)
    return next((item for item in page.items if item.task_id != task_id), None)


async def whole_task(services: Services, session: Session, actor: Actor, task_id: str) -> WholeTask:
    """A task with its candidates, decisions and brief; the reading is noted.

    `colleagues` are those to whom the person may delegate it: none where it is not his to hand over.

    Raises:
        NotFound: there is none, or not for this person.
        NeedToKnow: its case is kept from him.
    """
    row = await find_task(session, actor, task_id)
    if row is None:
        raise NotFound("没有这个待办")
    dispute = await dispute_row(session, row.dispute_no)
    if dispute.sensitivity >= KEPT_FROM and await closed_to(session, actor, [row.dispute_no]):
        raise await refused(services, session, actor, row.dispute_no, f"task:{row.kind}")
    task = Task.model_validate(row.sealed)
    answering = await candidates(session, row) if task.pending else []
    entries = await timeline_of(session, row.dispute_no)
    helping: list[PersonAtPost] = []
    if standing(task, actor) in ("mine", "free"):
        by = capacity(task, actor, "hand_over")
        helping = await colleagues(session, places_of(task, by), {*by.persons, *task.excluded})
    capacity_here = next((c for c in actor.capacities if entitled_post(task, c)), None)
    services.access.note(actor.person_id, row.dispute_no, f"task:{row.kind}", by=capacity_here)
    directory = await services.directory.read(session)
    before = await look_back(session, actor, dispute) if task.pending else None
    triaging = task.pending and row.kind == desks.KIND
    first = await _first_report(session, dispute) if triaging else None
    report = first.sealed if first else {}
    alike = await proposed(
        session, actor, row.dispute_no, report.get("similar", ()), first.apart_from if first else None
    )
    learned = Triage.model_validate(report["triage"]).learned if report else None
    if task.pending and task.delivery and not task.delivery.seen_at:
        await _looked(services, actor, row, task)
    lexicon = services.policy.lexicon
    to_name = await _nameable(session, task, _concern(task, dispute, directory, lexicon)) if task.pending else []
    whole = task_whole(row, answering, helping, to_name, dispute, entries, actor, lexicon, directory, before, alike,
                       learned)  # fmt: skip
    if task.pending and row.kind == "supervise":
        around = [task_item(each, actor) for each in await open_tasks_of(session, row.dispute_no, task_id)]
        whole.brief.waiting = [item for item in around if not item.aside]
    return whole


async def _first_report(session: Session, dispute: DisputeRow) -> IncidentRow | None:
    """The report that a dispute began with."""
    return await find_incident(session, dispute.sealed["incidents"][0]["incident_id"])


async def _nameable(session: Session, task: Task, concern: Concern) -> list[tuple[PersonAtPost, JsonObject | None]]:
    """Those whom an answer to the task may name: who makes up the session, or the officers there are."""
    if task.kind == NAME:
        station = [Post(role="responsible_officer", path=post.path) for post in task.addressees]
        return await people_to_name(session, [], station)
    return await people_to_name(session, lines_of(task.about), [], concern=concern)


def _concern(task: Task, dispute: DisputeRow, directory: Directory, lexicon: Lexicon) -> Concern:
    """What a session of the task would sit over, by which the registers know whom to ask first."""
    document = dispute.sealed
    having = [each["organisation"]["code"] for each in document["assigned"]]
    suggested = [document["suggested_lead"]] if document["suggested_lead"] else []
    paths = [line["path"] for line in task.about.get("requires", []) if line.get("path")]
    return concern_of(directory, lexicon, category=dispute.category, organisations=[*having, *suggested], paths=paths)


async def _looked(services: Services, actor: Actor, row: TaskRow, task: Task) -> None:
    """Tells the case that one of those asked has opened what was delivered (已阅); whoever reads does not wait for it
    long, and reads all the same where the engine is away.
    """
    by = next((c for c in actor.capacities if entitled_post(task, c)), None)
    if by is None:
        return
    looked = Looked(key=f"looked-{row.task_id}-{by.person_id}", task_id=row.task_id, actor=by)
    with suppress(TimeoutError, SantuiError):
        async with asyncio.timeout(LOOK_PATIENCE):
            await services.engine.signal(row.dispute_no, "looked", looked)


async def ringing(session: Session, actor: Actor) -> list[TaskItem]:
    """What rings at the person's desk now."""
    items = [item for row in await ringing_tasks(session, actor) if (item := task_item(row, actor)).ringing]
    kept = await closed_to(session, actor, {item.dispute_no for item in items})
    return [kept_item(item) if item.dispute_no in kept else item for item in items]


async def task_to_change(services: Services, session: Session, actor: Actor, task_id: str, write_id: str) -> FoundTask:
    """The task a person wants to act on, and how the read model has its dispute; trying is not
    reading, so a foreign task is refused, not hidden.

    Raises:
        NotFound: there is no such task.
        NotEntitled: there is, but none of the person's posts has anything to do with it; the try is noted.
        NotFree: he did it, when he still was entitled: this is no try.
    """
    found = await find_task_at(services.database, session, actor, task_id)
    if found is not None:
        return found
    if await task_exists(session, task_id):
        await services.intents.look_up(session, write_id)
        services.access.note(actor.person_id, None, "task", NotEntitled.code)
        raise NotEntitled
    raise NotFound("没有这个待办")


async def decide(
    services: Services,
    session: Session,
    actor: Actor,
    task_id: str,
    answering: Answering,
    key: str | None,
    *,
    files_by_content: bool = False,
) -> Answer[Decided | AcceptedFor]:
    """Takes a decision; 200 with what it changed, or 202 where no worker answers and it takes effect later.

    `files_by_content`: another file of the same content is the same content under a key, so that a form whose files
    are uploaded again with it may be sent twice.

    Raises:
        Refused: by the rule that the engine applied.
        Unavailable: the engine takes neither the update nor the signal.
    """
    content = answering.model_dump(mode="json")
    if files_by_content:
        content["attachments"] = await _digests(session, actor, task_id, answering.attachments)

    async def do(write_id: str) -> Answer[Decided | AcceptedFor] | Taken[Decided | AcceptedFor]:
        return await _decide(services, session, actor, task_id, answering, write_id)

    async def did(write_id: str) -> Answer[Decided | AcceptedFor] | None:
        done = await changed_by(services, session, actor, task_id, write_id)
        return Answer(200, done) if done else None

    # Where another dispute is named, whether the person may see it is looked up, and noted: not for a mere repeat.
    intended = "dispute_no" not in answering.fields
    operation = f"decide:{task_id}"
    return await once(services, session, actor, operation, key, content, _ANSWERS, do, did, intended=intended)


def decided_before(stored: StoredAnswer) -> Decided | AcceptedFor:
    """What a decision was answered when its key first came."""
    return _ANSWERS.validate_python(stored.body)


async def _decide(
    services: Services, session: Session, actor: Actor, task_id: str, answering: Answering, write_id: str
) -> Answer[Decided | AcceptedFor] | Taken[Decided | AcceptedFor]:
    found = await task_to_change(services, session, actor, task_id, write_id)
    row = found.row
    command = await _command(services, session, actor, found, answering, write_id)
    await session.close()
    command.seen = await services.intents.begin(write_id, row.dispute_no, found.seen)
    try:
        async with sent_along(services, command.evidence):
            result = await services.engine.update(row.dispute_no, "decide", command)
    except NoWorker:
        await _leave(services, row.dispute_no, command)
        services.access.note(actor.person_id, row.dispute_no, f"decide:{row.kind}", by=command.actor)
        proposed = proposes(Task.model_validate(row.sealed), command)
        return Answer(202, AcceptedFor(accepted_for=task_id, proposed=proposed))
    except DisputeClosed as error:
        raise TaskClosed(error.detail) from error
    except Refused as refusal:
        services.access.note(actor.person_id, row.dispute_no, f"decide:{row.kind}", refusal.code)
        raise
    services.access.note(actor.person_id, row.dispute_no, f"decide:{row.kind}", by=command.actor)
    return await answered(services, session, actor, found, result)


async def _command(
    services: Services, session: Session, actor: Actor, found: FoundTask, answering: Answering, write_id: str
) -> Command:
    """The decision as the engine is sent it, with what the engine does not know looked up and checked.

    Raises:
        FieldsInvalid, DecisionNotAllowed
    """
    row, fields = found.row, answering.fields
    task = Task.model_validate(row.sealed)
    await check_target(services, session, actor, row.dispute_no, fields)
    if task.about.get("action") == MERGER and answering.decision == "approve":
        await check_still_open(session, task.about["fields"]["dispute_no"])
    organisations = await organisations_by_code(services.database, organisation_codes(fields))
    if answering.decision == "assign":
        await _check_manned(session, found.stored.document["accepted_by"], organisations)
    evidence = await named_files(session, actor, row.dispute_no, answering.attachments)
    taken_in = datetime.fromisoformat(found.stored.document["opened_at"])
    category = services.policy.lexicon_at(taken_in).categories.get(str(fields.get("category")))
    fields, people = await resolve_people(services, session, fields, lines_of(task.about))
    return Command(
        key=write_id,
        task_id=row.task_id,
        decision=answering.decision,
        fields=fields,
        people=people,
        evidence=evidence,
        flags=await oddities(session, row, answering, evidence),
        note=answering.note,
        actor=capacity(task, actor, "decide"),
        organisations=organisations,
        labels={category.code: category.name} if category else {},
        listed={category.code: list_row(category)} if category else {},
    )


async def _check_manned(session: Session, accepting: Sequence[str], organisations: dict[str, OrganisationRef]) -> None:
    """A dispute is not sent where nobody could accept it; who holds which post is not known to the engine.

    Which roles are `accepting` is the case's own mechanism's to say, whatever today's playbook says.

    Raises:
        FieldsInvalid
    """
    paths = await manned(session, [ref.path for ref in organisations.values()], accepting)
    empty = [ref.name for ref in organisations.values() if ref.path not in paths]
    if empty:
        raise FieldsInvalid(errors=[{"field": "lead", "message": f"{'、'.join(empty)}没有可以签收的岗位"}])


async def _leave(services: Services, dispute_no: str, command: Command) -> None:
    """No worker answers: the decision is left as a signal, durable, and applied once by its key."""
    try:
        await services.engine.signal(dispute_no, "decision", command)
    except DisputeClosed as error:
        raise TaskClosed from error
    log.info("decision_left_as_signal", dispute_no=dispute_no)


async def _digests(session: Session, actor: Actor, task_id: str, attachment_ids: list[str]) -> list[str]:
    """The SHA-256 digests of files, sorted; the id of one that is not known."""
    task = await session.get(TaskRow, task_id) if attachment_ids else None
    known = await attachments_of(session, task.dispute_no, actor.person_id) if task else []
    digests = {row.attachment_id: row.sha256 for row in known}
    return sorted({digests.get(attachment_id, attachment_id) for attachment_id in attachment_ids})
