"""The mediation ladder: tiers, attempts, and who must sit at the table."""

from __future__ import annotations

import pytest

from domain.case.ladder import after_failure, next_tier
from domain.case.records import Position
from domain.policy.parts.ladder import Ladder
from tests.domain.support import process


def ladder(code: str = "qionglai") -> Ladder:
    found = process(code).ladder
    assert found is not None
    return found


@pytest.mark.req("Q-090", "Q-095")
def test_33_climbs_three_tiers_of_three_sessions_nine_in_all_and_then_ends() -> None:
    place: Position | None = Position()
    walked = []
    while place:
        walked.append((place.tier, place.sessions))
        place = after_failure(ladder(), place)
    assert walked == [(tier, session) for tier in range(3) for session in range(3)]
    assert len(walked) == 9


@pytest.mark.req("Q-095")
def test_a_tier_may_be_left_early_with_all_attempts_of_the_next_before_it() -> None:
    assert next_tier(ladder(), Position(tier=0, sessions=1)) == Position(tier=1, sessions=0)
    assert next_tier(ladder(), Position(tier=2)) is None


def test_each_tier_has_attempts_of_its_own_number() -> None:
    jinhua = ladder("jinhua")
    assert after_failure(jinhua, Position(tier=0, sessions=0)) == Position(tier=0, sessions=1)
    assert after_failure(jinhua, Position(tier=0, sessions=1)) == Position(tier=1, sessions=0)
