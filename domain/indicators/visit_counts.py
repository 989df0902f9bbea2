"""Counts follow-up: a visit of the plan once a matter, each party's contact and satisfaction once a party."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.case.state import DisputeState, Task
from domain.indicators.events import Tally, TallyKind

POLICE, DEPARTMENT, RESPONSE, OUTCOME = "police", "department", "response", "outcome"
"""With whom a party is satisfied: the police that resolved it, the department or table that did, how the police
responded (接处警) where that was asked apart; `outcome` is the police's work where it was."""
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
        self._rated: dict[tuple[str, bool], Tally] = {}
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
        response = decision.fields.get("response_satisfaction")
        if response is not None:
            self._rate(bare, party, RESPONSE, int(response))
        satisfaction = decision.fields.get("satisfaction")
        if satisfaction is not None:
            asked.done_at = asked.done_at or at
            with_whom = DEPARTMENT if self._joint(task.round) else POLICE if response is None else OUTCOME
            self._rate(bare, party, with_whom, int(satisfaction))

    def total(self, bare: Bare, *, responsible: str, station: str) -> list[Tally]:
        """All that was counted, and the follow-up window that judges whether there was a visit at all.

        Whose work it tells of is the organisation responsible for the matter, of the police's the station.
        """
        found = [*self._counted, *self._window(bare)]
        for each in found:
            handler = station if each.result in (POLICE, RESPONSE) else responsible
            each.handler = handler if handler != each.unit else ""
        return found

    def _rate(self, bare: Tally, party: str, with_whom: str, value: int) -> None:
        """One evaluation a party, the last one counts; that of how the police responded apart from the outcome's."""
        question = (party, with_whom == RESPONSE)
        if earlier := self._rated.get(question):
            earlier.struck_at = bare.at
        self._rated[question] = self._add(bare, TallyKind.RATED, result=with_whom, value=value)

    def _joint(self, number: int) -> bool:
        """Whether others than the police resolved the round: departments, or a table with them."""
        disposal = self._state.disposal
        if disposal and disposal.round == number:
            return self._state.process.leaves_police(disposal.where)
        return any(task.round == number and task.kind == "dispose" and task.decision for task in self._state.tasks)

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
