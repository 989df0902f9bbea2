"""Rows as the HTTP contract shows them; personal numbers are masked on the way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.attachments.access import may_attach
from api.attachments.presenters import present_attachment
from api.core.masking import masked
from api.tasks.presenters import as_json, task_item
from domain.base import china
from domain.people.organisation import ROLES, Actor
from domain.policy.stages import STAGE_NAMES, Stage
from domain.transitions.actions import actions_open
from infra.database.tables.attachments import AttachmentRow, CommentRow
from infra.database.tables.read_model import DisputeRow, TaskRow


def moment(at: datetime | None) -> str | None:
    """An instant in RFC 3339, as a clock in China shows it."""
    return china(at).isoformat() if at else None


def dispute_item(row: DisputeRow) -> dict[str, Any]:
    """A dispute as a list shows it."""
    return {
        "dispute_no": row.dispute_no,
        "title": row.title,
        "colour": row.colour,
        "stage": row.stage,
        "stage_name": STAGE_NAMES[Stage(row.stage)],
        "round": row.round,
        "category": row.category,
        "category_name": row.category_name,
        "organisation": row.organisation.rpartition("/")[2] if row.organisation else None,
        "holder": row.holder,
        "holder_name": ROLES[row.holder].name if row.holder in ROLES else None,
        "due_at": moment(row.due_at),
        "overdue": row.overdue,
        "ahead": row.ahead,
        "urgent": row.urgent,
        "opened_at": moment(row.opened_at),
        "concluded_at": moment(row.concluded_at),
        "closed_at": moment(row.closed_at),
        "outcome": row.outcome,
        "source": row.source,
        "revision": row.revision,
    }


def dispute_whole(
    row: DisputeRow,
    tasks: list[TaskRow],
    attachments: list[AttachmentRow],
    comments: list[CommentRow],
    paths: set[str],
    actor: Actor,
) -> dict[str, Any]:
    """The whole case; `actions` are those open to the person who asks, `paths` the organisations that have a part."""
    document = {**row.sealed}
    thinkable = document.pop("actions", [])
    document["parties"] = [masked(party) for party in document["parties"]]
    document["incidents"] = [
        {**incident, "parties": [masked(party) for party in incident["parties"]]} for incident in document["incidents"]
    ]
    actions = actions_open(thinkable, paths, actor)
    return {
        **document,
        **dispute_item(row),
        "tasks": [as_json(task_item(task, actor)) for task in tasks],
        "attachments": [present_attachment(row).model_dump(mode="json") for row in attachments],
        "comments": [comment_item(c) for c in comments],
        "actions": [
            {"name": name, "title": spec.title, "schema": spec.form.model_json_schema()}
            for name, spec in actions.items()
        ],
        "may_attach": may_attach(row, tasks, paths, actor),
    }


def entry_item(entry: dict[str, Any]) -> dict[str, Any]:
    """A line of the timeline, from an entry as JSON values."""
    at = china(datetime.fromisoformat(entry["at"])).isoformat()
    shown = ("seq", "kind", "title", "actor", "actor_id", "on_behalf_of", "on_behalf_name", "detail")
    return {**{name: entry.get(name) for name in shown}, "at": at}


def comment_item(row: CommentRow) -> dict[str, Any]:
    """A comment, with whom it mentions."""
    return {
        "comment_id": row.comment_id,
        "at": moment(row.at),
        "by": row.sealed["by"],
        "text": row.sealed["text"],
        "mentions": row.sealed.get("mentions", []),
        "attachments": row.sealed.get("attachments", []),
    }
