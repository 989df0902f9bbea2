"""Every life that a dispute can have, as far as chance finds them: the laws hold after each step.

`LIVES` is how many lives are tried for each playbook and `STEPS` how long each may be; `LIVES=3000 STEPS=100` searches
deeper (docs/operations.md). With `CI` set the same lives are tried every time, and one that breaks a law is told as it
was found: to shorten it takes minutes, and is done by whoever runs it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from domain.case.case import Case
from domain.case.clocks import Clock
from domain.case.records import Applied
from domain.case.state import DisputeState, Task
from domain.errors import NotEntitled
from domain.image import projection
from domain.transitions import decisions as answering
from domain.transitions import timekeeping
from tests.domain.random_dispute import EveryLife, FusedPolicing, Huangshi, Qionglai, Wuwei
from workflows import dispute
from workflows.evaluation import Judgement
from workflows.messages.gate import MessageGate

LIVES = int(os.environ.get("LIVES", "10"))
STEPS = int(os.environ.get("STEPS", "50"))
CI = "CI" in os.environ
SEARCH = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=CI,
    database=None,
    print_blob=not CI,
    phases=[Phase.generate] if CI else [Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
WITHOUT_SHRINKING = settings(SEARCH, max_examples=100, stateful_step_count=30, derandomize=True, print_blob=False,
                             phases=[Phase.generate], report_multiple_bugs=False)  # fmt: skip


@pytest.mark.req("Q-047", "Q-050")
@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    "machine", [EveryLife, Qionglai, Huangshi, Wuwei, FusedPolicing], ids=lambda machine: machine.code
)
def test_the_laws_hold_in_every_life(machine: type[EveryLife]) -> None:
    run_state_machine_as_test(machine, settings=SEARCH)


# --- the machine can fail: mistakes that were made on purpose


def _fires_reminders_twice(case: Case, clock: Clock, rung: str, fire: Any = timekeeping._fire) -> None:
    fire(case, clock, rung)
    if rung.startswith("reminder"):
        fire(case, clock, rung)


def _closes_and_leaves_tasks(self: Case, outcome: str, close: Any = Case.close) -> None:
    kept = [task for task in self.state.tasks if task.pending][:1]
    self.state.tasks = [task for task in self.state.tasks if task not in kept]
    close(self, outcome)
    self.state.tasks = [*self.state.tasks, *kept]


def _forgets_keys(self: MessageGate, key: str, refused: str | None = None) -> Applied:
    return Applied(key=key, revision=self._case.state.revision, refused=refused)


def _one_seat_is_enough(state: DisputeState, task: Task, actor: Any) -> None:
    if answering.entitled_post(task, actor) is None:
        raise NotEntitled


def _tells_only_of_open_tasks(task: Task, since: int) -> bool:
    return task.pending


async def _accepts_everything(desk: Any) -> Judgement:
    return Judgement(accepted=True)


@dataclass(frozen=True)
class Fault:
    """A mistake: what it puts where, in which words the machine tells of it, and whose lives find it soonest."""

    owner: Any
    name: str
    mistake: Callable[..., Any]
    told: str
    machine: type[EveryLife] = Qionglai


FAULTS = {
    "a reminder fires twice": Fault(timekeeping, "_fire", _fires_reminders_twice, "reminder told"),
    "closing leaves a task open": Fault(
        Case, "close", _closes_and_leaves_tasks, "open on a closed dispute|still open", Huangshi
    ),
    "anybody may answer": Fault(answering, "check_person", lambda *_: None, "instead of|did more than"),
    "four eyes are two": Fault(answering, "check_person", _one_seat_is_enough, "instead of|did more than|four eyes"),
    "a delta forgets what was answered": Fault(projection, "_changed", _tells_only_of_open_tasks, "deltas"),
    "nobody evaluates": Fault(dispute, "evaluate", _accepts_everything, "without"),
    "a key counts every time": Fault(MessageGate, "remember", _forgets_keys, "taken|no key"),
    "an answered task takes another answer": Fault(answering, "check_open", lambda *_: None, "instead of"),
}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_made_on_purpose_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = FAULTS[fault]
    monkeypatch.setattr(made.owner, made.name, made.mistake)
    with pytest.raises(AssertionError, match=made.told):
        run_state_machine_as_test(made.machine, settings=WITHOUT_SHRINKING)
