"""Diverting (分流) a dispute: the verdict on it, what was done, and what shows later that it should not have been.

The verdict is `domain.triage.diversion`'s; here it is given of a case, kept with its grounds and with who decided
(H-034), and corrected by what follows: a recall, a return by the dispatcher, a crime, an alarm that comes back (回流).
"""

from __future__ import annotations

from typing import Any

from domain.base import Strict
from domain.case.case import Case
from domain.case.records import DiversionRecord, Incident
from domain.case.state import Decision, DisputeState
from domain.policy.process import Process
from domain.policy.stages import Stage
from domain.triage.diversion import VERDICTS, Diversion, Verdict, judge

ALARM = "110"
"""The source of an alarm to the police: what was diverted and comes by it again flows back (H-052)."""
WATCH = "watch_through"
UNDOES = {"recall": "recall", "convert_to_criminal": "criminal_case"}
"""The interruptions that bring a diverted dispute back to the police, and what a record calls them."""


def source_says(process: Process, source: str) -> Verdict:
    """What the mechanism says of diverting what comes by a source."""
    listed = process.sources.get(source)
    return listed.divert if listed else "may"


def scene_first(state: DisputeState) -> bool:
    """Whether an officer is sent at once who diverts from the scene: nothing goes before it is safe there."""
    listed = state.process.sources.get(state.source)
    return state.process.diversion.from_scene and listed is not None and listed.push_at_once


def verdict_of(state: DisputeState, **as_if: Any) -> Diversion:
    """The verdict on diverting this dispute now; `as_if` are fields of the state as they would be (`police=True`)."""
    seen = state.model_copy(update=as_if)
    return judge(
        police=seen.police,
        unsure=seen.unsure,
        doubtful=seen.doubtful,
        source=seen.source,
        source_says=source_says(seen.process, seen.source),
        confidence=seen.confidence,
        elsewhere=seen.elsewhere,
        category_name=seen.category_name,
        scene_safe=seen.scene_safe,
        scene_first=scene_first(seen),
        recalled=any(record.undone == "recall" for record in seen.diversions),
    )


def diverts(state: DisputeState, verdict: Diversion, choice: bool | None) -> bool:
    """Whether it goes to push 3 now: by itself where it must, else where the desk says so, never where it may not."""
    if verdict.verdict == "never" or not state.process.has(Stage.PUSH_3):
        return False
    return choice if choice is not None else verdict.verdict == "must"


def note_diversion(
    case: Case, verdict: Diversion, *, diverted: bool, by: Decision | None = None, reason: str = ""
) -> None:
    """Puts a verdict and what was done on record; `by` is who decided, none where nobody said anything.

    A mechanism whose first push is push 3 takes nothing from its pushes: nothing is on record there.
    """
    s = case.state
    if s.process.first_push is Stage.PUSH_3 or not s.process.has(Stage.PUSH_3):
        return
    record = DiversionRecord(
        round=s.round, at=case.now(), verdict=verdict.verdict, grounds=verdict.grounds, diverted=diverted, reason=reason
    )
    if by is not None:
        record.by, record.by_name = by.actor_id, by.actor_name
    s.diversions.append(record)
    s.touch()
    if not diverted and s.divert is None and record.deviation is None:
        return  # nobody said anything of it and nothing happened: the record knows, the timeline need not
    title = f"{'分流' if diverted else '不分流'}（{VERDICTS[verdict.verdict]}）"
    case.log("diversion", title, by=by if by and by.actor_id else None, diverted=diverted, verdict=verdict.verdict,
             grounds=[ground.model_dump() for ground in verdict.grounds], reason=reason or None,
             deviation=record.deviation)  # fmt: skip
    if diverted:
        _owned(case)


def _owned(case: Case) -> None:
    """Where the mechanism says so, what is diverted has one owner who watches it through to its end (H-069)."""
    policy = case.state.process.diversion
    if policy.owner and not case.state.pending(WATCH):
        case.open(WATCH)


def undo(case: Case, how: str) -> None:
    """What was diverted is back with the police: a needless diversion, as it turns out."""
    record = case.state.diverted
    if record is not None:
        record.undone, record.undone_at = how, case.now()
        case.log("diversion_undone", "分流后回到公安", how=how, deviation=record.deviation)


def comes_back(case: Case, incident: Incident) -> None:
    """An alarm on a diverted matter within the playbook's time is 回流 (H-052), put on record once an alarm."""
    s, record = case.state, case.state.diverted
    if record is None or incident.source != ALARM or not incident.after(record.at):
        return
    if incident.reported_at <= s.calendar.after(record.at, s.process.diversion.back_within):
        record.came_back.append(incident.reported_at)
        case.log("came_back", f"回流：分流后再次报警（第{len(record.came_back)}次）", incident_id=incident.incident_id)


def divert_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """Field errors for what a triage says of diverting: nobody diverts what may never go, and who keeps what should go
    says why (H-034)."""
    choice = getattr(form, "divert", None)
    if choice is None or not state.process.has(Stage.PUSH_3) or state.process.first_push is Stage.PUSH_3:
        return []
    said = {name: getattr(form, name, None) for name in ("police", "scene_safe")}
    as_if: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    if getattr(form, "category", None):
        as_if["confidence"] = 1.0
    verdict = verdict_of(state, **as_if)
    if choice and verdict.verdict == "never":
        return [{"field": "divert", "message": verdict.words}]
    if not choice and verdict.verdict == "must" and not getattr(form, "reason", None):
        return [{"field": "reason", "message": f"{verdict.words}。不分流的，须说明理由"}]
    return []
