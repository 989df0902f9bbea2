"""The evidence of a round in words, for the page of the task that judges it."""

from __future__ import annotations

from datetime import datetime

from api.web import formatting as w
from api.web.organisation_labels import Vocabulary
from api.web.rendering import View
from api.web.timeline import decided
from api.workbench.evidence import Answered, Evidence
from domain.case.records import Verdict
from domain.policy.forms.judgement import RETURN_REASONS
from infra.database.tables.attachments import AttachmentRow


def evidence_view(found: Evidence, verdicts: list[Verdict], dispute_no: str, words: Vocabulary, now: datetime) -> View:
    """What was done in the round, the newest answer first; what was returned before it, and those rounds below."""
    newest = [*reversed(found.now)]
    pictures = [_picture(row, each, found, dispute_no, words) for each in newest for row in each.files]
    return {
        "pictures": [p for p in pictures if p["small"]],
        "files": [p for p in pictures if not p["small"]],
        "met": [_met(m, each, words, now) for each in newest for m in each.decision.fields.get("met") or ()],
        "answers": [_answer(each, words, now) for each in newest],
        "returned": [
            {"at": w.stamp(v.at, now), "round": v.round, "reason": RETURN_REASONS.get(v.reason, v.reason),
             "explanation": v.explanation}
            for v in verdicts if v.verdict == "return"
        ],
        "before": [_answer(each, words, now) for each in reversed(found.before)],
        "fresh": len(found.fresh),
        "again": bool(found.before),
    }  # fmt: skip


def _picture(row: AttachmentRow, of: Answered, found: Evidence, dispute_no: str, words: Vocabulary) -> View:
    used = found.reused.get(row.attachment_id, [])
    return {
        "id": row.attachment_id,
        "name": row.sealed["name"],
        "small": row.sealed.get("small", False),
        "by": _unit(of, words),
        "fresh": row.attachment_id in found.fresh,
        "used": "、".join("本纠纷此前的办理" if no == dispute_no else no for no in used),
    }


def _met(meeting: dict[str, str], of: Answered, words: Vocabulary, now: datetime) -> View:
    return {"who": meeting.get("who", ""), "at": w.stamp(meeting.get("at"), now), "where": meeting.get("where", ""),
            "by": _unit(of, words)}  # fmt: skip


def _answer(each: Answered, words: Vocabulary, now: datetime) -> View:
    said = decided(each.task.kind, each.decision, words, now)
    plain = {name: value for name, value in each.decision.fields.items() if name != "met"}
    shown = decided(each.task.kind, each.decision.model_copy(update={"fields": plain}), words, now)["facts"]
    changed = each.changed or set()
    touched = {name: value for name, value in plain.items() if name in changed}
    again = decided(each.task.kind, each.decision.model_copy(update={"fields": touched}), words, now)["facts"]
    marks = {title for title, _ in again}
    return {
        **said,
        "unit": _unit(each, words),
        "kind": each.task.name,
        "round": each.round,
        "facts": [(title, text, title in marks) for title, text in shown],
        "same": each.changed is not None and not changed,
    }


def _unit(each: Answered, words: Vocabulary) -> str:
    post = each.decision.post or next(iter(each.task.addressees), None)
    return words.offices.at(post.path) if post else ""
