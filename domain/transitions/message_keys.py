"""Outcomes by message key: a case remembers every key it took, also past its end and in later runs."""

from __future__ import annotations

from domain.base import Model
from domain.case.records import Applied
from domain.case.state import DisputeState
from domain.errors import KeyReused, Refused, by_code
from domain.transitions.decisions import ChangeAsked, Receipt


class Outcome(Model):
    """What a key did: the receipt of what it changed, or the code of the refusal it got."""

    key: str
    """as it came; behind the dot it says for which content"""
    receipt: Receipt
    refused: str | None = None

    def receipt_for(self, key: str) -> Receipt:
        """The receipt, for whoever sent this very key.

        Raises:
            KeyReused: it came with other content.
            Refused: what it was refused with.
        """
        if content(self.key) != content(key):
            raise KeyReused
        if self.refused:
            raise (by_code(self.refused) or Refused)()
        return self.receipt


def write(key: str) -> str:
    """Of a key, which write it is."""
    return key.partition(".")[0]


def content(key: str) -> str:
    """Of a key, for which content it is."""
    return key.partition(".")[2]


def applied(state: DisputeState, key: str) -> Applied | None:
    """What the write of a key did before, for whichever content."""
    return next((a for a in state.applied if write(a.key) == write(key)), None)


def receipt(state: DisputeState, known: Applied, task_id: str | None) -> Receipt:
    """The answer to a message: the case as it stands now, and the change that the message put up for approval."""
    task = state.task(task_id) if task_id else None
    change = state.changes[known.change - 1] if known.change else None
    return Receipt(
        dispute_no=state.dispute_no,
        task_id=task_id,
        task_state=task.state if task else None,
        stage=state.stage,
        round=state.round,
        colour=state.colour,
        revision=known.revision,
        change=ChangeAsked(number=change.number, state=change.result) if change else None,
        proposed=_proposed(state, known),
    )


def _proposed(state: DisputeState, known: Applied) -> bool:
    """Whether a key put a proposal on record: the entry has the revision that the key brought the case to, before any
    later one that changed nothing.
    """
    first = next((each for each in state.applied if each.revision == known.revision), known)
    return first == known and any(e.kind == "proposed" and e.revision == known.revision for e in state.timeline)


def outcome(state: DisputeState, key: str, task_id: str | None) -> Outcome | None:
    """What became of a key; none where it was never taken."""
    known = applied(state, key)
    if known is None:
        return None
    return Outcome(key=known.key, receipt=receipt(state, known, task_id), refused=known.refused)
