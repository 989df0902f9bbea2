"""The tab 材料: files with who sent them for which answer, and which of them were used before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from api.cases.service import CaseRead
from api.cases.views import file
from api.disputes.schemas import WholeCase
from api.web import formatting as w
from api.web.rendering import View
from domain.people.organisation import Actor
from domain.policy.catalogue import title_of
from infra.database.engine import Session
from infra.read_model.disputes import visible
from infra.records.attachments import used_before


async def materials_view(session: Session, actor: Actor, read: CaseRead) -> View:
    """The files that are part of the case, and one's own that wait for an answer."""
    case, now = read.case, w.present(read.case.ahead)
    answers = _answers(case)
    part = [a for a in case.attachments if not a.pending]
    again = Counter(a.sha256 for a in part)
    elsewhere = await _elsewhere(session, actor, read)
    return {
        "files": [{**file(a, now), "for": answers.get(a.attachment_id, ""),
                   "again": [*elsewhere.get(a.sha256, []), *(["与本案另一份相同"] if again[a.sha256] > 1 else [])]}
                  for a in part],
        "waiting": [file(a, now) for a in case.attachments if a.pending],
    }  # fmt: skip


def _answers(case: WholeCase) -> Mapping[str, str]:
    """Of each file, what it was sent with."""
    found = {i: "留言" for c in case.comments for i in c.attachments}
    for task in case.tasks:
        for decision in (*task.record, *([task.decision] if task.decision else [])):
            said = f"{task.kind_name}：{title_of(task.kind, decision.name)}"
            found |= {e.attachment_id: said + (f"（第 {task.round} 轮）" if task.round > 1 else "")
                      for e in decision.evidence}  # fmt: skip
    return found


async def _elsewhere(session: Session, actor: Actor, read: CaseRead) -> dict[str, list[str]]:
    """Of the digests of its files, the other cases that had the same file; by number where the person may see them."""
    files = [a for a in read.case.attachments if not a.pending]
    if not files:
        return {}
    used = await used_before(session, {a.sha256 for a in files}, [a.attachment_id for a in read.case.attachments])
    others = [row for row in used if row.dispute_no != read.row.dispute_no]
    seen = await visible(session, actor, {row.dispute_no for row in others})
    found: dict[str, list[str]] = {}
    for row in others:
        said = f"曾用于{row.dispute_no}" if row.dispute_no in seen else "曾用于另一纠纷"
        if said not in found.setdefault(row.sha256, []):
            found[row.sha256].append(said)
    return found
