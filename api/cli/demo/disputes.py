"""The demo disputes: over a dozen, in different stages, made by driving the real API as the demo people would.

`python -m api.cli.demo.disputes` is run once, beside the running system. Reports have fixed numbers and answers fixed
keys, and what is answered already is left alone: a second run goes on where the first one stopped.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import typer

from api.cli.client import County, Document, Refusal, county
from api.cli.demo.photographs import photograph
from api.cli.demo.scripts import SCRIPTS, Script, Step, Wait
from api.cli.stories import current_process
from api.cli.way_to_stage import STAGE_OF, called_for, later, towards
from domain.base import CHINA
from domain.policy.process import Process
from domain.policy.stages import Stage
from infra.runtime.settings import get_settings

TASK_WITHIN = 20.0
LITTLE_BY_LITTLE = "P2D"
MOST_STEPS = 20
REPORTERS = {"110": "call_taker", "12345": "hotline_operator", "grid": "grid_worker", "walk_in": "command_room"}


class Moved(Exception):
    """Somebody at the desk has taken the dispute elsewhere; it is left as it stands."""


@dataclass
class Making:
    """One demo dispute being made."""

    people: County
    script: Script
    process: Process
    at: str = ""
    """when it was reported: the same in every run, else an earlier run's report would be another; none: now"""
    number: str = ""
    _answered: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def make(self) -> None:
        """Reports it and takes it as far as its script goes.

        Raises:
            Moved, Refusal
        """
        self.number = self._report(self.script.source, "", self.script.narrative)
        for number, step in enumerate(self.script.steps_under(self.process), start=1):
            key = f"demo-{self.script.code}-{number}"
            if isinstance(step, Wait):
                self._wait(step)
            elif (step.kind, step.decision) == ("evaluate", "accept"):
                self._every_seat(step, key)
            else:
                self._answer(step, key)
        for again, narrative in enumerate(self.script.again, start=1):
            self._report(self.script.source, f"-{again}", narrative)

    def _report(self, source: str, suffix: str, narrative: str) -> str:
        now = self.at or self.people.now.isoformat(timespec="seconds")
        a, b = self.script.parties
        answer = self.people.report(
            REPORTERS[source],
            {
                "source": source,
                "source_no": f"DEMO-{self.script.code}{suffix}",
                "occurred_at": now,
                "reported_at": now,
                "place": {"address": self.script.address},
                "narrative": narrative,
                "parties": [
                    {"name": a, "phone": self.people.phone(f"{self.script.code} {a}"), "side": "a"},
                    {"name": b, "phone": self.people.phone(f"{self.script.code} {b}"), "side": "b"},
                ],
            },
        )
        return str(answer["dispute_no"])

    def _answer(self, step: Step, key: str) -> None:
        """Answers the n-th task of the step's kind, unless that was done in an earlier run."""
        nth = self._answered[step.kind, step.of]
        self._answered[step.kind, step.of] += 1
        task = self._task(step, nth, key)
        if task is None or task["state"] == "done" or step.decision in [d["name"] for d in task["record"]]:
            return
        try:
            self.people.answer(
                self.number, step.kind, step.decision, task_id=task["task_id"], key=key, **step.fields
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status == 409:
                raise Moved(str(refusal)) from refusal
            raise

    def _every_seat(self, step: Step, key: str) -> None:
        """Answers an evaluation for as many seats as judge it here."""
        if self._task(step, 0, key) is None:
            return
        for _ in range(MOST_STEPS):
            if not (tasks := self.people.open_tasks(self.number, step.kind)):
                return
            if not self._try(tasks[0], step.decision, f"{key}-{tasks[0]['task_id']}", step.fields):
                time.sleep(0.2)

    def _task(self, step: Step, nth: int, key: str) -> Document | None:
        """The n-th task of the step's kind, as soon as it is there; none where the dispute is past it already.

        What the mechanism asks before is answered as it leads there.
        """
        deadline = time.monotonic() + TASK_WITHIN
        aim = STAGE_OF.get(step.kind)
        while True:
            case = self.people.dispute(self.number)
            tasks = [
                task
                for task in case["tasks"]
                if task["kind"] == step.kind and task["state"] != "void"
                if step.of in (None, task["about"].get("organisation"), task["about"].get("party"))
            ]
            if len(tasks) > nth:
                return dict(tasks[nth])
            if case["closed_at"] or (aim and later(Stage(case["stage"]), aim)):
                return None
            before = [t for t in called_for(case["tasks"]) if _waits(t) and t["kind"] != step.kind]
            if aim and before and not later(STAGE_OF[before[0]["kind"]], aim):
                decision, fields = towards(aim, before[0]["kind"])
                if self._try(before[0], decision, f"{key}-{before[0]['task_id']}", fields):
                    continue
            if time.monotonic() > deadline:
                raise Moved(f"{self.number} has no {step.kind} for {step.of or 'anybody'}")
            time.sleep(0.2)

    def _try(self, task: Document, decision: str, key: str, fields: Document) -> bool:
        """Answers a task, if it still waits: what is read may be a moment old. Says whether it did."""
        try:
            self.people.answer(self.number, task["kind"], decision, task_id=task["task_id"], key=key, **fields)
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            return False
        return True

    def _wait(self, wait: Wait) -> None:
        """Moves the clock until what it was to bring is there, or nothing more comes."""
        for by in (wait.by, *[LITTLE_BY_LITTLE] * MOST_STEPS):
            case = self.people.dispute(self.number)
            if case["closed_at"] or sum(task["kind"] == wait.kind for task in case["tasks"]) >= wait.times:
                return
            self.people.advance(self.number, by)


def _waits(task: Document) -> bool:
    """Whether nobody has taken a task himself: what was named to an officer waits in his hand."""
    return task["state"] == "open" or (task["state"] == "claimed" and bool(task["named"]))


def main() -> int:
    """Makes them all; one that fails does not keep the others from being made."""
    people, failed = county(), 0
    people.photograph = photograph
    process = current_process(people)
    at = datetime.fromtimestamp(get_settings().demo_file.stat().st_mtime, CHINA).isoformat(timespec="seconds")
    for done, script in enumerate(SCRIPTS, start=1):
        making = Making(people, script, process, at)
        try:
            making.make()
            case = people.dispute(making.number)
            typer.echo(f"{done}/{len(SCRIPTS)} {making.number} {case['title']} {case['stage_name']}")
        except Moved as moved:
            typer.echo(f"{done}/{len(SCRIPTS)} {making.number} left as it stands: {moved}")
        except Refusal as refusal:
            failed += 1
            typer.echo(f"{done}/{len(SCRIPTS)} {making.number} failed: {refusal}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
