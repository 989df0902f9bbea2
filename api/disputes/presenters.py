"""Rows of the read model as the schemas of the HTTP contract; personal numbers are masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.attachments.access import may_attach
from api.attachments.presenters import present_attachment
from api.core.masking import masked
from api.core.schemas import Choice, schema_of
from api.disputes.schemas import Case, Comment, DisputeItem, EntryItem, Held, WholeCase
from api.notices.presenters import notices_in
from api.tasks.presenters import task_item
from domain.base import china
from domain.case.care.effort import effort_of
from domain.case.records import Holding
from domain.case.state import Entry, Task
from domain.image.shown_summons import action_form, may_whistle
from domain.people.organisation import Actor
from domain.policy.matters.matter import Matter
from domain.policy.stages import STAGE_NAMES, Stage
from domain.transitions.actions import actions_open
from infra.database.tables.attachments import AttachmentRow, CommentRow
from infra.database.tables.notices import NoticeRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.disputes import KEPT
from infra.runtime.policy_files import role_name, role_of


def moment(at: datetime | None) -> str | None:
    """An instant in RFC 3339, as a clock in China shows it."""
    return china(at).isoformat() if at else None


def present_dispute(row: DisputeRow) -> DisputeItem:
    """A dispute as a list shows it."""
    return DisputeItem(
        dispute_no=row.dispute_no,
        matter=Matter(row.matter),
        title=row.title,
        colour=row.colour,
        stage=Stage(row.stage),
        stage_name=row.stage_called or STAGE_NAMES[Stage(row.stage)],
        round=row.round,
        category=row.category,
        category_name=row.category_name,
        organisation=row.organisation.rpartition("/")[2] if row.organisation else None,
        holder=row.holder,
        holder_name=_role_asked(row.holder),
        due_at=row.due_at and china(row.due_at),
        overdue=row.overdue,
        ahead=row.ahead,
        urgent=row.urgent,
        opened_at=china(row.opened_at),
        concluded_at=row.concluded_at and china(row.concluded_at),
        closed_at=row.closed_at and china(row.closed_at),
        outcome=row.outcome,
        source=row.source,
        sensitivity=row.sensitivity,
        kept=row.title == KEPT,
        tags=[tag for tag in row.tags.split(",") if tag],
        revision=row.revision,
    )


def _role_asked(holder: str | None) -> str | None:
    """The name of the role that is asked; none where a person has it, or nobody."""
    role = role_of(holder) if holder else None
    return role.name if role and role.name != holder else None


def present_case(row: DisputeRow, tasks: list[TaskRow], actor: Actor, numbered: Sequence[NoticeRow] = ()) -> Case:
    """The process's part of a case: its document with the personal numbers masked, its tasks, asides last, and its
    notices with their numbers.
    """
    shown = sorted((task_item(task, actor) for task in tasks), key=lambda task: task.aside)
    held = [_held(Holding.model_validate(each), tasks) for each in row.sealed["responsibility"]]
    chain = [Holding.model_validate(each) for each in row.sealed["responsibility"]]
    known = [Task.model_validate(task.sealed) for task in tasks]
    own = {"tasks": shown, "responsibility": held, "effort": effort_of(known, chain, _last(row)),
           "notices": list(notices_in(tasks, numbered))}  # fmt: skip
    case = Case.model_validate({**row.sealed, **dict(present_dispute(row)), **own})
    case.parties = [masked(party) for party in case.parties]
    for incident in case.incidents:
        incident.parties = [masked(party) for party in incident.parties]
    return case


def _last(row: DisputeRow) -> datetime:
    """The case's latest line: its own time."""
    said = row.sealed.get("as_of")
    return datetime.fromisoformat(said) if said else row.opened_at


def _held(holding: Holding, tasks: list[TaskRow]) -> Held:
    """Who held it: the organisation and role, and by the question that it came with, the person."""
    found = next((Task.model_validate(row.sealed) for row in tasks if row.task_id == holding.task_id), None)
    answered = found.decision.actor_name if found and found.decision else None
    return Held(
        role=holding.role,
        role_name=role_name(holding.role),
        organisation=holding.path.rpartition("/")[2],
        person_name=answered or (found.assignee_name if found else None),
        round=holding.round,
        stage=holding.stage,
        since=china(holding.since),
        until=holding.until and china(holding.until),
        by=holding.by,
    )


def present_whole(
    row: DisputeRow,
    tasks: list[TaskRow],
    attachments: list[AttachmentRow],
    comments: list[CommentRow],
    paths: set[str],
    actor: Actor,
    numbered: Sequence[NoticeRow],
    *,
    watched: bool,
) -> WholeCase:
    """The whole case with the actions open to the person; `paths` are those of the organisations that have a part."""
    own, may = row.sealed.get("own_roles", {}), may_whistle(row.sealed)
    actions = actions_open(row.sealed.get("actions", []), paths, actor, own, may)
    return WholeCase(
        **dict(present_case(row, tasks, actor, numbered)),
        attachments=[present_attachment(a) for a in attachments],
        comments=[present_comment(c) for c in comments],
        actions=[
            Choice(name=name, title=spec.title, schema=schema_of(action_form(name, row.sealed)))
            for name, spec in actions.items()
        ],
        may_attach=may_attach(row, tasks, paths, actor),
        watched=watched,
    )


def present_entry(entry: Entry) -> EntryItem:
    """A line of the timeline."""
    return EntryItem(
        seq=entry.seq,
        at=china(entry.at),
        kind=entry.kind,
        title=entry.title,
        actor=entry.actor,
        actor_id=entry.actor_id,
        on_behalf_of=entry.on_behalf_of,
        on_behalf_name=entry.on_behalf_name,
        detail=entry.detail,
    )


def present_comment(row: CommentRow) -> Comment:
    """A comment, with whom it mentions."""
    return Comment(
        comment_id=row.comment_id,
        at=china(row.at),
        by=row.sealed["by"],
        text=row.sealed["text"],
        mentions=row.sealed.get("mentions", []),
        attachments=row.sealed.get("attachments", []),
    )
