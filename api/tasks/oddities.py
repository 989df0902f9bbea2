"""What looks odd about a disposal (F.5): found when it is sent, carried in its message, shown to who judges it.

Flags, never refusals: a photograph may be asked for twice, and a short text is soon like another. What a rule refuses
is `domain.transitions.evidence`'s. Texts are compared here and never in a workflow: a library's next edition may say
otherwise than the one that a history was recorded with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rapidfuzz import fuzz

from api.tasks.schemas import Answering
from domain.case.records import Evidence, Flag
from domain.case.state import Task
from domain.policy.catalogue import KINDS
from infra.database.engine import Session
from infra.database.tables.read_model import TaskRow
from infra.read_model.tasks import signed_within, tasks_answered
from infra.records.attachments import used_before

ALIKE = 0.9
"""From this likeness on a text is told as the one that was returned (F.5)."""
LEAST = 8
"""Characters below which texts are alike by chance."""
MINUTE = timedelta(minutes=1)


async def oddities(session: Session, row: TaskRow, answering: Answering, evidence: Sequence[Evidence]) -> list[Flag]:
    """What looks odd about an answer; nothing of one that feeds no disposal back."""
    spec = KINDS[row.kind].decisions.get(answering.decision)
    if spec is None or not spec.feeds_back:
        return []
    flags = [] if not evidence else await _reused(session, row.dispute_no, evidence)
    task = Task.model_validate(row.sealed)
    if row.round > 1 or KINDS[row.kind].disposes:
        answered = [Task.model_validate(each.sealed) for each in await tasks_answered(session, row.dispute_no)]
        flags += _same_text(str(answering.fields.get("summary") or ""), row.round, answered)
        flags += await _same_minute(session, task, answered)
    return flags


def likeness(text: str, other: str) -> float:
    """How alike two texts are, 0..1; spaces and line breaks make no difference."""
    return float(fuzz.ratio("".join(text.split()), "".join(other.split()))) / 100


def _same_text(text: str, round_: int, answered: Sequence[Task]) -> Iterator[Flag]:
    """The text against every one that an earlier round fed back."""
    if len("".join(text.split())) < LEAST:
        return
    earlier = [str(t.decision.fields.get("summary", "")) for t in answered if t.round < round_ and t.decision]
    alike = max((likeness(text, other) for other in earlier if other), default=0.0)
    if alike >= ALIKE:
        yield Flag(code="same_text", text=f"文字与此前退回的反馈相似度{alike:.0%}")


async def _reused(session: Session, dispute_no: str, evidence: Sequence[Evidence]) -> list[Flag]:
    """Files that were used before: in another dispute, or in an earlier answer of this one."""
    ids, digests = [file.attachment_id for file in evidence], {file.sha256 for file in evidence}
    found = await used_before(session, digests, ids)
    places = dict.fromkeys("本纠纷此前的办理" if each.dispute_no == dispute_no else each.dispute_no for each in found)
    times = len({each.sha256 for each in found})
    return [Flag(code="reused_file", text=f"{times}份照片或文件曾用于{'、'.join(places)}")] if found else []


async def _same_minute(session: Session, task: Task, answered: Sequence[Task]) -> list[Flag]:
    """Whether the organisation's signing stands in one minute with others by the same person."""
    path = task.about.get("path")
    signed = [t for t in answered if t.kind == "accept_assignment" and t.about.get("path") == path]
    last = signed[-1] if signed else None
    if last is None or last.decision is None or last.decision.actor_id is None or last.ended_at is None:
        return []
    begins = last.ended_at.replace(second=0, microsecond=0)
    others = await signed_within(session, last.decision.actor_id, begins, begins + MINUTE)
    others = [number for number in others if number != last.task_id]
    return [Flag(code="same_minute", text=f"同一分钟内另签收{len(others)}件")] if others else []
