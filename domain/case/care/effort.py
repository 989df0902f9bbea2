"""Effort apart (H-003 “用了很多精力去做，还不一定能让群众满意”): what the police put in, and what the departments did.

Derived from what is on record anyway: nobody keeps a log for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.base import Model
from domain.case.records import Holding
from domain.case.state import Task
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage

_POLICE = (Stage.PUSH_1, Stage.PUSH_2)
_OTHERS = (Stage.PUSH_3,)


class StageEffort(Model):
    """What one side put in."""

    answers: int = 0
    """answers of people, the progress of a task counted"""
    people: int = 0
    """people who gave them"""
    met: int = 0
    """meetings with parties on record"""
    hours: int = 0
    """full hours that the case lay with them"""


class Effort(Model):
    """Both sides apart; what a table or an evaluation cost is neither's."""

    police: StageEffort = StageEffort()
    department: StageEffort = StageEffort()


def effort_of(tasks: Iterable[Task], chain: Iterable[Holding], now: datetime) -> Effort:
    """What each side has put in so far; what is still in their hands counts up to `now`."""
    asked, held = list(tasks), list(chain)
    return Effort(police=_side(asked, held, now, _POLICE), department=_side(asked, held, now, _OTHERS))


def _side(tasks: list[Task], chain: list[Holding], now: datetime, stages: tuple[Stage, ...]) -> StageEffort:
    asked = [task for task in tasks if set(KINDS[task.kind].stages) & set(stages) and KINDS[task.kind].handles]
    given = [answer for task in asked for answer in task.answers if answer.actor_id and not answer.proposal]
    met = sum(len(answer.fields.get("met") or ()) for answer in given)
    met += sum(answer.name == "contacted" and answer.fields.get("manner") != "call" for answer in given)
    lay = sum(((held.until or now) - held.since for held in chain if held.stage in stages), timedelta())
    people = {answer.actor_id for answer in given}
    return StageEffort(answers=len(given), people=len(people), met=met, hours=int(lay.total_seconds() // 3600))
