"""Counts follow-up: a visit of the plan once a matter, each party's contact and satisfaction once a party."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.case.state import DisputeState, Task
from domain.indicators.events import Tally, TallyKind

ATTEMPTS = 2
"""How often a party must have been tried before a visit counts as performed and not reached (F.2)."""
Bare = Callable[..., Tally]


class VisitCounter:
    """Counts the visits of a case."""

    def __init__(self, state: DisputeState) -> None:
        self._state = state
        self._counted: list[Tally] = []
        self._visits: dict[tuple[int, int], Tally] = {}
        self._missed: dict[tuple[int, int], Tally] = {}
        self._asked: dict[str, Tally] = {}
        self._rated: dict[str, Tally] = {}
        self._spoken: set[tuple[int, int, str]] = set()

    def visited(self, task: Task, at: datetime, bare: Tally) -> None:
        """A visit's answer. `bare` holds the visitor's organisation and what holds in the case now."""
        decision = task.decision
        if decision is None:
            return
        number, party = task.about.get("visit", 1), str(task.about.get("party", ""))
        visit = (task.round, number)
        bare.round, bare.person_id = task.round, decision.actor_id
        if decision.name == "unreachable":
            if task.about.get("try", 1) >= ATTEMPTS and not {visit} & {*self._visits, *self._missed}:
                self._missed[visit] = self._add(bare, TallyKind.VISITED, result="not_reached")
            return
        if visit not in self._visits:
            self._visits[visit] = self._add(bare, TallyKind.VISITED, result="reached", value=0)
            if missed := self._missed.get(visit):  # the other party was met after all
                missed.struck_at = at
        if (*visit, party) not in self._spoken:
            self._spoken.add((*visit, party))
            reached = self._visits[visit]
            reached.value = (reached.value or 0) + 1
        asked = self._asked.get(party) or self._asked.setdefault(party, self._add(bare, TallyKind.ASKED))
        satisfaction = decision.fields.get("satisfaction")
        if satisfaction is not None:
            asked.done_at = asked.done_at or at
            if earlier := self._rated.get(party):  # one evaluation a party, the last one counts
                earlier.struck_at = at
            self._rated[party] = self._add(bare, TallyKind.RATED, value=int(satisfaction))

    def total(self, bare: Bare) -> list[Tally]:
        """All that was counted, and the follow-up window that judges whether there was a visit at all."""
        return [*self._counted, *self._window(bare)]

    def _add(self, bare: Tally, kind: TallyKind, *, result: str = "", value: int | None = None) -> Tally:
        added = bare.model_copy(update={"kind": kind, "result": result, "value": value})
        self._counted.append(added)
        return added

    def _window(self, bare: Bare) -> list[Tally]:
        """The window of the first visit: of the first round in which it was not called off before it ended."""
        due = {clock.task_id: clock.due_at for clock in self._state.clocks if clock.task_id}
        rounds: dict[int, list[Task]] = {}
        for task in self._state.tasks:
            if task.kind == "visit" and (task.about.get("visit", 1), task.about.get("try", 1)) == (1, 1):
                rounds.setdefault(task.round, []).append(task)
        window: Tally | None = None
        for number, tasks in rounds.items():
            ends = [due[task.task_id] for task in tasks if task.task_id in due]
            if not ends:
                continue
            window = bare(TallyKind.WINDOW, max(ends), unit=tasks[0].addressees[0].path if tasks[0].addressees else "")
            window.round = number
            reached = [v.at for (round, _), v in self._visits.items() if round == number and v.at <= window.at]
            window.done_at = min(reached, default=None)
            called_off = [task.ended_at for task in tasks if task.state == "void" and task.ended_at]
            if window.done_at or len(called_off) < len(tasks) or min(called_off) >= window.at:
                break
            window.left_at = min(called_off)
        return [window] if window else []
