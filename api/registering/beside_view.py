"""What stands beside a report that is being typed, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from api.core.context import Services
from api.registering.beside import Beside, look_beside
from api.registering.form import Typed, so_far
from api.registering.sources import sources_for
from api.web.formatting import HARM, URGENCY, colour, present, stage_short, stamp
from api.web.rendering import View
from api.web.session import Viewer
from domain.errors import NotEntitled
from domain.policy.process import Process
from infra.database.engine import Session


async def beside_of(services: Services, session: Session, viewer: Viewer, typed: Typed) -> View | None:
    """What stands beside the form as far as it is filled in."""
    code = source_of(services, viewer, typed)
    found = await look_beside(services, session, viewer.actor, so_far(typed, code))
    return beside_view(found, typed.narrative, services.policy.playbook.process, present()) if found else None


def source_of(services: Services, viewer: Viewer, typed: Typed) -> str:
    """The source that was chosen, or the person's usual one.

    Raises:
        NotEntitled: none is his.
    """
    offered = [code for code, _ in sources_for(viewer.actor, services.policy.playbook.process)]
    if not offered:
        raise NotEntitled("您的岗位不受理警情")
    said = typed.plain.get("source", "")
    return said if said in offered else offered[0]


def beside_view(found: Beside, narrative: str, process: Process, now: datetime) -> View:
    """What stands beside the form."""
    shape = found.triage
    names = {code: rule.name for code, rule in process.colours.items()}
    by_place = {cue.text: cue.name for cue in found.risks}
    return {
        "colour": colour(shape.colour, names),
        "category": shape.category_name,
        "harm": HARM[shape.harm],
        "harm_because": _because(shape.harm_because),
        "urgency": URGENCY[shape.urgency],
        "urgency_because": _because(shape.urgency_because),
        "police": shape.police,
        "unsure": "、".join(dict.fromkeys(str(cue.text) for cue in shape.unsure)),
        "sure": shape.confidence >= 0.6,
        "words": [cue.text for cue in shape.cues if cue.why == "category"][:8],
        "risks": [(cue.text, cue.name) for cue in found.risks],
        "police_words": "、".join(
            dict.fromkeys(f"“{cue.text}”" for cue in found.risks if cue.why == "police_first")
        ),
        "marked": marked(narrative, shape.cues, by_place),
        "alternatives": [each.category_name for each in shape.alternatives],
        "lead": found.lead,
        "cooperating": [name for name in found.cooperating if name and name != found.lead],
        "area": found.area,
        "station": found.places["station"].name if found.area else "",
        "alike": [
            {
                "no": each.dispute_no, "title": each.title,
                "stage": "已办结" if each.closed else stage_short(each.stage),
                "colour": colour(each.colour, names), "at": stamp(each.opened_at, now), "percent": each.percent,
                "why": each.why, "joins": each.joins,
            }
            for each in found.alike
        ],
        "hidden": found.out_of_sight,
        "joins_unseen": found.joins_unseen,
        "again_in": found.again_in,
    }  # fmt: skip


def marked(narrative: str, cues: Sequence[object], names: dict[str, str]) -> list[tuple[str, str, str]]:
    """The narrative in pieces: each with its mark (`danger`, `risk`, `word` or none) and what it speaks for."""
    marks: list[tuple[int, int, str, str]] = []
    for cue in cues:
        start, end = getattr(cue, "start", None), getattr(cue, "end", None)
        if start is None or end is None or end <= start:
            continue
        kind = {"category": "word", "risk": "risk"}.get(getattr(cue, "why", ""), "danger")
        marks.append((start, end, kind, names.get(getattr(cue, "text", ""), "") if kind != "word" else ""))
    marks.sort(key=lambda mark: (mark[0], ("danger", "risk", "word").index(mark[2]), -mark[1]))
    pieces, at = list[tuple[str, str, str]](), 0
    for start, end, kind, name in marks:
        if start < at:
            continue
        pieces += [(narrative[at:start], "", ""), (narrative[start:end], kind, name)]
        at = end
    return [piece for piece in [*pieces, (narrative[at:], "", "")] if piece[0]]


def _because(reasons: Sequence[str]) -> str:
    """The reasons of an axis, without its figure, which is said in a word."""
    return "、".join(re.sub(r"（\d）$", "", reason) for reason in reasons)
