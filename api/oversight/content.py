"""What whoever looks again sees: what was reported, and what was said of it, as it stood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.core.schemas import JsonObject
from domain.case.state import Task
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.tasks import tasks_of


async def done_tasks(session: Session, dispute_no: str, round_no: int) -> list[Task]:
    """The tasks of a round that were decided, by people or by their own silence."""
    rows = await tasks_of(session, dispute_no)
    done = (Task.model_validate(row.sealed) for row in rows if row.round == round_no and row.state == "done")
    return [task for task in done if task.decision]


def what_was_known(dispute: DisputeRow, decided: Iterable[Task], said: Sequence[Task]) -> JsonObject:
    """The sealed part of a check: what was reported and said, and who had a hand in it and may not look again."""
    document = dispute.sealed
    return {
        "title": dispute.title,
        "category_name": dispute.category_name,
        "colour": dispute.colour,
        "address": document["incidents"][0]["address"],
        "narratives": [incident["narrative"] for incident in document["incidents"]],
        "desks": [
            {"name": d.actor_name or "", "kind": task.kind, "decision": d.name, "at": d.at.isoformat(),
             "ground": d.fields.get("ground") or d.fields.get("reason") or ""}
            for task in said if (d := task.decision)
        ],
        "barred": sorted({p for t in decided if (d := t.decision) for p in (d.actor_id, d.on_behalf_of) if p}),
    }  # fmt: skip
