"""Plays the table's steps: people answer over HTTP, time is moved by drill, and what the case shows is compared."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import Any

from api.cli.client import Client, Document
from api.cli.demo.disputes import REPORTERS
from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling
from domain.policy.spans import Calendar
from tests.e2e.cities.steps import Report, Step, span

TOLD_WITHIN = 60.0
SLACK = 90
"""Seconds by which a clock may begin later than its push was read."""


class Playing:
    """One report on its way through one city's mechanism."""

    def __init__(self, telling: Telling, report: Report) -> None:
        self.t, self.report = telling, report
        self.sides = {"a": somebody(), "b": somebody()}
        self.address = house(report.at)
        self.files: list[str] = []
        """what was attached to the last disposal"""

    def play(self, steps: list[Step]) -> None:
        """The report, and every step in order.

        Raises:
            AssertionError: a step does not hold; the message names it.
        """
        source = self.report.source
        by = self.t.county.nearest(REPORTERS[source], self.address)
        self.t.alarm(self.report.text, self.address, self.sides["a"], self.sides["b"], source=source, by=by)
        for number, step in enumerate(steps, start=1):
            where = f"report {self.report.number}, {self.t.playbook}, step {number} ({step.words()})"
            try:
                _VERBS[step.verb](self, step, where)
            except AssertionError:
                raise
            except Exception as error:
                raise AssertionError(f"{where}: {error}") from error

    # --- verbs that look

    def _open(self, step: Step, where: str) -> None:
        waits = Counter(self._waiting())
        assert waits == Counter(step.what), f"{where}: {dict(waits)} wait"

    def _absent(self, step: Step, where: str) -> None:
        waits = self._waiting()
        assert not set(waits) & set(step.what), f"{where}: {waits} wait"

    def _waiting(self) -> list[str]:
        """The kinds of all open tasks, those too that stay open to the end."""
        return [task["kind"] for task in self.t.county.open_tasks(self.t.number)]

    def _stage(self, step: Step, where: str) -> None:
        case = self.t.case
        assert (case["stage"], case["round"]) == (step.what, step.beside.get("round", 1)), f"{where}: {_standing(case)}"

    def _case(self, step: Step, where: str) -> None:
        case = self.t.case
        for path, wanted in step.what.items():
            assert _at(case, path) == wanted, f"{where}: {path} is {_at(case, path)!r}"

    def _clock(self, step: Step, where: str) -> None:
        clock = self._named_clock(step.what, where)
        assert clock["state"] == step.beside["is"], f"{where}: it is {clock['state']}"
        if "within" in step.beside:
            began = datetime.fromisoformat(clock["started_at"])
            due = Calendar().after(began, span(step.beside["within"]))
            off = abs((datetime.fromisoformat(clock["due_at"]) - due).total_seconds())
            assert off <= SLACK, f"{where}: due {clock['due_at']}, began {began}"

    def _named_clock(self, name: str, where: str) -> Document:
        """The latest clock of a name, or of the open task of that kind."""
        clocks = self.t.case["clocks"]
        tasks = {f"task:{task['task_id']}" for task in self.t.county.open_tasks(self.t.number, name)}
        found = [clock for clock in clocks if clock["name"] == name or clock["name"] in tasks]
        assert found, f"{where}: only {[clock['name'] for clock in clocks]}"
        last: Document = found[-1]
        return last

    def _told(self, step: Step, where: str) -> None:
        deadline = time.monotonic() + TOLD_WITHIN
        while not self._in_order(step.what):
            assert time.monotonic() < deadline, f"{where}: the timeline does not tell it in this order"
            time.sleep(0.2)

    def _in_order(self, wanted: list[str]) -> bool:
        """Whether the timeline tells these, among others; an alarm that joins is told when the engine has taken it."""
        kinds = iter([entry["kind"] for entry in self.t.county.timeline(self.t.number)])
        return all(kind in kinds for kind in wanted)

    # --- verbs that do

    def _do(self, step: Step, where: str) -> None:
        kind, decision = step.what.split()
        task = self._task(kind, step, where)
        self.t.county.answer(
            self.t.number, kind, decision, by=self._by(step), task_id=task["task_id"], **self._fields(step)
        )

    def _refused(self, step: Step, where: str) -> None:
        kind, decision = step.what.split()
        task = self._task(kind, step, where)
        full = self.t.county.supervisor.get(f"/v1/tasks/{task['task_id']}")
        by = self._by(step) or self.t.county.person(full["candidates"][0]["username"])
        shown: Document = next((d["example"] for d in full["decisions"] if d["name"] == decision), {})
        files = self._last_files() if step.beside.get("files") == "same" else []
        body = {"decision": decision, "fields": {**shown, **self._fields(step)}, "attachments": files}
        path = f"/v1/tasks/{task['task_id']}/decide"
        self.t.refused(_STATUS[step.beside["code"]], step.beside["code"], lambda: by.post(path, body))

    def _act(self, step: Step, where: str) -> None:
        answer = self._action(step)
        asked = (answer.get("change") or {}).get("state") == "pending"
        assert asked == step.beside.get("pending", False), f"{where}: {answer}"

    def _act_refused(self, step: Step, where: str) -> None:
        self.t.refused(_STATUS[step.beside["code"]], step.beside["code"], lambda: self._action(step))

    def _action(self, step: Step) -> Document:
        by = self._by(step)
        assert by is not None, "an action says who takes it"
        answer: Document = by.post(f"/v1/disputes/{self.t.number}/actions/{step.what}", self._fields(step))
        return answer

    def _wait(self, step: Step, where: str) -> None:
        self.t.advance(Calendar().after(self.t.now, span(step.what)) - self.t.now)

    def _alarm(self, step: Step, where: str) -> None:
        parties = [{"name": name, "side": side} for side, name in self.sides.items()]
        answer = self.t.county.alarm(step.what, place={"address": self.address}, parties=parties)
        assert (answer["dispute_no"], answer["joined"]) == (self.t.number, True), f"{where}: {answer['dispute_no']}"

    # --- what they need

    def _task(self, kind: str, step: Step, where: str) -> Document:
        of = step.beside.get("of")
        tasks = self.t.county.open_tasks(self.t.number, kind) or [self.t.county.wait_for(self.t.number, kind)]
        if kind == "visit" and of in self.sides:
            of = self.sides[of]
        for task in tasks:
            about = task["about"]
            if of is None or of in (about.get("organisation"), about.get("party"), about.get("desk")):
                return task
            if any(post["organisation"].startswith(of) for post in task["posts"]):
                return task
        raise AssertionError(f"{where}: of {of} there is no {kind}, only {[task['about'] for task in tasks]}")

    def _by(self, step: Step) -> Client | None:
        role, _, place = step.beside.get("by", "").partition("@")
        return self.t.county.with_role(role, place or None) if role else None

    def _fields(self, step: Step) -> Document:
        fields = dict(step.beside.get("with", {}))
        if "until" in fields:
            fields["until"] = Calendar().after(self.t.now, span(fields["until"])).isoformat()
        return fields

    def _last_files(self) -> list[str]:
        disposals = [
            task["decision"] for task in self.t.case["tasks"] if task["kind"] == "dispose" and task["decision"]
        ]
        return [str(file["attachment_id"]) for file in disposals[-1]["evidence"]]


_VERBS = {
    "open": Playing._open,
    "absent": Playing._absent,
    "stage": Playing._stage,
    "case": Playing._case,
    "clock": Playing._clock,
    "told": Playing._told,
    "do": Playing._do,
    "refused": Playing._refused,
    "act": Playing._act,
    "act refused": Playing._act_refused,
    "wait": Playing._wait,
    "alarm": Playing._alarm,
}
_STATUS = {
    "not_entitled": 403,
    "four_eyes": 403,
    "decision_not_allowed": 409,
    "fields_invalid": 422,
    "action_not_allowed": 409,
}


def _standing(case: Document) -> str:
    return f"it stands at {case['stage']}, round {case['round']}, with {[t['kind'] for t in case['tasks']]}"


def _at(value: Any, path: str) -> Any:
    """What stands at a dotted path; a number is a place in a list."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
