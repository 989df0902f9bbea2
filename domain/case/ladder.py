"""The mediation ladder: ordered tiers, each with its people and its attempts (33制: Q-090 to Q-095)."""

from __future__ import annotations

from domain.case.records import Position
from domain.case.state import DisputeState
from domain.people.organisation import ROLES
from domain.policy.fields import Participant
from domain.policy.process import Ladder, Tier

MOST_FAILURES = 2
"""So often the ladder is climbed in a round: a second time from below, in case it was too early."""


def check_composition(tier: Tier, participants: list[Participant] | None) -> list[dict[str, str]]:
    """What is missing from a session of this tier, as field errors; one person counts for one requirement only.

    Requirements are filled in the playbook's order by the first participant not yet counted.
    """
    if participants is None:
        return []
    left = list(participants)
    errors = []
    for need in tier.requires:
        sitting = [person for person in left if person.role in need.any_of][: need.at_least]
        left = [person for person in left if person not in sitting]
        if len(sitting) < need.at_least:
            roles = "、".join(ROLES[role].name for role in need.any_of)
            errors.append({"field": "participants", "message": f"{tier.name}缺少{need.name}（{roles}）"})
    return errors


def after_failure(ladder: Ladder, position: Position) -> Position | None:
    """Where the ladder goes after a failed session: the tier's next session, the next tier, or nowhere (none)."""
    if position.sessions + 1 < ladder.tiers[position.tier].sessions:
        return Position(tier=position.tier, sessions=position.sessions + 1)
    return next_tier(ladder, position)


def next_tier(ladder: Ladder, position: Position) -> Position | None:
    """The tier above, with all its attempts; none above the last."""
    return Position(tier=position.tier + 1) if position.tier + 1 < len(ladder.tiers) else None


def used_up(state: DisputeState) -> bool:
    """Whether the ladder has failed as often as it may in this round."""
    return state.ladder_failed.count(state.round) >= MOST_FAILURES


def no_table(state: DisputeState) -> str:
    """Why these people may not be brought to a table now, in words for whoever asks; empty where they may."""
    if "domestic_violence" in state.risk_kinds:
        return "涉家庭暴力，不得组织当面调解"  # Q-097, risk_kinds: forbidden
    if used_up(state):
        return f"本轮联调已{MOST_FAILURES}次未调成，不再进入联调，请继续处置或引导依法解决"
    return ""
