"""Hard cases in a random life: what is said, and who watches from then on."""

from __future__ import annotations

from typing import Any

from domain.case.state import DisputeState
from domain.people.organisation import Post
from domain.policy.catalogue import KINDS


def tagging(draw: Any, state: DisputeState) -> dict[str, Any]:
    """A tag that is not set, or one that is lifted."""
    tag = draw.pick(["bone", "nail"])
    return {"tag": tag, **({"lifted": True} if tag in state.tags else {})}


def check_tags(state: DisputeState) -> None:
    """Each tag once; whoever watches hard cases sees every question of one that is open."""
    assert state.tags == sorted(set(state.tags)), state.tags
    policy = state.process.tags
    if not state.tags or policy is None:
        return
    watching = [Post(role=each.role, path=state.places[each.at]) for each in policy.watched_by]
    for task in state.pending():
        if not KINDS[task.kind].aside:
            assert all(post in task.watchers for post in watching), f"nobody watches {task.kind} of a hard case"
