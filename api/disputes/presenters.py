"""Rows as the HTTP contract shows them; personal numbers are masked on the way out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.attachments.access import may_attach
from api.attachments.presenters import present_attachment
from api.tasks.examples import decision_shown
from domain.base import china
from domain.case.state import Task
from domain.people.organisation import ROLES, Actor
from domain.policy.catalogue import KINDS
from domain.policy.stages import STAGE_NAMES, Stage
from domain.transitions.actions import actions_open
from domain.transitions.handover import capacity, standing
from infra.database.tables.attachments import AttachmentRow, CommentRow
from infra.database.tables.messages import MessageRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.urgency_order import urgency_of

LATEST = 12
"""Entries of a timeline that are told beside a task."""


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
        "tasks": [task_item(task) for task in tasks],
        "attachments": [present_attachment(row).model_dump(mode="json") for row in attachments],
        "comments": [comment_item(c) for c in comments],
        "actions": [
            {"name": name, "title": spec.title, "schema": spec.form.model_json_schema()}
            for name, spec in actions.items()
        ],
        "may_attach": may_attach(row, tasks, paths, actor),
    }


def task_item(row: TaskRow, now: datetime | None = None) -> dict[str, Any]:
    """A task as the inbox shows it, its urgency as it is now, or at another instant that a list goes by."""
    task = row.sealed
    post = task["addressees"][0] if task["addressees"] else None
    return {
        "task_id": row.task_id,
        "dispute_no": row.dispute_no,
        "kind": row.kind,
        "kind_name": KINDS[row.kind].name,
        "title": row.title,
        "colour": row.colour,
        "round": row.round,
        "state": row.state,
        "post": _post(post) if post else None,
        "posts": [_post(p) for p in task["addressees"]],
        "assignee": row.assignee,
        "assignee_name": task["assignee_name"],
        "delegate": row.delegate,
        "delegate_name": task.get("delegate_name"),
        "offered_to": row.offered_to,
        "offered_name": task.get("offered_name"),
        "opened_at": moment(row.opened_at),
        "ended_at": moment(row.ended_at),
        "due_at": moment(row.due_at),
        "overdue": row.overdue,
        "suspended": row.suspended,
        "ahead": row.ahead,
        "urgency": urgency_of(row, now or datetime.now(UTC)),
        "redo_of": task["redo_of"],
        "about": about_shown(task["about"]),
        "decision": task["decision"],
        "record": task["record"],
        "void_reason": task["void_reason"] or None,
    }


def told(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries that say something: that a task was opened does not, beside what opened it in the same moment.

    `entries` are those of a whole timeline: of a part, one would not see what stood beside an entry.
    """
    others = {entry["at"] for entry in entries if entry["kind"] not in ("task_opened", "clock_started")}
    return [entry for entry in entries if entry["kind"] != "task_opened" or entry["at"] not in others]


def latest(timeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The end of a whole timeline, as it is told beside a task."""
    return told(timeline)[-LATEST:]


def task_whole(
    row: TaskRow,
    candidates: list[dict[str, Any]],
    colleagues: list[dict[str, Any]],
    dispute: DisputeRow,
    earlier: list[Any],
    actor: Actor,
) -> dict[str, Any]:
    """A task with who may answer it, with what, what they need to know, and how the person who asks stands to it."""
    task = Task.model_validate(row.sealed)
    by = capacity(task, actor, "decide")
    document = dispute.sealed
    names = row.sealed["decisions"] if row.state in ("open", "claimed") else []
    decisions = [decision_shown(row.kind, name, row.sealed["about"], document) for name in names]
    brief = {
        "category_name": dispute.category_name,
        "parties": [masked(party) for party in document["parties"]],
        "incidents": [
            {"at": i["reported_at"], "source": i["source"], "narrative": i["narrative"], "address": i["address"]}
            for i in document["incidents"]
        ],
        "earlier_alarms": len(document["incidents"]) - 1,
        "history": [
            {
                "at": e["at"],
                "kind": e["kind"],
                "title": e["title"],
                "task_kind": e["detail"].get("task_kind"),
                "decision": e["detail"].get("decision"),
                "about": about_shown(e["detail"].get("about") or {}),
                "reason": (e["detail"].get("fields") or {}).get("reason"),
            }
            for e in latest(earlier)
        ],
        "agreements": document["agreements"],
        "evaluations": document["evaluations"],
        "suggested": document["suggested"],
        "risk_kinds": document["risk_kinds"],
        "asked_by": _asked_by(task, earlier),
        "redo_of": row.sealed["redo_of"],
    }
    return {
        **task_item(row),
        "delegate_note": task.delegate_note,
        "offer_reason": task.offer_reason,
        "standing": standing(task, actor),
        "on_behalf_of": {"person_id": by.on_behalf_of, "name": by.on_behalf_name} if by.on_behalf_of else None,
        "candidates": candidates,
        "colleagues": colleagues,
        "decisions": decisions,
        "brief": brief,
    }


def _asked_by(task: Task, earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Who put up the change that the task is to approve, by what he did in the moment in which it was opened."""
    if not (proposer := task.about.get("proposer")):
        return None
    asked = (e for e in earlier if e.get("actor_id") == proposer and datetime.fromisoformat(e["at"]) == task.opened_at)
    entry = next(asked, None)
    return {"name": entry["actor"], "on_behalf_name": entry.get("on_behalf_name")} if entry else None


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


def message_item(row: MessageRow) -> dict[str, Any]:
    """A message; what it says depends on its kind."""
    return {
        "message_id": row.message_id,
        "at": moment(row.at),
        "kind": row.kind,
        "dispute_no": row.dispute_no,
        "read_at": moment(row.read_at),
        **row.sealed,
    }


def masked(party: dict[str, Any]) -> dict[str, Any]:
    """A party whose telephone and identity numbers show only their ends."""
    return {**party, "phone": _stars(party.get("phone"), 3, 4), "id_number": _stars(party.get("id_number"), 3, 2)}


def _stars(number: str | None, head: int, tail: int) -> str | None:
    if not number:
        return None
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def about_shown(about: dict[str, Any]) -> dict[str, Any]:
    """What a task is about, without what is the engine's own business."""
    return {key: value for key, value in about.items() if key not in ("path", "proposer", "proposed_for")}


def _post(post: dict[str, str]) -> dict[str, str]:
    return {
        "role": post["role"],
        "role_name": ROLES[post["role"]].name,
        "organisation": post["path"].rpartition("/")[2],
    }
