"""Jinhua with whistles (吹哨报到), blown by people and by the process itself; and the laws of every whistle."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from domain.case.state import Decision, DisputeState, Task
from domain.policy.catalogue import KINDS
from domain.policy.playbook import Playbook
from domain.policy.stages import Stage
from tests.domain.support import PLAYBOOKS


def written(*, dispatch: bool = False, tier: bool = False, **policy: Any) -> dict[str, Any]:
    """Jinhua's playbook as it is written, with whistles; `dispatch` and `tier` blow them by themselves."""
    book: dict[str, Any] = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))
    process = book["process"]
    blowers = [{"role": "centre_dispatcher", "at": "town_centre"}, {"role": "township_leader", "at": "township"}]
    process["summons"] = {"by": blowers, **policy}
    if dispatch:
        process["tasks"]["dispatch"]["summon"] = True
    if tier:
        process["ladder"]["tiers"][-1]["summon"] = True
    return book


def fire_city() -> dict[str, Any]:
    """The same as Huangshi's report has it: the scene made safe, “稳控现场后,民警‘派单’”, and no approval."""
    book = written()
    book |= {"code": "passage", "name": "消防通道"}
    process = book["process"]
    process["exits"] = {"unsettled_to": "push_3"}
    process["approval"] = {"roads": []}
    process["demands"] = {
        "handle_on_scene.unsettled": {
            "confirmed": {"scene_safe": "现场已稳控"}, "reasons": {"not_police": "非公安事权", "complex": "疑难复杂"},
        }
    }  # fmt: skip
    return book


@cache
def whistling(*, dispatch: bool = False, tier: bool = False) -> Playbook:
    """The same, read."""
    return Playbook.model_validate(written(dispatch=dispatch, tier=tier))


def whistles(state: DisputeState) -> None:
    """Whoever was called is waited for, then they confer, and what they plan is done before anybody judges."""
    standing = [task.kind for task in state.pending() if KINDS[task.kind].before_judged]
    assert state.stage not in (Stage.EVALUATION, Stage.FOLLOW_UP) or not standing, f"judged with {standing} open"
    for whistle in state.summons:
        of_it = [task for task in state.tasks if task.about.get("summons") == whistle.number]
        called = [task for task in of_it if task.kind == "check_in"]
        assert {task.task_id for task in called} == {each.task_id for each in whistle.called}, "called and not asked"
        tables = [task for task in of_it if task.kind == "confer"]
        here = not any(task.pending for task in called) and not state.closed and whistle.round == state.round
        assert bool(tables) == (whistle.cause != "tier") or not here or state.closed_at, "nobody asks them to confer"
        assert not tables or not any(task.pending for task in called), "they confer while somebody is waited for"
        assert len(whistle.items) == sum(task.kind == "carry_out" for task in of_it), "planned and not asked"
        held = [task.decision.name for task in tables if task.decision]
        assert [sitting.result for sitting in whistle.conferences] == held, "a joint session is not on record"


def check_absence(state: DisputeState, task: Task, absence: Decision) -> None:
    """Nobody is found absent before his time is up."""
    clock = next(c for c in state.clocks if c.name == f"task:{task.task_id}")
    assert clock.due_at <= absence.at, "found absent before the time was up"
