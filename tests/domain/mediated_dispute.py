"""A dispute run by its own workflow, answered step by step; and one brought up to the responsible officer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from domain.case.opening import open_state
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.catalogue import KINDS
from domain.policy.parts.supervision import Raising
from domain.policy.process import Process
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions.actions import Act
from domain.transitions.decisions import Command, Receipt
from domain.triage.triage import Triage
from tests.domain.entitled_people import CATEGORIES, KNOWN, action_fields, fields_for, may_act, may_answer
from tests.domain.support import ANOTHER, BEAT, MONDAY, PLACES, alarm, people_named, pictures, playbook
from workflows.dispute import DisputeInput
from workflows.harness.life import Life


class Told:
    """A dispute as a test tells it: whoever may answers, with the form's example where nothing else is said."""

    def __init__(
        self, code: str = "jinhua", *, process: Process | None = None, rank: int = 1, source: str = "110", **more: Any
    ) -> None:
        self._ids: Iterator[int] = count(1)
        found = Triage(
            category="parking", category_name="停车纠纷", colour="blue", rank=rank, police=False, divertible=False,
            risk_kinds=[], confidence=1, cues=[], suggested_lead="housing", suggested_cooperating=[],
            statutory_track=None,
        )  # fmt: skip
        places = {word: OrganisationRef(code=path.rpartition("/")[2], name=word, path=path)
                  for word, path in PLACES.items()}  # fmt: skip
        report = alarm(1, MONDAY, rank=rank).model_copy(update={"source": source})
        state: DisputeState = open_state(
            "D2026-000001", playbook=playbook(code), calendar=Calendar(), places=places, incident=report,
            triage=found, at=MONDAY, beat=BEAT,
        ).model_copy(update=more)  # fmt: skip
        state.process = process or state.process
        self.life = Life(DisputeInput(state=state), MONDAY, self._ids)
        self.state = self.life.state

    def task(self, kind: str) -> Task:
        """The open task of a kind."""
        return self.state.pending(kind)[0]

    @property
    def open_kinds(self) -> list[str]:
        """The kinds of the open tasks that wait for an answer, in order."""
        return sorted(task.kind for task in self.state.pending() if not KINDS[task.kind].to_the_end)

    def answer(
        self, kind: str, decision: str, *, by: Actor | None = None, of: str | None = None, **fields: Any
    ) -> Receipt:
        """Somebody entitled answers; `of` is the path of the post that is asked, where several are."""
        task = next(t for t in self.state.pending(kind) if of in (None, t.addressees[0].path))
        filled = {**fields_for(_Never(), self.state, task, decision, self.life.at), **fields}
        receipt = self.life.decide(
            Command(key=f"k{next(self._ids)}.x", task_id=task.task_id, decision=decision, fields=filled,
                    evidence=pictures(self.state, kind, decision), organisations=KNOWN,
                    people=people_named(filled),
                    labels=CATEGORIES, actor=by or may_answer(self.state, task)[0]))  # fmt: skip
        self.life.settle()
        return receipt

    def act(self, action: str, *, by: Actor | None = None, **fields: Any) -> Receipt:
        """Somebody who may takes an action."""
        filled = {**action_fields(_Never(), self.state, action, self.life.at), **fields}
        receipt = self.life.act(
            Act(key=f"k{next(self._ids)}.x", action=action, fields=filled, organisations=KNOWN,
                actor=by or may_act(self.state, action)[0], people=people_named(filled), into=ANOTHER))  # fmt: skip
        self.life.settle()
        return receipt

    def logged(self, kind: str) -> list[str]:
        """The titles of the timeline's entries of a kind."""
        return [entry.title for entry in self.state.timeline if entry.kind == kind]

    def fails(self) -> int:
        """Nobody agrees at any tier, and it may leave the police; answers how many sessions that took."""
        sat = 0
        while self.state.stage is Stage.MEDIATION:
            if self.state.pending("approve_third_push"):
                self.answer("approve_third_push", "approve")
                continue
            self.answer("mediate", "not_agreed")
            sat += 1
        return sat


class Quarrel(Told):
    """A dispute under Jinhua's mechanism, or the same without push 3, up to the responsible officer."""

    def __init__(self, *, push_3: bool = False, raising: Raising | None = None) -> None:
        process = playbook().process
        stages = [s for s in process.stages if push_3 or s is not Stage.PUSH_3]
        update = {"stages": stages, "raising": raising or Raising()}
        super().__init__(process=process.model_copy(update=update))
        self.answer("confirm_triage", "confirm")
        self.answer("handle_on_scene", "unsettled")


class _Never:
    """Chance that never picks anything but the least."""

    def number(self, least: int, most: int) -> int:
        return least

    def pick(self, options: Any) -> Any:
        return options[0]

    def flag(self) -> bool:
        return False
