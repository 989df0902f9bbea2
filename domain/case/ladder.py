"""The mediation ladder: ordered tiers, each with its attempts (33制: Q-090 to Q-095). Who sits there: `seating`."""

from __future__ import annotations

from datetime import datetime

from domain.case.lawful_tables import barred
from domain.case.records import Position
from domain.case.state import DisputeState
from domain.policy.parts.ladder import Ladder

MOST_FAILURES = 2
"""So often the ladder is climbed in a round: a second time from below, in case it was too early."""


def after_failure(ladder: Ladder, position: Position) -> Position | None:
    """Where the ladder goes after a failed session: the tier's next session, the next tier, or nowhere (none)."""
    if position.sessions + 1 < ladder.tiers[position.tier].sessions:
        return Position(tier=position.tier, sessions=position.sessions + 1)
    return next_tier(ladder, position)


def next_tier(ladder: Ladder, position: Position) -> Position | None:
    """The tier above, with all its attempts; none above the last."""
    return Position(tier=position.tier + 1) if position.tier + 1 < len(ladder.tiers) else None


def first_open(state: DisputeState, ladder: Ladder, position: Position | None, at: datetime) -> Position | None:
    """From a position on the first at whose table the law lets them sit, at an instant; nowhere (none)."""
    while position and barred(state, ladder.tiers[position.tier], at):
        position = next_tier(ladder, position)
    return position


def used_up(state: DisputeState) -> bool:
    """Whether the ladder has failed as often as it may in this round."""
    return state.ladder_failed.count(state.round) >= MOST_FAILURES


def no_table(state: DisputeState) -> str:
    """Why these people may not be brought to a table now, in words for whoever asks; empty where they may."""
    if used_up(state):
        return f"本轮联调已{MOST_FAILURES}次未调成，不再进入联调，请继续处置或引导依法解决"
    ladder = state.process.ladder
    reasons = [barred(state, tier) for tier in ladder.tiers[ladder.entry(state.stage) :]] if ladder else []
    return reasons[0] if reasons and all(reasons) else ""
