"""A county without a server: the real workflow under any playbook, behind the client of the stories and demo disputes.

`SimulatedCounty` answers what `api.cli.client.County` answers over HTTP: the case in the API's own shape, decisions
with the API's own examples, refusals with the API's codes. Time is moved as drill moves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NoReturn

from temporalio.exceptions import ApplicationError

from api.audit.case_at_event import NOBODY
from api.cli.client import Client, County, Refusal
from api.disputes.presenters import present_case, present_entry
from api.tasks.examples import example
from domain.case.opening import open_state
from domain.case.records import Incident, Party
from domain.errors import Refused, by_code
from domain.image.projection import project
from domain.image.public_document import public_document
from domain.people.organisation import OrganisationRef
from domain.policy.playbook import Playbook
from domain.transitions.assignments.named_units import organisation_codes
from domain.transitions.decisions import Command
from domain.triage.triage import Triage
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.writer import rows_of
from tests.domain.entitled_people import may_answer
from tests.domain.support import MONDAY, PLACES, candidates_for, people_named, pictures, shipped_calendar
from workflows.dispute import DisputeInput
from workflows.harness.life import Life


def unit(code: str) -> OrganisationRef:
    """The organisation of a code; whatever is named is there."""
    return OrganisationRef(code=code, name=code, path=f"/c/{code}")


class SimulatedCounty(County):
    """Disputes that live in this process; `rank` and `police` are what triage finds of every report."""

    def __init__(self, playbook: Playbook, *, rank: int = 2, police: bool = False) -> None:
        self._playbook, self._rank, self._police = playbook, rank, police
        self._lives: dict[str, Life] = {}
        self._numbers, self._ids, self._keys = count(1), count(1), count(1)
        self._reports: dict[tuple[str, str], str] = {}
        self._shown: dict[str, dict[str, Any]] = {}

    @property
    def now(self) -> datetime:
        """Nine on a Monday, whenever the test is run."""
        return MONDAY

    def playbooks(self) -> list[dict[str, Any]]:
        """The one mechanism."""
        p = self._playbook
        return [{"code": p.code, "current": True, "process": p.process.model_dump(mode="json")}]

    def report(self, role: str, body: dict[str, Any]) -> dict[str, Any]:
        """A report; every one opens a dispute of its own, and the same one again is answered as before."""
        key = (body["source"], body["source_no"])
        number = self._reports.get(key) or f"D2026-{next(self._numbers):06d}"
        if key not in self._reports:
            self._reports[key] = number
            self._lives[number] = self._open(number, body)
        return {"dispute_no": number, "joined": False}

    def _open(self, number: str, body: dict[str, Any]) -> Life:
        incident = Incident(
            incident_id=f"i{number}", source=body["source"], source_no=body["source_no"], occurred_at=MONDAY,
            reported_at=MONDAY, rank=self._rank, address=body["place"]["address"], narrative=body["narrative"],
            parties=[Party(name=party["name"], side=party["side"]) for party in body["parties"]],
        )  # fmt: skip
        found = Triage(
            category="land_homestead", category_name="宅基地纠纷", colour="yellow", rank=self._rank,
            police=self._police, divertible=False, risk_kinds=[], confidence=1, cues=[], suggested_lead="housing",
            suggested_cooperating=["market"], statutory_track=None,
        )  # fmt: skip
        places = {
            word: OrganisationRef(code=path.rpartition("/")[2], name=word, path=path) for word, path in PLACES.items()
        }
        state = open_state(
            number, playbook=self._playbook, calendar=shipped_calendar(), places=places, incident=incident,
            triage=found, at=MONDAY,
        )  # fmt: skip
        return Life(DisputeInput(state=state), MONDAY, self._ids)

    def dispute(self, number: str) -> dict[str, Any]:
        """The whole case as the API shows it; presenting it takes longer than deciding, so it is kept till it moves."""
        if number not in self._shown:
            self._shown[number] = self._present(number)
        return deepcopy(self._shown[number])

    def _present(self, number: str) -> dict[str, Any]:
        rows = rows_of(project(self._lives[number].state))
        tasks = sorted((TaskRow(**row) for row in rows[TaskRow]), key=lambda row: int(row.sealed["opened_revision"]))
        return present_case(DisputeRow(**rows[DisputeRow][0]), tasks, NOBODY).model_dump(mode="json")

    def timeline(self, number: str) -> list[dict[str, Any]]:
        """All that happened."""
        return [present_entry(entry).model_dump(mode="json") for entry in self._lives[number].state.timeline]

    def wait_for(self, number: str, kind: str, *, within: float = 0) -> dict[str, Any]:
        """The first open task of a kind: here nothing comes later by itself."""
        if tasks := self.open_tasks(number, kind):
            return tasks[0]
        raise LookupError(f"{number} has no open {kind}: {[t['kind'] for t in self.open_tasks(number)]}")

    def answer(
        self,
        number: str,
        kind: str,
        decision: str,
        *,
        by: Client | None = None,
        task_id: str | None = None,
        key: str | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Answers an open task of a kind as the first who may."""
        life = self._lives[number]
        task = life.state.task(task_id or self.wait_for(number, kind)["task_id"])
        assert task is not None
        actor = may_answer(life.state, task)[0]
        document = public_document(life.state).model_dump(mode="json") | {"suggested": ["housing"], "category": "noise"}
        filled = {**example(kind, decision, task.about, document, self.now, candidates_for(life.state, task)), **fields}
        command = Command(key=key or f"k{next(self._keys)}", task_id=task.task_id, decision=decision, fields=filled,
                          evidence=pictures(life.state, kind, decision), actor=actor,
                          people=people_named(filled),
                          organisations={code: unit(code) for code in organisation_codes(filled)})  # fmt: skip
        self._shown.pop(number, None)
        with _as_over_http():
            life.decide(command)
        life.settle()
        return {}

    def advance(self, number: str, by: str) -> dict[str, Any]:
        """Moves the dispute's clock forward: `PT90S`, `P2D`, `P30DT5M`."""
        life = self._lives[number]
        self._shown.pop(number, None)
        days, _, clock = by.removeprefix("P").partition("T")
        length = timedelta(days=int(days.removesuffix("D") or 0))
        for unit, name in (("H", "hours"), ("M", "minutes"), ("S", "seconds")):
            if unit in clock:
                amount, _, clock = clock.partition(unit)
                length += timedelta(**{name: int(amount)})
        life.pass_time(length)
        return {}

    def drop(self) -> None:
        """Lets every life go."""
        for life in self._lives.values():
            life.drop()


@contextmanager
def _as_over_http() -> Iterator[None]:
    """The engine's refusal as the client meets it."""
    try:
        yield
    except ApplicationError as refusal:
        _refuse(refusal)


def _refuse(refusal: ApplicationError) -> NoReturn:
    known = by_code(refusal.type or "")
    assert known is not None
    assert issubclass(known, Refused), refusal
    errors = refusal.details[0].get("errors") if refusal.details else None
    body = {"code": known.code, "title": known.title, "detail": refusal.message, "errors": errors or []}
    raise Refusal(known.status, body) from refusal
