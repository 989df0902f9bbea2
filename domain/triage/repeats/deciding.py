"""What becomes of a new report: the dispute that it joins by itself, and the earlier ones proposed to the desk.

It joins by the rules of `duplicate_detection`, or by a likeness above the strict threshold. Whoever reports against the
first caller has the same matter: it joins, and each keeps his own demand (H-001 “楼上楼下诉求不一”). Everything else is
a person's to decide, who is told what speaks for it and against.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from domain.triage.repeats.duplicate_detection import judge
from domain.triage.repeats.known import Known, shared_people
from domain.triage.repeats.likeness import AGAINST, Likeness, Weights, score_each

MOST_SHOWN = 5
SAME_WAVE = timedelta(days=30)
"""How far back the rules look: what happens at the same place later may be something new."""
REMEMBERED = timedelta(days=180)
"""How far back a report may join by its likeness alone [DESIGN]."""
_SURE = 0.99


class Found(NamedTuple):
    """What becomes of a new report."""

    joins: str | None
    """the dispute, or none: it begins one of its own"""
    similar: list[dict[str, Any]]
    """`{dispute_no, score 0..1, why, parts, words}`, the likest first, each dispute once; only `words` are personal
    data"""


def decide(new: Known, earlier: Sequence[Known], weights: Weights, about_the_same: Collection[str]) -> Found:
    """What becomes of a new report, given earlier ones, the latest first. It joins only disputes `about_the_same`: a
    demand is none of a quarrel's alarms, however alike the two are.
    """
    joining: dict[str, tuple[float, float]] = {}
    best: dict[str, dict[str, Any]] = {}
    for known, likeness in zip(earlier, score_each(new, earlier, weights), strict=True):
        ago = abs(new.reported_at - known.reported_at)
        rule = judge(new, known, weights.commonness)
        ruled = rule.join and ago <= SAME_WAVE
        own = not known.closed or shared_people(new, known) > 0
        sure = _SURE if ruled else likeness.score if likeness.sure and own and ago <= REMEMBERED else 0.0
        if sure and known.dispute_no in about_the_same:
            joining[known.dispute_no] = max(joining.get(known.dispute_no, (0.0, 0.0)), (sure, likeness.score))
        if ruled or likeness.shown:
            shown = _shown(known, likeness, rule.why if ruled else "")
            if shown["score"] > best.get(known.dispute_no, {"score": -1.0})["score"]:
                best[known.dispute_no] = shown
    similar = sorted(best.values(), key=lambda each: (-each["score"], each["dispute_no"]))[:MOST_SHOWN]
    return Found(_surest(joining, earlier), similar)


def _surest(joining: Mapping[str, tuple[float, float]], earlier: Sequence[Known]) -> str | None:
    """The dispute that a report surely belongs to, the latest of several. Of two that a person has told apart (分案)
    the rules know no better: it is of the likelier one, and of none by itself where both are as likely.
    """
    if not joining:
        return None
    surest = max(joining, key=lambda number: joining[number][0])
    told = {frozenset((each.dispute_no, each.apart_from)) for each in earlier if each.apart_from}
    rivals = [number for number in joining if number == surest or frozenset((number, surest)) in told]
    likeliest = max(rivals, key=lambda number: joining[number][1])
    alike = [number for number in rivals if joining[number][1] == joining[likeliest][1]]
    return likeliest if len(alike) == 1 else None


def _shown(known: Known, likeness: Likeness, rule: str) -> dict[str, Any]:
    speaks_for = [part.title for part in likeness.parts if part.name not in AGAINST]
    against = [part.title for part in likeness.parts if part.name in AGAINST]
    why = [rule, *speaks_for, *(f"但{title}" for title in against)]
    return {
        "dispute_no": known.dispute_no,
        "score": max(likeness.score, _SURE) if rule else likeness.score,
        "why": "；".join([*filter(None, why), "已办结" if known.closed else "在办"]),
        "parts": [{"title": part.title, "adds": part.adds} for part in likeness.parts],
        "words": likeness.words,
    }
