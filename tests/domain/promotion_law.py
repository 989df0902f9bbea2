"""The law of promotions (提级办理), at every moment of every life."""

from __future__ import annotations

from domain.case.state import DisputeState


def check_promotions(state: DisputeState) -> None:
    """Moved up on grounds, with approval where it must be, and shown to who took it ever since."""
    policy = state.process.promotion
    assert policy or not state.promotions, "on record as moved up, and no playbook says when"
    for record in state.promotions:
        assert record.grounds, "moved up without a ground"
        assert record.by, "moved up by nobody"
        if policy and policy.approved:
            assert record.approved_by not in ("", record.by), "moved up, and nobody else agreed"
    moved = [entry.revision for entry in state.timeline if entry.kind == "promoted"]
    assert len(moved) == len(state.promotions), "a promotion without its line"
    for task in state.tasks if moved else ():
        if task.ended_at is None or task.opened_revision > moved[-1]:
            assert all(post in task.watchers for post in state.promotions[-1].to), "not shown to who took it"
