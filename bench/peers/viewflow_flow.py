"""The process of a case in viewflow."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock


class CaseFlow(flow.Flow):
    """Decisions, one after another, until there are enough."""

    lock_impl = lock.SelectForUpdateLock(nowait=False)

    start = flow.StartHandle(this.begin).Next(this.decide)
    decide = flow.Handle(this.take).Next(this.enough)
    enough = flow.If(this.is_over).Then(this.end).Else(this.decide)
    end = flow.End()

    def begin(self, activation: Any, decisions: int) -> Any:
        """The first state."""
        activation.process.data = {"decisions": decisions, "revision": 0, "outcome": ""}
        activation.process.save()
        return activation.process

    def take(self, activation: Any, seen: int, outcome: str) -> Any:
        """Takes a decision made on a revision."""
        data = activation.process.data
        if data["revision"] != seen:
            raise ValueError("stale")
        activation.process.data = {**data, "revision": seen + 1, "outcome": outcome}
        activation.process.save()
        return activation.process

    def is_over(self, activation: Any) -> bool:
        """Whether it was the last."""
        data = activation.process.data
        return bool(data["revision"] >= data["decisions"])
