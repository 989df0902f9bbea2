"""What lies before whoever judges a round: each unit's answer, whom it met, its pictures, what was returned before and
what is new since.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.case.state import Decision, Task
from domain.policy.catalogue import KINDS
from infra.database.engine import Session
from infra.database.tables.attachments import AttachmentRow
from infra.read_model.tasks import tasks_answered
from infra.records.attachments import attachments_of, used_before


@dataclass
class Answered:
    """Somebody's answer in a round, with its files."""

    task: Task
    decision: Decision
    round: int
    files: list[AttachmentRow] = field(default_factory=list)
    changed: set[str] | None = None
    """of one that was done again, the fields that say something else than before"""


@dataclass
class Evidence:
    """The answers to be judged, those of earlier rounds, and which files were used before."""

    now: list[Answered]
    before: list[Answered]
    reused: dict[str, list[str]]
    """by file, the disputes where the same was used; this one's own number where it was an earlier answer"""
    fresh: set[str]
    """files of the round to be judged that no earlier round had; none in the first"""


async def evidence_of(session: Session, dispute_no: str, round_: int, person_id: str) -> Evidence:
    """The evidence of a round, for whoever was let read the task that judges it."""
    files = {row.attachment_id: row for row in await attachments_of(session, dispute_no, person_id)}
    tasks = [(row.round, Task.model_validate(row.sealed)) for row in await tasks_answered(session, dispute_no)]
    answers = [
        Answered(
            task, decision, number, [files[e.attachment_id] for e in decision.evidence if e.attachment_id in files]
        )
        for number, task in tasks
        for decision in (*task.record, *([task.decision] if task.decision else []))
        if _shows(task, decision)
    ]
    now = [each for each in answers if each.round == round_]
    before = [each for each in answers if each.round < round_]
    for each in now:
        each.changed = _changed(each, before)
    shown = {row.attachment_id: row for each in now for row in each.files}
    old = {row.sha256 for each in before for row in each.files}
    fresh = {file_id for file_id, row in shown.items() if before and row.sha256 not in old}
    return Evidence(now, before, await _reused(session, shown), fresh)


def _shows(task: Task, decision: Decision) -> bool:
    """Whether an answer is evidence: what a person fed back, whom he met, what he put in."""
    if decision.actor_id is None or decision.proposal or KINDS[task.kind].judges:
        return False
    spec = KINDS[task.kind].decisions.get(decision.name)
    return bool(decision.evidence or decision.fields.get("met") or decision.name == "contacted"
                or (spec and spec.feeds_back))  # fmt: skip


def _changed(answer: Answered, before: list[Answered]) -> set[str] | None:
    same = [b for b in before if b.task.kind == answer.task.kind
            and b.task.about.get("path") == answer.task.about.get("path")
            and b.decision.name == answer.decision.name]  # fmt: skip
    if not same:
        return None
    last, here = same[-1].decision.fields, answer.decision.fields
    return {name for name in here if here[name] != last.get(name)}


async def _reused(session: Session, shown: dict[str, AttachmentRow]) -> dict[str, list[str]]:
    if not shown:
        return {}
    digests = {row.sha256 for row in shown.values()}
    places: dict[str, list[str]] = {}
    for row in await used_before(session, digests, [*shown]):
        places.setdefault(row.sha256, []).append(row.dispute_no)
    return {file_id: [*dict.fromkeys(places[row.sha256])] for file_id, row in shown.items() if row.sha256 in places}
