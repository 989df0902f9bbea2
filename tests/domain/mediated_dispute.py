"""A dispute run by its own workflow up to the responsible officer, then step by step through mediation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from domain.case.opening import open_state
from domain.case.state import Task
from domain.people.organisation import OrganisationRef
from domain.policy.process import Raising
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions.decisions import Command
from domain.triage.triage import Triage
from tests.domain.entitled_people import ORGANISATIONS, fields_for, may_answer
from tests.domain.simulated_run import Life
from tests.domain.support import MONDAY, PLACES, alarm, playbook
from workflows.dispute import DisputeInput


class Quarrel:
    """A dispute under Jinhua's mechanism, or the same without push 3."""

    def __init__(self, *, push_3: bool = False, raising: Raising | None = None) -> None:
        self._ids: Iterator[int] = count(1)
        found = Triage(
            category="parking", category_name="停车纠纷", colour="blue", rank=1, police=False, divertible=False,
            risk_kinds=[], confidence=1, cues=[], suggested_lead="housing", suggested_cooperating=[],
            statutory_track=None,
        )  # fmt: skip
        places = {word: OrganisationRef(code=path.rpartition("/")[2], name=word, path=path)
                  for word, path in PLACES.items()}  # fmt: skip
        state = open_state(
            "D2026-000001", playbook=playbook(), calendar=Calendar(), places=places, incident=alarm(1, MONDAY),
            triage=found, at=MONDAY,
        )  # fmt: skip
        stages = [s for s in state.process.stages if push_3 or s is not Stage.PUSH_3]
        state.process = state.process.model_copy(update={"stages": stages, "raising": raising or Raising()})
        self.life = Life(DisputeInput(state=state), MONDAY, self._ids)
        self.state = self.life.state
        self.answer("confirm_triage", "confirm")
        self.answer("handle_on_scene", "unsettled")

    def task(self, kind: str) -> Task:
        """The open task of a kind."""
        return self.state.pending(kind)[0]

    def answer(self, kind: str, decision: str, **fields: Any) -> None:
        """Somebody entitled answers."""
        task = self.task(kind)
        filled = {**fields_for(_Never(), self.state, task, decision, self.life.at), **fields}
        self.life.decide(Command(key=f"k{next(self._ids)}.x", task_id=task.task_id, decision=decision, fields=filled,
                                 actor=may_answer(self.state, task)[0], organisations=ORGANISATIONS))  # fmt: skip
        self.life.settle()

    def fails(self) -> int:
        """Nobody agrees at any tier; answers how many sessions that took."""
        sat = 0
        while self.state.stage is Stage.MEDIATION:
            self.answer("mediate", "not_agreed")
            sat += 1
        return sat


class _Never:
    """Chance that never picks anything but the least."""

    def number(self, least: int, most: int) -> int:
        return least

    def pick(self, options: Any) -> Any:
        return options[0]

    def flag(self) -> bool:
        return False
