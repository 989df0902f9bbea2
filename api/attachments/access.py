"""Who may add files to a dispute, and who sees which file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.core.context import Services
from api.disputes.access import visible_dispute
from domain.case.records import Evidence
from domain.case.state import Task
from domain.errors import NotEntitled, NotFound
from domain.image.shown_summons import may_whistle
from domain.people.organisation import Actor
from domain.transitions.actions import actions_open
from domain.transitions.handover import concerned
from infra.database.engine import Session
from infra.database.tables.attachments import AttachmentRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.disputes import paths_of
from infra.read_model.tasks import open_tasks_of
from infra.records.attachments import attachments_of, find_attachment, no_such_file
from infra.records.incidents import reported_since

REPORTER_FOR = timedelta(hours=24)
"""How long whoever reported something may add files to it [DESIGN]: his shift, and a line that was away."""


def may_attach(dispute: DisputeRow, tasks: list[TaskRow], paths: set[str], actor: Actor) -> bool:
    """Whether a person may add files: an open task is his matter, or he may steer the case. Others may only look.

    `paths` are the organisations that have a part in the dispute.
    """
    pending = (Task.model_validate(task.sealed) for task in tasks if task.state in ("open", "claimed"))
    own, may = dispute.sealed.get("own_roles", {}), may_whistle(dispute.sealed)
    able = actions_open(dispute.sealed.get("actions", []), paths, actor, own, may)
    steers = any(not spec.corrects for spec in able.values())
    return steers or any(concerned(task, actor) for task in pending)


async def check_may_attach(services: Services, session: Session, actor: Actor, dispute_no: str) -> None:
    """Whether a person may add files to a dispute: as `may_attach`, and whoever reported something of it, for a day; he
    need not see the dispute, and his report having joined it does not show it to him (ADR 0054).

    Raises:
        NotFound, NotEntitled: he does not see it, or may only look at it; the try is noted.
    """
    if await reported_since(session, actor.person_id, dispute_no, datetime.now(UTC) - REPORTER_FOR):
        return
    dispute = await visible_dispute(services, session, actor, dispute_no)
    tasks, paths = await open_tasks_of(session, dispute_no, ""), await paths_of(session, dispute_no)
    if not may_attach(dispute, tasks, paths, actor):
        services.access.note(actor.person_id, dispute_no, "attach", NotEntitled.code)
        raise NotEntitled("您可以查看此纠纷，但没有待您办理的事项，不能上传附件")


async def visible_attachment(services: Services, session: Session, actor: Actor, attachment_id: str) -> AttachmentRow:
    """A file that the person may see: that of a dispute he sees, and, while no answer has it, sent by himself.

    Raises:
        NotFound: there is none, or not for this person.
    """
    row = await find_attachment(session, attachment_id, actor.person_id)
    if row is None:
        raise NotFound("没有这个附件")
    await visible_dispute(services, session, actor, row.dispute_no)
    return row


async def named_files(session: Session, actor: Actor, dispute_no: str, ids: list[str]) -> list[Evidence]:
    """The files that an answer names, in its order.

    Raises:
        FieldsInvalid: one is not there, or not of this dispute, or somebody else's and in no answer yet.
    """
    rows = await attachments_of(session, dispute_no, actor.person_id) if ids else []
    known = {row.attachment_id: row for row in rows}
    if any(attachment_id not in known for attachment_id in ids):
        raise no_such_file()
    return [
        Evidence(attachment_id=row.attachment_id, media_type=row.media_type, sha256=row.sha256)
        for row in (known[attachment_id] for attachment_id in ids)
    ]
