"""Helpers of the handover tests: who hands over, to whom, and what is refused."""

from __future__ import annotations

import pytest

from domain.case.state import Task
from domain.errors import FieldsInvalid, Refused
from domain.people.organisation import Actor
from domain.policy.stages import Stage
from domain.transitions.handover import Handover, check_delegation
from tests.domain.support import PLACES, Desk, person

STATION = PLACES["station"]
SECOND = person("second", ("responsible_officer", STATION))
COLLEAGUE = person("colleague", ("command_room", STATION))
STRANGER = person("stranger", ("responsible_officer", "/c/police/other"))
SETTLED = {"summary": "双方和解"}


def at_push_2() -> tuple[Desk, Task]:
    """A task of the responsible officers of the station."""
    desk = Desk()
    return desk, desk.push(Stage.PUSH_2, "follow_up_responsibly")


def handover(task: Task, by: Actor, to: Actor) -> Handover:
    """A message that hands a task over."""
    return Handover(key="h", task_id=task.task_id, actor=by, to=to, why="请协助")


def unfit(refusal: Refused) -> str:
    """Why somebody is not fit to be handed a task."""
    assert isinstance(refusal, FieldsInvalid)
    [error] = refusal.errors
    assert error["field"] == "to"
    return str(error["message"])


def refused_delegation(desk: Desk, task: Task, by: Actor, to: Actor) -> Refused:
    """The refusal of a delegation, which leaves the case as it was."""
    before = desk.state.model_copy(deep=True)
    with pytest.raises(Refused) as refusal:
        check_delegation(desk.state, handover(task, by, to))
    assert desk.state == before
    return refusal.value
