"""The demo disputes: over a dozen, in different stages, made by driving the real API as the demo people would.

`python -m api.demo_disputes` is run once, beside the running system. Reports have fixed numbers and answers fixed keys,
and what is answered already is left alone: a second run goes on where the first one stopped.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import typer

from api.client import County, Refusal, county
from api.demo_scripts import SCRIPTS, Script, Step, Wait
from api.stories import current_playbook
from domain.base import CHINA

TASK_WITHIN = 20.0
REPORTERS = {"110": "call_taker", "12345": "hotline_operator", "grid": "grid_worker"}


class Moved(Exception):
    """Somebody at the desk has taken the dispute elsewhere; it is left as it stands."""


@dataclass
class Making:
    """One demo dispute being made."""

    people: County
    script: Script
    playbook: str
    number: str = ""
    _answered: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def make(self) -> None:
        """Reports it and takes it as far as its script goes.

        Raises:
            Moved, Refusal
        """
        self.number = self._report(self.script.source, "", self.script.narrative)
        for number, step in enumerate(self.script.steps_under(self.playbook), start=1):
            if isinstance(step, Wait):
                self._wait(step)
            else:
                self._answer(step, key=f"demo-{self.script.code}-{number}")
        for again, narrative in enumerate(self.script.again, start=1):
            self._report(self.script.source, f"-{again}", narrative)

    def _report(self, source: str, suffix: str, narrative: str) -> str:
        now = datetime.now(CHINA).isoformat(timespec="seconds")
        a, b = self.script.parties
        body = {
            "source": source,
            "source_no": f"DEMO-{self.script.code}{suffix}",
            "occurred_at": now,
            "reported_at": now,
            "place": {"address": self.script.address},
            "narrative": narrative,
            "parties": [
                {"name": a, "phone": "13800000011", "side": "a"},
                {"name": b, "phone": "13800000012", "side": "b"},
            ],
        }
        answer = self.people.with_role(REPORTERS[source]).post("/v1/incidents", body)
        return str(answer["dispute_no"])

    def _answer(self, step: Step, key: str) -> None:
        """Answers the n-th task of the step's kind, unless that was done in an earlier run."""
        nth = self._answered[step.kind, step.of]
        self._answered[step.kind, step.of] += 1
        task = self._task(step, nth)
        if task["state"] == "done" or step.decision in [d["name"] for d in task["record"]]:
            return
        try:
            self.people.answer(
                self.number, step.kind, step.decision, task_id=task["task_id"], key=key, **step.fields
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status == 409:
                raise Moved(str(refusal)) from refusal
            raise

    def _task(self, step: Step, nth: int) -> dict[str, Any]:
        deadline = time.monotonic() + TASK_WITHIN
        while True:
            tasks = [
                task
                for task in self.people.dispute(self.number)["tasks"]
                if task["kind"] == step.kind and task["state"] != "void"
                if step.of in (None, task["about"].get("organisation"), task["about"].get("party"))
            ]
            if len(tasks) > nth:
                return dict(tasks[nth])
            if time.monotonic() > deadline:
                raise Moved(f"{self.number} has no {step.kind} for {step.of or 'anybody'}")
            time.sleep(0.2)

    def _wait(self, wait: Wait) -> None:
        """Moves the clock, unless what it was to bring is there."""
        tasks = self.people.dispute(self.number)["tasks"]
        if sum(task["kind"] == wait.kind for task in tasks) < wait.times:
            self.people.advance(self.number, wait.by)


def main() -> int:
    """Makes them all; one that fails does not keep the others from being made."""
    people, failed = county(), 0
    playbook = current_playbook(people)
    for done, script in enumerate(SCRIPTS, start=1):
        making = Making(people, script, playbook)
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
