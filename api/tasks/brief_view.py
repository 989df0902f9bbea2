"""The brief on the page of a task: what whoever acts should know before he does (一推“智能研判”)."""

from __future__ import annotations

from datetime import datetime

from api.look_back.look_back_view import look_back_view
from api.tasks.schemas import BeatNamed, Brief
from api.web.rendering import View
from domain.triage.triage import Learned


def guidance_view(brief: Brief, now: datetime) -> View:
    """Phase, repeats, cues, law, what is required and forbidden, the beat, likely repeats, earlier matters."""
    law = brief.law
    return {
        "phase": brief.phase.name,
        "beat": _beat(brief.beat) if brief.beat else "",
        "reports": brief.repeats.reports,
        "recent": brief.repeats.within_30_days,
        "cues": [(cue.text, cue.name) for cue in brief.cues],
        "law": [*law.legal_basis] if law else [],
        "track": law.track if law else None,
        "trigger": law.police_trigger if law else None,
        "note": law.note if law else None,
        "duties": [duty.model_dump() for duty in brief.duties],
        "learned": _learned(brief.learned) if brief.learned else None,
        "alike": [
            {"no": each.dispute_no, "percent": round(each.score * 100), "why": each.why, "words": "、".join(each.words)}
            for each in brief.similar
        ],
        "before": look_back_view(brief.look_back, now) if brief.look_back else None,
    }


def _learned(learned: Learned) -> View:
    return {"edition": learned.edition, "pieces": [piece.text for piece in learned.pieces]}


def _beat(beat: BeatNamed) -> str:
    people = [f"{title} {name}" for title, name in (("社区民警", beat.officer), ("分管副所长", beat.deputy)) if name]
    return " · ".join([*([beat.name] if beat.name else []), *people])
