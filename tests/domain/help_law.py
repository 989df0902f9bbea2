"""The law of measures of help (帮扶措施), of every dispute at every moment."""

from __future__ import annotations

from domain.case.state import DisputeState


def check_helps(state: DisputeState) -> None:
    """A dispute is resolved for good only when whoever was asked to help has answered."""
    helps = [task for task in state.tasks if task.kind == "help_out"]
    assert not (state.outcome == "resolved" and any(t.state == "void" for t in helps if t.round == state.round)), (
        "closed while somebody was being helped"
    )
