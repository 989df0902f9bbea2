"""What a second look (抽查) finds of diverting: 应分未分 and 误分, which no rule can see by itself (H-033)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from domain.base import Model
from domain.case.case import Case
from domain.case.diverting import verdict_of
from domain.case.records import DiversionRecord
from domain.people.organisation import Actor
from domain.transitions.actions import ended
from domain.transitions.supervision import held

FOUND = {"kept": "抽查认定应分未分", "diverted": "抽查认定误分"}


class VerdictFoundWrong(Model):
    """It was kept with the police, or diverted, and should have been the other way."""

    check_id: str
    about: Literal["kept", "diverted"]
    at: datetime
    """when it was diverted; of what was kept, when it was concluded"""
    reason: str
    actor: Actor
    """who looked again"""


def verdict_found_wrong(case: Case, found: VerdictFoundWrong) -> None:
    """Puts it on record and tells whoever holds the dispute, once; of a case that is over nothing.

    It moves nothing by itself: who holds the dispute diverts it now, or the police take it back.
    """
    s = case.state
    if s.closed or ended(s) or any(each.found_wrong == found.check_id for each in s.diversions):
        return
    record = _judged(case, found)
    if record is None or record.found_wrong:
        return
    record.found_wrong = found.check_id
    asked = held(s)
    hands = next((task.assignee for task in asked if task.assignee), None)
    told = [[post.role, post.path] for task in asked for post in task.addressees] if not hands else []
    case.log("diversion_checked", FOUND[found.about], by=found.actor, check_id=found.check_id, reason=found.reason,
             deviation=record.deviation, person=hands, told=told or None)  # fmt: skip
    for task in asked:
        s.touch(task)


def _judged(case: Case, found: VerdictFoundWrong) -> DiversionRecord | None:
    """The verdict that was wrong. Who settles a dispute at the scene need not have said anything of diverting it: then
    it is put on record as it stands.
    """
    s = case.state
    if found.about == "diverted":
        return next((each for each in s.diversions if each.diverted and each.at == found.at), None)
    if s.diversions:
        return next((each for each in reversed(s.diversions) if not each.diverted), None)
    verdict = verdict_of(s)
    s.diversions.append(
        DiversionRecord(round=s.round, at=case.now(), verdict=verdict.verdict, grounds=verdict.grounds, diverted=False)
    )
    return s.diversions[-1]
